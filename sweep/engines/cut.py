"""Cut points into chunks that a worker has for a while: long enough not to wait, short enough to share them out."""

from collections.abc import Mapping, Sequence

from sweep.models.tile import rows_of
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import ProblemKind
from sweep.training.execute import bounds

SECONDS = 2.0
"""That a chunk is to take. The milliseconds of its way are little beside it, and so is what is lost with a worker."""

TILE = 32
"""Points of a tile of what is no model: :data:`sweep.problem.by_tile.TILE`, which would bring torch."""

WINDOW = 100_000
"""Points that a chunk has at most."""


class Cutter:
    """Takes chunks of whole tiles off ``points``, in order.

    The first ones are a tile each. Once it is told how long some took, they are to take ``seconds``; but no chunk is
    more than a worker's share of what is left.

    Parameters
    ----------
    workers : among which they are shared.

    Attributes
    ----------
    told : of what size they are, in a sentence, once that is known, and if each worker has more than one to come.
    """

    def __init__(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], workers: int, seconds: float = SECONDS
    ) -> None:
        self._points, self._problems, self._workers, self._seconds = points, problems, workers, seconds
        self._bounds = bounds(problems)
        self._costs = {task: problem.work or problem.prepared.inputs.size for task, problem in problems.items()}
        self._start, self._left = 0, sum(map(self._cost, points))
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
        tile = self._tile(window[0])
        most = int(min(self._pace * self._seconds, self._left / self._workers))
        found = next(chunks(window, *self._bounds, (self._cost, most)))
        return found[: len(found) // tile * tile] or next(chunks(window[:tile], *self._bounds))

    def _cost(self, point: Point) -> int:
        """Of training ``point``, in multiplications or readings: it compares points of a sweep, and no more."""
        return self._costs[point.task] * point.epochs

    def _tile(self, point: Point) -> int:
        if point.problem is ProblemKind.function:
            return 1
        work = self._problems[point.task].work
        return rows_of(work, point.device.partition(":")[0]) if work else TILE
