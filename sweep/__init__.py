"""sweep: gradient-descent sweeps that are tracked, judged and reproducible to the bit.

For notebooks and scripts there is :func:`sweep.frame`; everything else is the commands'.
"""

from typing import TYPE_CHECKING, Any

from sweep.version import __version__ as __version__

if TYPE_CHECKING:
    from sweep.notebook import frame

__all__ = ["frame"]


def __getattr__(name: str) -> Any:
    """Import ``frame`` when it is asked for: it brings pandas, and every command imports this file."""
    if name != "frame":
        raise AttributeError(f"module 'sweep' has no attribute {name!r}")
    from sweep.notebook import frame

    return frame


def __dir__() -> list[str]:
    """The public names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
