"""Which numbers there are of the runs of a plan: of what they follow, where they end, and what is measured there."""

from collections.abc import Mapping
from functools import cached_property

from sweep.models.facts import Facts
from sweep.plan.point import Point
from sweep.problem import ends
from sweep.problem.problem import (
    CURVED,
    MEASURED,
    PRECONDITIONED,
    WATCHED,
    Problem,
    measured,
    parameter_count,
    parameter_names,
    watched,
)
from sweep.problem.task import Task


class Numbers:
    """Of :class:`sweep.plan.plan.Plan`, what its points and the problems of their tasks say of that."""

    points: tuple[Point, ...]
    problems: Mapping[Task, Problem]

    @cached_property
    def facts(self) -> dict[Task, Facts]:
        """What is known of each task's model, where it has one."""
        found = {task: self.problems[task].facts for task in self.tasks}
        return {task: facts for task, facts in found.items() if facts}

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The distinct tasks of the points, in order."""
        return tuple(dict.fromkeys(point.task for point in self.points))

    @cached_property
    def parameters_of(self) -> Mapping[Task, tuple[str, ...]]:
        """By task, names of the parameters that a run ends at, in order."""
        return {task: parameter_names(self.problems[task]) for task in self.tasks}

    def few_parameters(self, most: int) -> tuple[str, ...]:
        """Names of the parameters of any run, in order; none where they are more than ``most``."""
        if any(parameter_count(self.problems[task]) > most for task in self.tasks):
            return ()
        found = tuple(dict.fromkeys(name for names in self.parameters_of.values() for name in names))
        return found if len(found) <= most else ()

    def told(self, most: int = ends.MOST_NAMED) -> tuple[str, ...]:
        """What tables tell of the parameters of any run, in order; see :func:`sweep.problem.ends.told`."""
        return tuple(dict.fromkeys(name for task in self.tasks for name in ends.names(self.problems[task], most)))

    def told_briefly(self, most: int) -> tuple[str, ...]:
        """The same where there is little room: of a model with more nothing, as it has many tensors."""
        few = [task for task in self.tasks if task not in self.facts or parameter_count(self.problems[task]) <= most]
        return tuple(dict.fromkeys(name for task in few for name in ends.names(self.problems[task], most)))

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """What some run follows beside the loss that trains."""
        found = {name for point in self.kinds.values() for name in watched(self.problems[point.task], point)}
        return tuple(name for name in WATCHED if name in found)

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """What is measured at the end of some run."""
        found = {name for point in self.kinds.values() for name in measured(self.problems[point.task], point)}
        return tuple(name for name in MEASURED if name in found)

    @cached_property
    def curved(self) -> tuple[str, ...]:
        """What tables tell of how curved models are at the end: what an lr is to be held against."""
        kinds = {point.preconditioned for point in self.points if self.facts and point.curvature}
        return tuple(name for name, is_divided in ((CURVED, False), (PRECONDITIONED, True)) if is_divided in kinds)

    @cached_property
    def kinds(self) -> Mapping[tuple[object, ...], Point]:
        """A point of each :func:`kind`."""
        return {kind(point): point for point in self.points}

    @cached_property
    def longest(self) -> int:
        """How many numbers there are at most of a point: of its curve, and of the parameters that it ends at."""
        counts = {task: parameter_count(problem) for task, problem in self.problems.items()}
        return max(point.epochs + counts[point.task] for point in self.points)


def kind(point: Point) -> tuple[object, ...]:
    """What says which numbers are told of a run of ``point``, as it trains and where it ends."""
    return point.task, point.decay > 0, point.preconditioned
