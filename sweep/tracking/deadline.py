"""Until when an answer of a store is waited for: set where what fails is tried again, asked wherever one waits."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

from sweep.tracking.trip import LENGTHS, SLOWEST

T = TypeVar("T")

LOOK = 0.1
"""Seconds between two looks at what has moved."""

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


def in_time(action: Callable[[], T], seconds: float, moved: Callable[[], int] = lambda: 0) -> T:
    """What ``action`` returns, of a library that has no bound of its own: done in a thread, which is left to itself.

    Parameters
    ----------
    seconds : that it may take, and more for what moves as quick as it should, as a request to a server may.
    moved : bytes that have come, or are to be sent. What it raises ends the wait too.

    Raises
    ------
    TimeoutError
    """
    done, context, began = Future[T](), copy_context(), time.monotonic()

    def act() -> None:
        try:
            done.set_result(action())
        except BaseException as error:  # Raised again below.
            done.set_exception(error)

    threading.Thread(target=context.run, args=(act,), name="files", daemon=True).start()
    while not done.done():
        waited = time.monotonic() - began
        if waited > min(seconds + moved() / SLOWEST, LENGTHS * seconds):
            raise TimeoutError(f"timed out: no end in {waited:.0f} s")
        wait([done], LOOK)
    return done.result()
