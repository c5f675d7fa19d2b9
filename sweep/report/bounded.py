"""What theory knows of losses that are convex and no quadratic, and what it says to try next. Values only."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.convexity import Convexity
from sweep.report.judged_runs import Run
from sweep.verdict.convex import is_plain
from sweep.verdict.outcome import Outcome
from sweep.verdict.stability import stability_of

MOST_BOUNDS = 100
"""Combinations of task, scale and decay that are looked at."""

OFFSET = 10
"""How many times smaller the condition must be without the inputs' offset for that to be called the cause."""

OPEN = (Outcome.UNFINISHED, Outcome.DIVERGED)
"""Outcomes of runs for which there is something to try."""

LONGER = 4
"""How many times as long an unfinished run is to be tried."""


def bounds(plan: Plan) -> list[tuple[Point, Convexity]]:
    """A plain point of each task, scale and decay whose loss is convex and no quadratic, and what is known of that."""
    different: dict[tuple[object, ...], Point] = {}
    for point in filter(is_plain, plan.points):
        different.setdefault((point.task, point.scale, point.decay), point)
    found = [(point, plan.problem(point).convexity(point)) for point in list(different.values())[:MOST_BOUNDS]]
    return [(point, known) for point, known in found if known]


def asked(plan: Plan, runs: Sequence[Run]) -> Iterator[tuple[Point, str]]:
    """Points to try, each with why; none where every run has converged."""
    known = bounds(plan)
    for task in plan.tasks:
        open_runs = [run for run in runs if run.point.task == task and run.state in OPEN]
        here = [(point, each) for point, each in known if point.task == task]
        if not here or not open_runs:
            continue
        of = f" for {plan.label(task)}" if len(plan.tasks) > 1 else ""
        point, least = min(here, key=lambda pair: pair[1].around.condition if pair[1].around else 0.0)
        longest = replace(point, epochs=max(run.point.epochs for run in open_runs))
        sure = _sure(longest, least)
        if sure.lr and all(run.point.lr < sure.lr or not _gets_nearer(run) for run in open_runs):
            yield sure, f"the largest lr at which the loss is sure to fall at every update{of}"
        if centred := _centred(plan, longest, least):
            yield centred[0], f"the offset of the inputs makes descent slow{of} ({centred[1]})"
        left = [(run.verdict.left, run) for run in open_runs if run.verdict and run.verdict.left is not None]
        going = [(value, run) for value, run in left if _gets_nearer(run) and value == value]
        if going:
            _, run = min(going, key=lambda pair: pair[0])
            longer = replace(run.point, epochs=LONGER * run.point.epochs)
            yield longer, f"the unfinished run with the least left{of}, {LONGER} times as long"


def _gets_nearer(run: Run) -> bool:
    """Whether more epochs may end an unfinished run: not where its lr is beyond the threshold at the optimum."""
    expected = run.verdict.expected if run.verdict else None
    return run.state == Outcome.UNFINISHED and not (expected and expected.threshold_ratio >= 1)


def _sure(point: Point, known: Convexity) -> Point:
    """``point`` at an lr of two digits below which the loss is sure to fall."""
    bound = stability_of(point).threshold(known.curvature)
    lr = float(f"{bound:.2g}")
    return replace(point, lr=lr if lr < bound else float(f"{bound * 0.95:.2g}"))


def _centred(plan: Plan, point: Point, known: Convexity) -> tuple[Point, str] | None:
    """``point`` without the offset of its inputs, and how the condition changes; None where that is not the cause."""
    if point.center or point.standardize or known.around is None:
        return None
    centred = replace(point, center=True)
    without = plan.problem(centred).convexity(centred)
    if without is None or without.around is None or known.around.condition <= OFFSET * without.around.condition:
        return None
    return _sure(centred, without), f"condition {known.around.condition:.3g}, without it {without.around.condition:.3g}"
