"""Training functions of a user's own: points one after another for two seconds; one that takes longer is ended.

Nobody can know how long a function takes that yields nothing for two seconds, or that asks for no epochs.
"""

import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sweep.cost.rates import Rate
from sweep.cost.timing import Clock, Pairs, Stand
from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.training.curve import Failure
from sweep.training.function import train

GRACE = 0.5
"""Seconds more, > 0, that a function has to yield, before it is interrupted."""


MOST = 100
"""Points that are tried."""


class Over(KeyboardInterrupt):
    """The time is over: as a Ctrl-C, it is no error of the function, whose run would fail with any other."""


@dataclass(frozen=True)
class Found:
    """Of points of a function.

    Parameters
    ----------
    trained : some of them, with what came of them.
    longer : whether the rate is but the least that it may be.
    """

    rate: Rate
    trained: Pairs
    longer: bool = False


def rate(points: Sequence[Point], problem: Function, stand: Stand, seconds: float) -> Found:
    """Time some of ``points``, for about so many ``seconds``."""
    tries: list[_Try] = []
    began = stand.clock()
    while len(tries) < len(points) and (not tries or stand.clock() - began < seconds):
        left = max(seconds - (stand.clock() - began), 0.0)
        tries.append(_Try(points[len(tries)], problem, stand.clock, left))
    stand.spent += stand.clock() - began
    trained = [(each.point, each.result) for each in tries]
    taken, whole = sum(each.seconds for each in tries), [each.seconds for each in tries if each.whole]
    epochs = sum(each.point.epochs if each.whole else each.epochs for each in tries)
    if "epochs" in points[0].takes.split() and epochs:
        return Found(Rate(0.0, taken / epochs), trained)
    if whole:
        return Found(Rate(0.0, 0.0, end=sum(whole) / len(whole)), trained)
    return Found(Rate(0.0, 0.0, end=taken), trained, longer=True)


class _Try:
    """A point, for about so many ``seconds``; nothing is left of what it makes.

    Attributes
    ----------
    epochs : that it has yielded. whole : whether it was through. result : a failure, where it did nothing in that time.
    """

    def __init__(self, point: Point, problem: Function, clock: Clock, seconds: float) -> None:
        self.point, self._clock, self._end = point, clock, clock() + seconds
        self.epochs, self.whole = 0, True
        began = clock()
        try:
            with _ended_after(seconds + GRACE):
                self.result = train(point, problem, self._through)
        except Over:
            self.whole, self.result = False, Failure("TimeLimit", "it was ended")
        self.seconds = clock() - began

    def _through(self, found: Any) -> Any:
        return self._until(found) if isinstance(found, Iterator) else found

    def _until(self, found: Iterator[Any]) -> Generator[Any, None, Any]:
        while self._clock() < self._end:
            try:
                row = next(found)
            except StopIteration as end:
                return end.value
            self.epochs += 1
            yield row
        self.whole = False
        return None


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Raise :class:`Over` in what takes longer; where the system has no such alarm, what takes longer takes longer."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise Over

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
