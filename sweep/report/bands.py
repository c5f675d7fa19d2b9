"""Curves of settings with repeats, as values: of each the median of its runs, with a band around it."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.plan.plan import Plan
from sweep.problem.problem import HOLDOUT_ACCURACY, HOLDOUT_LOSS
from sweep.report.findings import comparable, label
from sweep.report.fit import short
from sweep.report.panels import CURVE_POINTS, are_log, drawn
from sweep.report.repeats import Setting, as_words
from sweep.report.repeats import shown as shown_in_tables
from sweep.report.repeats_told import said
from sweep.tracking.display import shown
from sweep.training.curve import Floats
from sweep.verdict.outcome import Outcome

MOST_NAMED = 8
"""Settings whose lines stand in one panel and have numbers; of more, each outcome has a panel."""

Numbers = NDArray[np.float64]


class Middle(NamedTuple):
    """What a setting's runs have at ``epochs``, counted from 1, each of shape ``(n_shown,)``.

    ``low`` and ``high`` are the ends of the band: all runs are in it but the fourth with the least and the fourth with
    the largest values, rounded down. A value that is inf or nan counts as larger than any, as inf: so that what
    diverges bends the median up, or ends it, and no further. The median of an even number is the mean of the two in
    the middle. A curve that ended before others stays what it was at its end.
    """

    epochs: NDArray[np.int64]
    median: Numbers
    low: Numbers
    high: Numbers

    @classmethod
    def of(cls, curves: Sequence[Floats], gone: float = math.inf) -> "Middle":
        """Of at least one curve; ``gone`` is what stands for inf and nan, the worst there is."""
        epochs = shown(np.zeros(max(map(len, curves))), CURVE_POINTS)
        values = np.array([curve[np.minimum(epochs, len(curve) - 1)] for curve in curves], dtype=np.float64)
        values = np.sort(np.where(np.isfinite(values), values, gone), axis=0)
        count, aside = len(values), len(values) // 4
        middle = values[(count - 1) // 2], values[count // 2]
        return cls(epochs + 1, middle[0] / 2 + middle[1] / 2, values[aside], values[count - 1 - aside])


class BandLine(NamedTuple):
    """A setting's losses on samples that train and, if there are any, on those held out; and its accuracy on these.

    Parameters
    ----------
    name : a number and what it stands for, where lines are told apart; else empty.
    outcome : what most of its runs found.
    row : its number, as of a :class:`sweep.report.panels.Mark`.
    """

    name: str
    outcome: Outcome
    label: str
    losses: Middle
    held: Middle | None
    accuracy: Middle | None
    row: int = 0


@dataclass(frozen=True)
class BandPanel:
    """The lines of settings that may be compared, as many of ``count`` as :func:`sweep.report.panels.drawn` says.

    ``log`` is whether losses lie along a log axis.
    """

    title: str
    count: int
    lines: list[BandLine]
    log: bool = True


def band_panels(plan: Plan, settings: Sequence[Setting], best: Collection[int] = ()) -> list[BandPanel]:
    """A panel for all settings that may be compared where they are few, and else one for each outcome of theirs.

    ``best`` are numbers of settings that are drawn in any case.
    """
    found = [each for each in settings if each.outcome]
    is_few = len(found) <= MOST_NAMED
    varying = [name for name in shown_in_tables(plan) if name in plan.varying]
    panels = []
    for title, members in _together(plan, found) if is_few else _by_outcome(found):
        lines = [_line(each, as_words(plan, each.point, varying) if is_few else []) for each in drawn(members, best)]
        log = are_log(run.curve for each in members for run in each.runs if run.curve)
        panels.append(BandPanel(title, len(members), lines, log))
    return panels


def _together(plan: Plan, settings: Sequence[Setting]) -> Iterator[tuple[str, list[Setting]]]:
    groups = comparable(plan.tasks)
    for tasks in groups:
        if members := [each for each in settings if each.point.task in tasks]:
            yield label(plan, tasks) if len(groups) > 1 else "", members


def _by_outcome(settings: Sequence[Setting]) -> Iterator[tuple[str, list[Setting]]]:
    for outcome in Outcome:
        if members := [each for each in settings if each.outcome is outcome]:
            yield f"mostly {outcome.lower()}", members


def _line(setting: Setting, words: Sequence[str]) -> BandLine:
    assert setting.outcome is not None, "it has a result"
    curves = [run.curve for run in setting.runs if run.curve]
    losses = Middle.of([curve.descended for curve in curves])
    held, right = (
        [values for curve in curves if (values := curve.watched.get(name)) is not None]
        for name in (HOLDOUT_LOSS, HOLDOUT_ACCURACY)
    )
    name = f"{setting.number}: {' '.join(map(short, words))}" if words else ""
    label = f"{setting.name}: {said(setting)}"
    watched = Middle.of(held) if held else None, Middle.of(right, gone=0.0) if right else None
    return BandLine(name, setting.outcome, label, losses, *watched, setting.number)
