"""``data.holdout``: the part of the samples that is kept from training, as a user types it."""

import re
from functools import lru_cache
from typing import NamedTuple

FORM = re.compile(r"(last:)?(\d*\.?\d+(?:e-\d+)?)", re.ASCII | re.IGNORECASE)


class Holdout(NamedTuple):
    """A part of all samples, >= 0 and < 1; and whether they are the last ones, instead of some that are drawn."""

    part: float
    last: bool

    @classmethod
    @lru_cache(1024)  # A sweep has few, and each of its points asks.
    def read(cls, text: str) -> "Holdout | None":
        """What ``text`` says, as ``0.2`` or ``last:0.2``; None where it says nothing that there is."""
        found = FORM.fullmatch(text)
        if not found or not 0 <= float(found[2]) < 1:
            return None
        return cls(float(found[2]), bool(found[1]))

    def __str__(self) -> str:
        """The one way to write it."""
        return f"{'last:' if self.last else ''}{self.part!r}" if self.part else "0"


def canonical(text: str) -> str:
    """``text``, which :meth:`Holdout.read` can read, as all that mean the same are written."""
    return str(Holdout.read(text))
