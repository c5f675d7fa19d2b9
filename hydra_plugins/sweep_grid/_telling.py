"""Who is told of the process's sweep, chosen by flags before Hydra parses: Hydra hands a sweeper words alone.

A module of its own, for the reason that ``_ending`` has.
"""

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from sweep.console.telling import Telling

TERMINAL, QUIET, JSON = "terminal", "quiet", "as_json"

name = TERMINAL
"""The module of :mod:`sweep.console` that tells."""


def chosen() -> "Telling":
    """The module that was chosen."""
    return cast("Telling", import_module(f"sweep.console.{name}"))
