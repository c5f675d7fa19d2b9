"""Which of many runs MLflow's page loads: the best, those where outcomes change, and a sample of each outcome."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise, zip_longest

from sweep.plan.plan import Plan
from sweep.plan.point import Value
from sweep.report.foremost import foremost
from sweep.report.judged_runs import Run
from sweep.report.repeats import Setting
from sweep.tracking.view import PAGE
from sweep.verdict.outcome import Outcome

BEST, BOUNDARY = 0.2, 0.4
"""Shares of the room for the best and for those where outcomes change; the sample has the rest."""


def loaded_first(plan: Plan, runs: Sequence[Run], settings: Sequence[Setting] = ()) -> list[str]:
    """Keys of the points whose runs a page of :data:`sweep.tracking.view.PAGE` runs has room for, the first one first.

    First the best; then of those that :func:`boundary` finds as many as there is room for, evenly over the plan; then
    one of each outcome in turn, within it in the order of keys, which are hashes.

    Parameters
    ----------
    settings : where some have repeats, all of them: then each counts by what most of its runs found, and all its runs
        stand together.
    """
    repeats = {setting.typical.number: setting.runs for setting in settings}
    some = [setting.typical for setting in settings] or runs
    room = PAGE // max(map(len, repeats.values()), default=1) or 1
    good = [run for run in some if run.state in (Outcome.CONVERGED, Outcome.UNFINISHED)]
    told = {run.number: run for run in foremost(good, max(1, round(BEST * room)))}
    between = [run for run in boundary(plan, some, ["seed"] * bool(settings)) if run.number not in told]
    told |= {run.number: run for run in _evenly(between, round(BOUNDARY * room))}
    kinds: dict[str, list[Run]] = defaultdict(list)
    for run in sorted(some, key=lambda run: run.point.key):
        if run.number not in told and run.state != "NOT RUN":
            kinds[run.state].append(run)
    turns = (run for turn in zip_longest(*kinds.values()) for run in turn if run)
    told |= {run.number: run for run in turns}
    members = (member for number, run in list(told.items())[:room] for member in repeats.get(number, (run,)))
    return [member.point.key for member in members][:PAGE]


def boundary(plan: Plan, runs: Sequence[Run], but: Sequence[str] = ()) -> list[Run]:
    """Runs beside one with another outcome, in order: at the next value of a setting that is a number, all else equal.

    Parameters
    ----------
    but : settings that are no axis, and in which runs beside one another may differ.
    """
    names = [name for name in plan.varying if name not in but]
    cells = {run.number: plan.cells(run.point) for run in runs if run.verdict}
    found: set[int] = set()
    for name in names:
        lines: dict[tuple[Value, ...], list[tuple[float, int, str]]] = defaultdict(list)
        for run in runs:
            value = cells[run.number][name] if run.verdict else None
            if isinstance(value, int | float) and not isinstance(value, bool):
                beside = tuple(cells[run.number][other] for other in names if other != name)
                lines[beside].append((value, run.number, run.state))
        for line in lines.values():
            for (_, one, state), (_, next_one, other) in pairwise(sorted(line)):
                if state != other:
                    found |= {one, next_one}
    return [run for run in runs if run.number in found]


def _evenly(runs: Sequence[Run], most: int) -> list[Run]:
    """``most`` of ``runs``, evenly spaced, the first and the last among them."""
    if len(runs) <= most:
        return list(runs)
    return [runs[round(place * (len(runs) - 1) / max(1, most - 1))] for place in range(most)]
