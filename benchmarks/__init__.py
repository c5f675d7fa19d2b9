"""How long a sweep takes beside its peers, and beside the floor; see :mod:`benchmarks.__main__`."""
