"""Pack points into jobs: clusters take few jobs of minutes well, and many of seconds badly."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from sweep.engines.cut import WINDOW, Cutter
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task

LEAST = 60.0
"""Seconds that a job is to take at least, where more workers than that would be free."""


class Packer(Cutter):
    """Takes whole tiles off ``points``, in order, a job's at a time.

    The first job has a tile. The next ones are there once it is known how long that takes: they are to take
    ``seconds``, or as much less as brings each worker one, but not below :data:`LEAST`.

    Parameters
    ----------
    workers, cpus : jobs at a time, and points that each trains at a time.
    """

    def __init__(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], workers: int, cpus: int, seconds: float
    ) -> None:
        super().__init__(points, problems, workers, seconds)
        self._cpus, self._size = cpus, 0.0

    @property
    def is_measured(self) -> bool:
        """Whether it is known how long points take."""
        return self._pace > 0

    @property
    def lasts(self) -> str:
        """What a job of many points is to take, in words."""
        return f"about {self._size:.0f} s" if self._size < 90 else f"about {self._size / 60:,.3g} min"

    @property
    def has_more(self) -> bool:
        """Whether points are left."""
        return self._start < len(self._points)

    def next(self, is_first: bool = True) -> Sequence[Point]:
        """The points of the next job; empty where nothing is left, or one that ``is_first`` is to be measured."""
        if not (is_first or self.is_measured):
            return []
        return super().next()

    def _ahead(self) -> Sequence[Point]:
        window = self._points[self._start : self._start + WINDOW]
        if not window:
            return window
        if self.is_measured and not self._size:
            all_of_it = self._left / (self._pace * self._cpus)
            self._size = min(self._seconds, max(LEAST, all_of_it / self._workers), max(all_of_it, 0.1))
        found = next(chunks(window, (self._cost, int(self._pace * self._cpus * self._size))))
        return (
            found[: self._whole(len(found))]
            or window[: self._ends[bisect_right(self._ends, self._start)] - self._start]
        )
