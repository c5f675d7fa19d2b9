"""What the commands beside ``python -m sweep`` have in common: their words, their exit codes, the store they read."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from sweep.errors import MEANING, BadInput, Exit
from sweep.redaction import masked
from sweep.version import __version__

if TYPE_CHECKING:
    from sweep.settings.schema import Tracking
    from sweep.tracking.store import Store

SWEEP = "a sweep's id, the start of it, or its name (default: the latest)"

Which = str | None
Overrides = list[str]


def codes(*members: Exit) -> str:
    """Exit codes with their meaning, for an epilog."""
    return ", ".join(f"{member.value} {MEANING[member]}" for member in members)


@dataclass(frozen=True)
class Command:
    """A command ``python -m sweep.NAME [WHICH] [tracking.KEY=VALUE …]``; called, it runs and exits.

    Parameters
    ----------
    name, description, epilog : for ``--help``.
    which, help : what ``--help`` calls the first word, None where there is none, and what it says of the words.
    action : does the work, given the first word, None where it is left out, and the overrides; and what ``--allow``
        names, where there is that.
    allows : what ``--help`` says of ``--allow``; empty where there is none.
    """

    name: str
    description: str
    epilog: str
    which: str | None
    help: str
    action: Callable[..., Exit | None]
    allows: str = ""

    def __call__(self) -> NoReturn:
        """Run the command line and exit with a code of :class:`sweep.errors.Exit`; 2 for a malformed one."""
        from sweep.console.guard import guard, own_process  # Here: a Ctrl-C before it is a traceback.

        with own_process():
            which, overrides, *further = self._parse()
            sys.exit(guard(lambda: self.action(which, overrides, *further), overrides))

    def _parse(self) -> tuple[Which, Overrides] | tuple[Which, Overrides, list[str]]:
        import argparse

        parser = argparse.ArgumentParser(
            prog=f"python -m sweep.{self.name}", description=self.description, epilog=self.epilog
        )
        parser.add_argument("--version", action="version", version=f"sweep {__version__}")
        if self.which is None:
            parser.add_argument("overrides", nargs="*", metavar="tracking.KEY=VALUE", help=self.help)
            return None, list(parser.parse_args().overrides)
        metavar = f"{self.which} | tracking.KEY=VALUE"
        parser.add_argument("words", nargs="*", metavar=metavar, help=f"{self.help}; where the runs are")
        if self.allows:
            parser.add_argument("--allow", action="append", default=[], metavar="NAME", help=self.allows)
        given = parser.parse_args()
        words = given.words
        named = [word for word in words if "=" not in word]
        if len(named) > 1:
            parser.error(f"one {self.which.lower()} at a time, not {len(named)}")
        found = (named[0] if named else None), [word for word in words if "=" in word]
        return (*found, given.allow) if self.allows else found


def named(uri: str | None, experiment: str | None) -> Overrides:
    """The overrides that name a store as a caller from Python does; None where a key keeps its value."""
    from sweep.settings import grammar

    given = {"uri": uri, "experiment": experiment}
    return [f"tracking.{name}={grammar.word(value)}" for name, value in given.items() if value is not None]


def opened(overrides: Overrides) -> "tuple[Tracking, Store]":
    """The store that ``overrides`` name, and how it was named.

    Raises
    ------
    BadInput : there is none, or the experiment is not in it.
    """
    from sweep.settings import composition
    from sweep.tracking.store import open_store

    tracking = composition.tracking(overrides)
    store = open_store(tracking, create=False)
    if store is None:
        uri = masked(tracking.uri)
        raise BadInput(
            f"tracking.uri={uri}, tracking.experiment={tracking.experiment}: nothing there yet",
            "a store that holds a sweep",
            "run a sweep first, or name another store with tracking.uri=…",
        )
    return tracking, store
