"""Cut points into chunks that a worker has for a while: long enough not to wait, short enough to share them out."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Self

from sweep.engines.order import in_tiles, tile_of
from sweep.models.tile import at_once
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.execute import bounds
from sweep.training.worth import Worth

SECONDS = 2.0
"""That a chunk is to take. The milliseconds of its way are little beside it, and so is what is lost with a worker."""

WINDOW = 100_000
"""Points that a chunk has at most."""


class Cutter:
    """Takes chunks of whole tiles off ``points``, in order.

    The first ones are a tile each, or of models as many as are computed at once. Once it is told how long some took,
    they are to take ``seconds``, but have no fewer. No chunk is more than a worker's share of what is left, and none
    less than a tile, which takes as long however many points it has.

    Parameters
    ----------
    workers : among which they are shared.
    hurried : whether a chunk is lost that takes too long: then nothing is done for being computed at once.

    Attributes
    ----------
    worth : of ``points``.
    told : of what size they are, in a sentence, once that is known, and if each worker has more than one to come.
    """

    @classmethod
    def within(
        cls,
        points: Sequence[Point],
        problems: Mapping[Task, Problem],
        workers: int,
        timeout: float | None,
        seconds: float | None = None,
    ) -> Self:
        """Chunks of so many ``seconds``, or :data:`SECONDS`; of half the ``timeout`` of a point at most."""
        hurried, seconds = timeout is not None, SECONDS if seconds is None else seconds
        return cls(points, problems, workers, min(seconds, (timeout or 2 * seconds) / 2), hurried)

    def __init__(
        self,
        points: Sequence[Point],
        problems: Mapping[Task, Problem],
        workers: int,
        seconds: float = SECONDS,
        hurried: bool = False,
    ) -> None:
        self._problems, self._workers, self._seconds, self._hurried = problems, workers, seconds, hurried
        self._points, self._ends = in_tiles(points, problems)
        self._bounds = bounds(problems)
        self.worth = Worth(points, problems)
        self._cost = self.worth.labour
        self._start, self._left = 0, self.worth.whole
        self._pace = 0.0
        self.told = ""

    def learn(self, points: Sequence[Point], seconds: float) -> None:
        """That ``points`` took so many seconds. A larger batch is cheaper a point: one slow chunk is no rule."""
        pace = sum(map(self._cost, points)) / max(seconds, 1e-6)
        self._pace = max(pace, self._pace / 2)
        cost = sum(map(self._cost, ahead := self._ahead()))
        if not self.told and self._left >= 2 * cost * self._workers > 0:
            size, left = len(ahead), len(self._points) - self._start
            lasts = f"about {max(cost / self._pace, 0.1):,.1f} s"
            self.told = f"Workers: {self._workers:,}; points a chunk: {size:,}, {lasts}; left: {left:,}."

    def next(self) -> Sequence[Point]:
        """The next chunk; empty where nothing is left."""
        taken = self._ahead()
        self._start += len(taken)
        self._left -= sum(map(self._cost, taken))
        return taken

    def _ahead(self) -> Sequence[Point]:
        """The next chunk, as far as is known now."""
        window = self._points[self._start : self._start + WINDOW]
        if not window:
            return window
        tile = self._ends[bisect_right(self._ends, self._start)] - self._start
        most = min(max(self._pace * self._seconds, self._at_once(window[0])), self._left / self._workers)
        found = next(chunks(window, *self._bounds, (self._cost, int(most))))
        return found[: self._whole(len(found))] or next(chunks(window[:tile], *self._bounds))

    def _whole(self, count: int) -> int:
        """Of the next ``count`` points, how many are of whole tiles."""
        place = bisect_right(self._ends, self._start + count)
        return max(self._ends[place - 1] - self._start, 0) if place else 0

    def _at_once(self, point: Point) -> int:
        """What models like that of ``point`` cost that are computed at once."""
        if self._hurried or not self._problems[point.task].work:
            return 0
        return at_once(self._tile(point), point.device.partition(":")[0]) * self._cost(point)

    def _tile(self, point: Point) -> int:
        return tile_of(point, self._problems[point.task])
