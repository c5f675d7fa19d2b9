"""A command line that is being typed, taken apart as a shell does."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from sweep.settings import verbs

CURSOR = "\0"


@dataclass(frozen=True)
class Line:
    """A line up to the cursor.

    Parameters
    ----------
    verb : that the line begins with; None where it has none, or none yet.
    words : that are whole, without the command and the verb.
    begun : the word at the cursor, without quotes; empty where none is begun.
    quote : the sign that it is quoted with, where that is still open; else empty.
    """

    verb: str | None
    words: tuple[str, ...]
    begun: str
    quote: str

    @property
    def is_first(self) -> bool:
        """Whether the word at the cursor may be a verb."""
        return self.verb is None and not self.words

    def given(self, name: str) -> str | None:
        """The last value of ``name``, a key or a flag, among the whole words."""
        values = [value for key, value in self._pairs() if key == name]
        return values[-1] if values else None

    def _pairs(self) -> Iterator[tuple[str, str]]:
        for word, after in pairwise((*self.words, "")):
            key, equals, value = word.partition("=")
            yield key.lstrip("+"), value if equals else after


def read(text: str) -> Line:
    """``text``, a line up to the cursor, the command included.

    Raises
    ------
    ValueError : there is no word beside the command.
    """
    for quote in ("", "'", '"'):
        try:
            _, *words, last = shlex.split(text + CURSOR + quote)
        except ValueError:  # A quote is open.
            continue
        verb = verbs.first(words)
        return Line(verb, tuple(words[verb is not None :]), last.replace(CURSOR, ""), quote)
    raise ValueError(text)
