"""What may keep runs from their tolerance, told before any is trained: readings that their dtype does not resolve."""

from collections.abc import Iterator

from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.settings.schema import DType
from sweep.verdict.rule import bound, resolves

MERGED = 0.01
"""Part of the inputs that rounding may make equal without a word: of very many, a few always are."""


def doubts(plan: Plan) -> Iterator[str]:
    """A line for each dtype that may be too coarse for the readings of its points."""
    for task, dtype in dict.fromkeys((point.task, point.dtype) for point in plan.points):
        name, problem = plan.label(task), plan.problems[task]
        others = "" if dtype is DType.float64 else "dtype=float64 or "
        different, left = (problem.prepared.distinct_inputs(each) for each in (DType.float64, dtype))
        if left < (1 - MERGED) * different:
            merged = f"the {different:,} different inputs of {name} to {left:,}"
            yield f"{dtype} rounds {merged}; {others}a centred column may help"
        if not resolves(problem, dtype, bound(problem, plan.tolerance)):
            tolerance = f"outcome.tolerance={as_typed(plan.tolerance)}"
            yield f"{dtype} may not resolve {tolerance} on the target of {name}; {others}a larger tolerance may help"
