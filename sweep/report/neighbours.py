"""What to try next of runs of which theory knows nothing beforehand: by what they and their neighbours did."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report.findings import better, comparable, label
from sweep.report.judged_runs import Run
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import MODELS
from sweep.verdict.outcome import Limit, Outcome
from sweep.verdict.rule import bound

LONGER = 4
"""How many times as long an unfinished run is to be tried."""

STEP = 3
"""How many times as large an lr is to be tried beyond the last one that was."""

LARGE = 10
"""Root mean square of an input, as a model sees it, from which it is called large; and its inverse small."""


def asked(plan: Plan, runs: Sequence[Run]) -> Iterator[tuple[Point, str]]:
    """Points to try, each with why; none where the best of these runs has converged."""
    unforeseen = [run for run in runs if run.verdict and run.verdict.expected is None]
    groups = comparable(dict.fromkeys(run.point.task for run in unforeseen))
    for tasks in groups:
        here = [run for run in unforeseen if run.point.task in tasks]
        is_own = usage.is_function(tasks[0])
        of = f" for {label(plan, tasks) if is_own else plan.data_label(tasks[0].data)}" if len(groups) > 1 else ""
        ended = sorted((run for run in here if run.state != Outcome.DIVERGED), key=better)
        if not ended and _uses(here, "lr"):
            least = min(here, key=lambda run: run.point.lr)
            yield _at(least.point, least.point.lr / LARGE), f"every run diverged{of}: a tenth of the smallest lr"
        elif ended and ended[0].state == Outcome.UNFINISHED:
            if kept := _kept_from_falling(plan, ended[0], f"what had the least loss{of}"):
                yield kept
            else:
                yield from _beside(ended[0], here, of) if _uses(here, "lr") else ()
                longer = replace(ended[0].point, epochs=LONGER * ended[0].point.epochs)
                if _uses(here, "epochs") and not (is_own and ended[0].verdict and ended[0].verdict.plateau):
                    yield longer, f"what had the least loss{of}, {LONGER} times as long"
        if found := _standardized(plan, (ended or here)[0], of):
            yield found


def _uses(runs: Sequence[Run], name: str) -> bool:
    """Whether all of ``runs`` do something with a setting; a training function has those that it names."""
    return all(Point.DECLARED[name].used(run.point) for run in runs)


def _kept_from_falling(plan: Plan, best: Run, which: str) -> tuple[Point, str] | None:
    """The best run without what keeps it from the least loss, where neither more epochs nor a larger lr is the way.

    More of them could bring it as far as the pace of its last half goes.
    """
    assert best.verdict is not None, "it has ended"
    assert best.curve is not None, "it has ended"
    point, verdict, losses = best.point, best.verdict, best.curve.descended
    if verdict.limit is Limit.ended and not usage.knows_its_end(point):
        return replace(point, schedule=ScheduleKind.constant), f"{which} was ended by its schedule: without"
    if verdict.excess is None or verdict.limit or best.curve.stalled or point.schedule is not ScheduleKind.constant:
        return None
    fell = float(losses[(len(losses) - 1) // 2] - losses[-1])
    if 2 * (LONGER - 1) * fell >= verdict.excess - bound(plan.problem(point), verdict.tolerance):
        return None
    if point.optimizer is OptimizerKind.adamw and point.weight_decay > 0:
        return replace(point, weight_decay=0.0), f"{which} is held off the least by its weight decay: without"
    return _at(point, point.lr / STEP), f"{which} hardly falls any more: a third of its lr"


def _beside(best: Run, runs: Sequence[Run], of: str) -> Iterator[tuple[Point, str]]:
    """Another lr for the best run, by what others did that differ from it in lr alone."""
    line = sorted((run for run in runs if _is_beside(run, best)), key=lambda run: run.point.lr)
    larger = [run for run in line if run.point.lr > best.point.lr]
    smaller = [run for run in line if run.point.lr < best.point.lr]
    if larger and larger[0].state == Outcome.DIVERGED:
        between = _at(best.point, math.sqrt(best.point.lr * larger[0].point.lr))
        yield between, f"between the lr with the least loss{of} and the next one, which diverged"
    elif not larger:
        yield _at(best.point, STEP * best.point.lr), f"the largest lr had the least loss{of}: {STEP} times as large"
    if larger and not smaller:
        yield _at(best.point, best.point.lr / STEP), f"the smallest lr had the least loss{of}: a third of it"


def _is_beside(run: Run, best: Run) -> bool:
    return replace(run.point, lr=best.point.lr) == best.point


def _at(point: Point, lr: float) -> Point:
    return replace(point, lr=float(f"{lr:.2g}"))


def _standardized(plan: Plan, run: Run, of: str) -> tuple[Point, str] | None:
    """The run with inputs of about the same size, where they are far from that."""
    point = run.point
    if point.standardize or point.problem not in MODELS:
        return None
    sizes = point.scale * (plan.problem(point).prepared.inputs ** 2).mean(axis=0) ** 0.5
    if sizes.min() >= 1 / LARGE and sizes.max() <= LARGE:
        return None
    sizes = [f"{size:.2g}" for size in sorted({sizes.min(), sizes.max()})]
    why = f"inputs of a size of {' to '.join(sizes)} are hard on a model{of}: each with mean 0 and standard deviation 1"
    return replace(point, scale=1.0, standardize=True), why
