"""Where points train against a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.curve import Compute, Result
from sweep.training.execute import isolated

Clock = Callable[[], float]
"""Seconds, since some time."""

Pairs = Sequence[tuple[Point, Result]]


@dataclass
class Stand:
    """Where points train against the clock.

    Parameters
    ----------
    spent : seconds that they have trained until now.
    """

    problems: Mapping[Task, Problem]
    compute: Compute
    clock: Clock
    spent: float = field(default=0.0, init=False)

    def train(self, points: Sequence[Point], epochs: int, *, curved: bool = False) -> tuple[float, Pairs]:
        """Seconds that ``points`` take for ``epochs``, or as many as they make, and what comes of them.

        Parameters
        ----------
        curved : whether the curvature where models end is measured too; it may take as long as a hundred epochs.
        """
        fewer = [
            replace(point, epochs=min(epochs, point.epochs), curvature=point.curvature and curved) for point in points
        ]
        began = self.clock()
        results = isolated(fewer, self.problems, self.compute)
        taken = self.clock() - began
        self.spent += taken
        return taken, list(zip(points, results, strict=True))
