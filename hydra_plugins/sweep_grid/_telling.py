"""Who is told of the process's sweep, chosen by flags before Hydra parses: Hydra hands a sweeper words alone.

A module of its own, for the reason that ``_ending`` has.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sweep.console.telling import Telling

quiet = json = False
"""Which flags were given."""


def chosen() -> "Telling":
    """See :func:`sweep.console.telling.chosen`."""
    from sweep.console import telling

    return telling.chosen(quiet=quiet, json=json)
