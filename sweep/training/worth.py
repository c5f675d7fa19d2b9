"""How much work points are beside one another, as far as that is known before any trains."""

from collections.abc import Mapping, Sequence

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task


def labour(problem: Problem) -> int:
    """Of an epoch of a point, in multiplications or readings: it compares points of a sweep, and no more."""
    return problem.work or problem.prepared.inputs.size


class Worth:
    """Of points of a sweep, ``points`` being all that train; others of ``problems`` may have been under way before."""

    def __init__(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        self._problems = problems
        self._labours: dict[Task, int] = {}  # Found as they are asked for: a model is tried for its own.
        self.whole = sum(map(self.labour, points))
        self._unit = len(points) / self.whole if self.whole else 0.0

    def labour(self, point: Point) -> int:
        """Of all its epochs, as :func:`labour` counts."""
        task = point.task
        if task not in self._labours:
            self._labours[task] = labour(self._problems[task])
        return self._labours[task] * point.epochs

    def of(self, points: Sequence[Point]) -> float:
        """How many points' worth they are: of all, as many as there are."""
        return self._unit * sum(map(self.labour, points))
