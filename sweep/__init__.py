"""sweep: gradient-descent sweeps that are tracked, judged and reproducible to the bit.

For notebooks and scripts there are :func:`sweep.frame` and :func:`sweep.model`; everything else is the commands'.
"""

from typing import TYPE_CHECKING, Any

from sweep.version import __version__ as __version__

if TYPE_CHECKING:
    from sweep.notebook import frame
    from sweep.weights import model

__all__ = ["frame", "model"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for: it brings pandas or torch, and every command imports this file."""
    if name == "frame":
        from sweep.notebook import frame

        return frame
    if name == "model":
        from sweep.weights import model

        return model
    raise AttributeError(f"module 'sweep' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
