"""What is shipped to a worker, as plain data, and what a worker does with it.

A worker has the readings once; then points come, chunk by chunk. Problems are made where they train, from readings and
what the plan knows of models, so nothing but data crosses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.data.readings import Readings
from sweep.models.facts import Facts
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.provenance import here
from sweep.training.curve import Result
from sweep.training.execute import isolated


@dataclass(frozen=True)
class Kit:
    """What a worker has from the beginning.

    Parameters
    ----------
    readings : by fingerprint.
    facts : of models.
    """

    readings: Mapping[str, Readings]
    facts: Mapping[Task, Facts]

    @classmethod
    def of(cls, asked: Mapping[Task, Problem]) -> "Kit":
        """For all points of the problems ``asked``."""
        readings = {task.data: problem.prepared.readings for task, problem in asked.items()}
        facts = {task: problem.facts for task, problem in asked.items()}
        return cls(readings, {task: each for task, each in facts.items() if each is not None})


class Bench:
    """Where a worker makes problems, and keeps them: what a model is found to be is found once."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._problems: dict[Task, Problem] = {}

    def prepare(self, points: Sequence[Point]) -> None:
        """Make what ``points`` pose, their models tried."""
        new = dict.fromkeys(point.task for point in points if point.task not in self._problems)
        self._problems |= problems(self._kit.readings, new, self._kit.facts)
        for task in new:
            _ = self._problems[task].work

    def results_of(self, points: Sequence[Point]) -> list[Result]:
        """One a point, in order, each saying where; a point that raises, alone, is a failure and no other's."""
        from sweep.training.compute import compute

        return [replace(each, where=here()) for each in isolated(points, self._problems, compute)]
