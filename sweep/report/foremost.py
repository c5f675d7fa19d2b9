"""Which runs come first where there is room for a few: the best, then the rest by how near they came, then failures."""

import math
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from sweep.report.findings import better, comparable
from sweep.report.judged_runs import Run
from sweep.report.repeats import Setting
from sweep.verdict.outcome import Outcome

T = TypeVar("T", Run, Setting)

LEAST = 5
"""Runs that diverged, and runs that failed, that have room in any case."""


def foremost(runs: Sequence[Run], most: int) -> list[Run]:
    """At most ``most`` of ``runs``, in this order.

    Those that converged, the best first; those that are unfinished, by the epochs that theory says are left, and
    where it does not say, by their loss; those that diverged, the nearest to theory's threshold first, and where
    there is none, those that did so last; those that failed; those that were not run. Of data sets whose losses do
    not compare, each has its turn. Of those that diverged, and of those that failed, at least :data:`LEAST`.
    """
    kinds: dict[str, list[Run]] = {}
    for run in runs:
        kinds.setdefault(run.state, []).append(run)
    good = [
        *_in_turns(kinds.get(Outcome.CONVERGED, ()), better),
        *_in_turns(kinds.get(Outcome.UNFINISHED, ()), _to_go),
    ]
    diverged = _in_turns(kinds.get(Outcome.DIVERGED, ()), _beyond)
    failed = kinds.get("FAILED", [])
    kept = min(LEAST, len(diverged)) + min(LEAST, len(failed))
    told = good[: most - kept]
    told += diverged[: max(0, most - len(told) - min(LEAST, len(failed)))]
    return [*told, *failed, *kinds.get("NOT RUN", ())][:most]


def foremost_settings(settings: Sequence[Setting]) -> list[Setting]:
    """All of ``settings``, each of several runs, by their rank, and last those of which no run stands."""
    standing = _in_turns([each for each in settings if each.standing], lambda each: each.rank)
    return [*standing, *(each for each in settings if not each.standing)]


def _in_turns(these: Sequence[T], key: Callable[[T], Any]) -> list[T]:
    """The first of each group of tasks that compare, then the second of each, and so on."""
    groups = comparable(dict.fromkeys(each.point.task for each in these))
    group_of = {task: place for place, tasks in enumerate(groups) for task in tasks}
    ranked: list[list[T]] = [[] for _ in groups]
    for each in sorted(these, key=key):
        ranked[group_of[each.point.task]].append(each)
    return [each for turn in zip_longest(*ranked) for each in turn if each]


def _to_go(run: Run) -> tuple[float, tuple[float, int]]:
    needed = run.verdict.epochs_needed if run.verdict else None
    return math.inf if needed is None else needed, better(run)


def _beyond(run: Run) -> tuple[float, float]:
    assert run.verdict is not None, "it has diverged"
    expected, left = run.verdict.expected, run.verdict.events.first_not_finite
    return expected.threshold_ratio if expected else 0, -math.inf if left is None else -left
