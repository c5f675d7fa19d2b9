"""sweep: gradient-descent sweeps that are tracked, judged and reproducible to the bit.

For notebooks and scripts: :func:`run` a grid, :func:`load` what was run and list all :func:`sweeps`, each a
:class:`Sweep`; :func:`frame` has the tables alone, and :func:`model` a module with its final weights. What cannot be
run is a :class:`BadInput`, and a store that cannot be reached :class:`StoreAway`.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sweep.version import __version__ as __version__

if TYPE_CHECKING:
    from sweep.api.frame import frame
    from sweep.api.model import model
    from sweep.api.run import run
    from sweep.api.sweep import Sweep, load
    from sweep.api.sweeps import sweeps
    from sweep.errors import BadInput, StoreAway

PUBLIC = {
    "BadInput": "sweep.errors",
    "StoreAway": "sweep.errors",
    "Sweep": "sweep.api.sweep",
    "frame": "sweep.api.frame",
    "load": "sweep.api.sweep",
    "model": "sweep.api.model",
    "run": "sweep.api.run",
    "sweeps": "sweep.api.sweeps",
}
"""Where each public name is from. It is imported when it is asked for: every command imports this file."""

__all__ = ["BadInput", "StoreAway", "Sweep", "frame", "load", "model", "run", "sweeps"]


def __getattr__(name: str) -> Any:
    if name in PUBLIC:
        variables = dict(os.environ)
        try:
            return getattr(import_module(PUBLIC[name]), name)
        finally:  # As it is imported, sweep.tracking sets MLflow's: for commands. A call sets them while it lasts.
            from sweep.tracking.caller import put_back

            put_back(variables)
    raise AttributeError(f"module 'sweep' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names and nothing else, for whoever completes them by tab."""
    return sorted(__all__)
