"""The best setting of a whole sweep, and its loss, in the few words that a list of sweeps has room for."""

from collections.abc import Collection

from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report import repeats
from sweep.report.findings import Findings, better


def leading(plan: Plan, found: Findings) -> tuple[str, float] | None:
    """What varies of the best setting of all, and its final loss, of repeats the mean; on what is held out, if any is.

    None without any. Of several tasks, whose losses do not compare, one has the least loss too.
    """
    if found.settings:
        ahead = min(repeats.best_of(found.settings).values(), key=lambda each: each.rank, default=None)
        average = ahead and (ahead.average(HOLDOUT_LOSS) or ahead.average(repeats.FINAL))
        return (_varied(plan, ahead.point, {"seed"}), average.mean) if ahead and average else None
    best = min(found.best.values(), key=better, default=None)
    return (_varied(plan, best.point), better(best)[0]) if best else None


def _varied(plan: Plan, point: Point, without: Collection[str] = ()) -> str:
    cells = plan.cells(point)
    return " ".join(
        f"{name}={as_typed(cells[name])}" for name in plan.varying if cells[name] is not None and name not in without
    )
