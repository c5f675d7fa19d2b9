"""What the verbs beside ``sweep run`` have in common: their words, their exit codes, the store they read."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from sweep.errors import MEANING, BadInput, Exit
from sweep.redaction import masked
from sweep.version import __version__

if TYPE_CHECKING:
    from argparse import ArgumentParser

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
    """A command ``sweep NAME [WHICH] [tracking.KEY=VALUE …]``, or ``python -m sweep.NAME``; called, it runs and exits.

    Parameters
    ----------
    name, description, epilog : for ``--help``.
    which, help : what ``--help`` calls the first word, None where there is none, and what it says of the words.
    action : does the work, given the first word, None where it is left out, and the overrides; and the values of
        ``options`` by their names.
    options : further flags, a short form of one behind a space, each with what
        :meth:`argparse.ArgumentParser.add_argument` is told of it.
    """

    name: str
    description: str
    epilog: str
    which: str | None
    help: str
    action: Callable[..., Exit | None]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __call__(self, program: str = "") -> NoReturn:
        """Run the command line and exit with a code of :class:`sweep.errors.Exit`; 2 for a malformed one.

        Parameters
        ----------
        program : what was typed to start it, where that was another than ``python -m sweep.NAME``.
        """
        from sweep.console.guard import guard, own_process  # Here: a Ctrl-C before it is a traceback.

        with own_process():
            which, overrides, options = self._parse(program)
            sys.exit(guard(lambda: self.action(which, overrides, **options), overrides))

    def parser(self, program: str = "") -> "ArgumentParser":
        """The parser of its command lines."""
        from argparse import ArgumentParser

        parser = ArgumentParser(
            prog=program or f"python -m sweep.{self.name}", description=self.description, epilog=self.epilog
        )
        parser.add_argument("--version", action="version", version=f"sweep {__version__}")
        for flags, meaning in self.options.items():
            parser.add_argument(*flags.split(), **meaning)
        if self.which is None:
            parser.add_argument("words", nargs="*", metavar="tracking.KEY=VALUE", help=self.help)
        else:
            metavar = f"{self.which} | tracking.KEY=VALUE"
            parser.add_argument("words", nargs="*", metavar=metavar, help=f"{self.help}; where the runs are")
        return parser

    def _parse(self, program: str) -> tuple[Which, Overrides, dict[str, Any]]:
        parser = self.parser(program)
        options = vars(parser.parse_args())
        words: list[str] = options.pop("words")
        if self.which is None:
            return None, words, options
        named = [word for word in words if "=" not in word]
        if len(named) > 1:
            parser.error(f"one {self.which.lower()} at a time, not {len(named)}")
        return (named[0] if named else None), [word for word in words if "=" in word], options


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
