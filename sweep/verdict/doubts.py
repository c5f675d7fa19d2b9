"""What may keep runs from their tolerance, told before any is trained: readings that their dtype does not resolve."""

from collections import defaultdict
from collections.abc import Iterator

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.problem.task import Task
from sweep.settings.schema import DType
from sweep.verdict.rule import bound, resolves

MERGED = 0.01
"""Part of the inputs that rounding may make equal without a word: of very many, a few always are."""


def doubts(plan: Plan) -> Iterator[str]:
    """A line for each dtype that may be too coarse for the readings of its points."""
    for (task, dtype), points in _alike(plan).items():
        name, problem = plan.label(task), plan.problems[task]
        others = "" if dtype is DType.float64 else "dtype=float64 or "
        different, left = (problem.prepared.distinct_inputs(each) for each in (DType.float64, dtype))
        if left < (1 - MERGED) * different:
            merged = f"the {different:,} different inputs of {name} to {left:,}"
            yield f"{dtype} rounds {merged}; {others}a centred column may help"
        if not all(resolves(problem, point, bound(problem, plan.tolerance)) for point in points):
            tolerance = f"outcome.tolerance={as_typed(plan.tolerance)}"
            yield f"{dtype} may not resolve {tolerance} on the target of {name}; {others}a larger tolerance may help"


def _alike(plan: Plan) -> dict[tuple[Task, DType], list[Point]]:
    """By task and dtype, a point of each least loss."""
    different = {
        (point.task, point.dtype, point.decay, point.scale if point.decay else 0.0): point
        for point in plan.points
        if not usage.is_function(point)  # What it computes in, and of what, nobody knows.
    }
    found: dict[tuple[Task, DType], list[Point]] = defaultdict(list)
    for (task, dtype, *_), point in different.items():
        found[task, dtype].append(point)
    return found
