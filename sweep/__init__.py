"""sweep: gradient-descent sweeps that are tracked, judged and reproducible to the bit."""

__version__ = "0.1.0"
