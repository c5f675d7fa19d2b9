"""Of classes, how often runs have the right one as they train, and which the best run takes for which. Values only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.plan.plan import Plan
from sweep.problem.confusion import Confusion
from sweep.problem.problem import HOLDOUT_ACCURACY
from sweep.report.blocks import Block, Table, Text
from sweep.report.findings import Findings, note
from sweep.report.fit import MOST_FITS, fitted
from sweep.report.judged_runs import Run
from sweep.report.panels import CURVE_POINTS, drawn
from sweep.tracking.display import shown
from sweep.training.curve import Floats
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

MOST_CLASSES = 12
"""Classes of a table with a column for each; of more, the mistakes are listed."""

MOST_MISTAKES = 30
"""Pairs of classes in that list."""


class AccuracyLine(NamedTuple):
    """The part of what is held out that has its own class as the likeliest, over ``epochs``, counted from 1."""

    epochs: NDArray[np.int64]
    parts: NDArray[np.float64]
    label: str
    row: int = 0


@dataclass(frozen=True)
class AccuracyPanel:
    """The runs of one outcome, as many of ``count`` as :func:`sweep.report.panels.drawn` says."""

    outcome: Outcome
    count: int
    lines: list[AccuracyLine]


def accuracy_panels(runs: Sequence[Run], best: Collection[int] = ()) -> list[AccuracyPanel]:
    """A panel for each outcome among runs whose accuracy is followed; the ``best``, by number, in any case."""
    panels = []
    for outcome in Outcome:
        members = [run for run in runs if run.state == outcome and _followed(run) is not None]
        lines = [_line(run, parts) for run in drawn(members, best) if (parts := _followed(run)) is not None]
        if lines:
            panels.append(AccuracyPanel(outcome, len(members), lines))
    return panels


def _line(run: Run, parts: Floats) -> AccuracyLine:
    epochs = shown(parts, CURVE_POINTS)
    return AccuracyLine(epochs + 1, parts[epochs].astype(np.float64), f"{run.setting}: {note(run)}", run.number)


def _followed(run: Run) -> Floats | None:
    return run.curve.watched.get(HOLDOUT_ACCURACY) if run.curve else None


def classes(plan: Plan, findings: Findings) -> list[Block]:
    """For each task with classes, its best run's accuracy and confusions."""
    blocks: list[Block] = []
    for task in plan.tasks[:MOST_FITS]:
        best = fitted(findings.best.get(task))
        for each in plan.problems[task].confusion(best) if best else ():
            blocks += _of_samples(plan.label(task), each)
    return blocks


def _of_samples(label: str, found: Confusion) -> Iterator[Block]:
    total = int(found.counts.sum())
    told = f"{label}: {found.right:,} of {plural(total, 'sample')} {found.samples.removeprefix('samples ')}"
    caption = f"{told} have their own class as the likeliest, {found.right / total:.4g}"
    if len(found.classes) <= MOST_CLASSES:
        header = ["class", *(f"taken for {name}" for name in found.classes)]
        rows = [[name, *map(str, row)] for name, row in zip(found.classes, found.counts.tolist(), strict=True)]
        yield Table(caption, header, rows)
    elif mistakes := found.mistakes:
        rows = [[one, other, f"{count:,}"] for one, other, count in mistakes[:MOST_MISTAKES]]
        which = "the" if len(rows) == len(mistakes) else f"{len(rows):,} of {len(mistakes):,} kinds of"
        yield Table(f"{caption}; {which} mistakes, the most frequent first", ["class", "taken for", "samples"], rows)
    else:
        yield Text(f"{caption}.")
