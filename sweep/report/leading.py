"""Which run, or setting with repeats, is the best: of a whole sweep in a few words, and of tasks for its pictures."""

from collections.abc import Collection, Mapping

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report import repeats
from sweep.report.findings import MOST_PRAISED, Findings, better, comparable, label
from sweep.report.fit import short
from sweep.report.judged_runs import Run
from sweep.verdict.outcome import Outcome


def leading(plan: Plan, found: Findings) -> tuple[str, float] | None:
    """What varies of the best setting of all, briefly, and its final loss, of repeats the mean; held out, if any is.

    None without any. Of several tasks, whose losses do not compare, one has the least loss too.
    """
    if found.settings:
        ahead = min(repeats.best_of(found.settings).values(), key=lambda each: each.rank, default=None)
        average = ahead and (ahead.average(HOLDOUT_LOSS) or ahead.average(repeats.FINAL))
        return (" ".join(_varied(plan, ahead.point, {"seed"})), average.mean) if ahead and average else None
    best = min(found.best.values(), key=better, default=None)
    return (" ".join(_varied(plan, best.point)), better(best)[0]) if best else None


def ahead(plan: Plan, found: Findings) -> Mapping[int, str]:
    """The best of each group of tasks whose losses compare, by its row in the page's table, and what it is called.

    As :class:`Findings` names them in its sentence: nothing where they would be more than it praises, or where nothing
    varies.
    """
    groups, settings = comparable(plan.tasks), repeats.best_of(found.settings)
    named: dict[int, str] = {}
    for tasks in groups if len(groups) <= MOST_PRAISED and plan.varying else ():
        best: Run | repeats.Setting | None
        if found.settings:
            best = min((settings[task] for task in tasks if task in settings), key=lambda each: each.rank, default=None)
            is_found = best is not None and best.counts[Outcome.CONVERGED] > 0
        else:
            best = min((found.best[task] for task in tasks if task in found.best), key=better, default=None)
            is_found = best is not None and best.state == Outcome.CONVERGED
        of = f" of {label(plan, tasks)}" if len(groups) > 1 else ""
        without = [name for name, is_told in (("seed", found.settings), ("data", of)) if is_told]
        if best and (words := _varied(plan, best.point, without)):
            named[best.number] = f"best{' so far' * (not is_found)}{of}: {' '.join(map(short, words))}"
    return named


def _varied(plan: Plan, point: Point, without: Collection[str] = ()) -> list[str]:
    cells = plan.brief_cells(point)
    return [f"{name}={cells[name]}" for name in plan.varying if cells[name] and name not in without]
