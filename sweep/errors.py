"""What a user did that cannot be run, said once and clearly; and the documented exit codes."""

import difflib
import signal
import sys
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from itertools import islice

from sweep.redaction import without_secrets

MOST_NAMES, LONGEST_NAME = 1000, 80
"""How many names, and characters of each, are compared with a word that was mistyped."""


class Exit(IntEnum):
    """Exit codes of every command."""

    OK = 0
    BAD_INPUT = 1
    MALFORMED_FLAG = 2
    POINT_FAILED = 3
    STORE_AWAY = 4
    DIFFERENT = 5
    INTERNAL = 70
    INTERRUPTED = 130
    TERMINATED = 143


MEANING = {
    Exit.BAD_INPUT: "bad input",
    Exit.MALFORMED_FLAG: "malformed flag",
    Exit.POINT_FAILED: "a point failed to execute",
    Exit.STORE_AWAY: "the store still fails",
    Exit.DIFFERENT: "different",
}
"""What the help of a command says of an exit code, where it says no more."""


MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)
"""What a document of another form than ours raises where it is taken apart."""


class BadInput(Exception):
    """Something the user gave cannot be used; nothing was trained or stored.

    Parameters
    ----------
    what : the key and the value it got, as ``lr=-1``, or the thing that is wrong.
    allowed : what would be accepted.
    next_step : what to do now.
    """

    def __init__(self, what: str, allowed: str, next_step: str) -> None:
        super().__init__(what, allowed, next_step)
        self.what, self.allowed, self.next_step = what, allowed, next_step

    def __str__(self) -> str:
        lines = (without_secrets(self.what), f"  allowed: {self.allowed}", f"  next:    {self.next_step}")
        return "\n".join(map(printable, lines))


class StoreAway(Exception):
    """The store took nothing for as long as patience lasted, or refused.

    Parameters
    ----------
    reason : in the store's own words.
    next_step : what to do once it is back.
    cure : what to do for it to take something, where waiting is no help.
    """

    def __init__(self, reason: str, next_step: str | None = None, cure: str | None = None) -> None:
        super().__init__(reason, next_step, cure)
        self.reason, self.cure = reason, cure
        goes_on = f"{cure}; then the same command goes on from here" if cure else None
        self.next_step = next_step or goes_on or "the same command goes on from here, once the store is back"

    def __str__(self) -> str:
        return f"the store fails: {printable(self.reason)}\n  next:    {printable(self.next_step)}"


def printable(line: str) -> str:
    """``line`` with its control characters as escapes: a value from a file must not move the cursor."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of ``known`` that ``word`` was probably meant for; capitals, blanks and kindred letters count little.

    Of many or long names, only the first :data:`MOST_NAMES` and their beginnings are compared.
    """
    plain = {_plain(name): name for name in islice(known, MOST_NAMES) if name}
    near = difflib.get_close_matches(_plain(word), list(plain), 1, 0.5)
    return plain[near[0]][:LONGEST_NAME] if near else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text[:LONGEST_NAME].split())).casefold()


def is_signal(error: BaseException) -> bool:
    """Whether ``error`` may be a Ctrl-C: in a process that ignores that, as a worker does, a model has raised it."""
    ignored = type(error) is KeyboardInterrupt and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    return isinstance(error, KeyboardInterrupt) and not ignored


def raised() -> tuple[type[BaseException], ...]:
    """For ``except raised():`` around a user's own code, which may raise anything: what it raised, but for a Ctrl-C."""
    error = sys.exc_info()[1]
    return () if error is None or is_signal(error) else (type(error),)


def first_line(error: BaseException) -> str:
    """What it says, short and on one line, as a plan keeps it."""
    said = (str(error).strip() or type(error).__name__).splitlines()[0]
    return "".join(each for each in said if each.isprintable())[:200]
