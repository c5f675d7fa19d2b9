"""How far what trains now is: loops say so as they go, and whoever has begun them hears it, some times a second.

Nothing is handed through what lies between: who hears is a matter of the context, and a loop that nobody hears goes as
it went.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

EVERY = 0.2
"""Seconds from one time that something is heard to the next, at least."""

Hear = Callable[[float], None]
"""Is told which share is done, within [0, 1]."""


class _Ear:
    """Who hears, and what stretch of the whole is at work: it begins at ``start``, and is ``span`` of it."""

    def __init__(self, hear: Hear) -> None:
        self.hear, self.start, self.span, self.due = hear, 0.0, 1.0, 0.0


_EAR: ContextVar[_Ear | None] = ContextVar("ear", default=None)


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """While the context lasts, ``hear`` is told how much of what is done in it is done."""
    token = _EAR.set(_Ear(hear))
    try:
        yield
    finally:
        _EAR.reset(token)


@contextmanager
def part(share: float) -> Iterator[None]:
    """What is done in the context is ``share`` of what is around it; where it raises, it is as if it had not begun."""
    ear = _EAR.get()
    if ear is None:
        yield
        return
    start, span = ear.start, ear.span
    ear.span *= share
    try:
        yield
        start += ear.span
    finally:
        ear.start, ear.span = start, span


class Steps:
    """A loop of ``total`` steps."""

    def __init__(self, total: int) -> None:
        self._ear, self._total, self._done = _EAR.get(), total, 0
        self._due = self._ear.due if self._ear else math.inf

    def go(self, count: int = 1) -> None:
        """That so many more are done: cheap beside any of them."""
        self._done += count
        if perf_counter() >= self._due:
            self._tell()

    def _tell(self) -> None:
        if ear := self._ear:
            ear.hear(ear.start + ear.span * min(self._done / self._total, 1.0))
            self._due = ear.due = perf_counter() + EVERY
