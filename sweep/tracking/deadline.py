"""Until when an answer of a store is waited for: set where what fails is tried again, asked wherever one waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LEAST = 1.0
"""Seconds that the last of many steps may wait, where the others took all of a patience that is no shorter."""

_until: ContextVar[tuple[float, float] | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let whatever waits in this thread do so for ``seconds`` at most, all of it together."""
    token = _until.set((time.monotonic() + seconds, min(seconds, LEAST)))
    try:
        yield
    finally:
        _until.reset(token)


def left(otherwise: float) -> float:
    """Seconds that one may still wait; ``otherwise`` where nobody has set an end."""
    until = _until.get()
    return otherwise if until is None else max(until[1], until[0] - time.monotonic())
