"""What the pictures of curves and epochs show, as values: nothing is decided after this, and nothing drawn here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report.findings import note
from sweep.report.judged_runs import Run
from sweep.tracking.display import shown
from sweep.training.curve import Curve
from sweep.verdict.outcome import Outcome

MOST_PANELS = 12
"""Panels of one picture; the rest are named below it."""

MOST_CURVES = 200
"""Curves of a panel; of more, evenly many are drawn and the best, and the title says so."""

CURVE_POINTS = 90
"""Epochs of a curve that are drawn, evenly spaced on a log axis."""


class Mark(NamedTuple):
    """A point in a picture, and what it says when it is pointed at.

    ``row`` is the number of the row that it stands for in the page's table, of all runs or of all settings; 0 is none.
    """

    x: float
    y: float
    label: str
    row: int = 0


class _Numbered(Protocol):
    @property
    def number(self) -> int: ...


_T = TypeVar("_T", bound=_Numbered)


def drawn(members: Sequence[_T], best: Collection[int]) -> list[_T]:
    """Evenly many of ``members``, at most :data:`MOST_CURVES`, and those whose numbers are among the ``best``.

    These come last, and so lie on top.
    """
    step = max(1, -(-len(members) // MOST_CURVES))
    found = [each for place, each in enumerate(members) if place % step == 0 or each.number in best]
    return sorted(found, key=lambda each: each.number in best)


class CurveLine(NamedTuple):
    """A loss curve as its axis can show it: ``losses``, finite, on a log axis > 0, over ``epochs`` from 1; its mark.

    ``held`` are epochs and losses on what is held out, as many as can be shown; ``row`` is as of a :class:`Mark`.
    """

    epochs: NDArray[np.int64]
    losses: NDArray[np.float64]
    mark: Mark | None
    label: str
    held: tuple[NDArray[np.int64], NDArray[np.float64]]
    row: int = 0


@dataclass(frozen=True)
class CurvePanel:
    """The curves of one outcome, as many of ``count`` as :func:`drawn` says; and what is ``marked`` on them, in words.

    ``log`` is whether losses lie along a log axis.
    """

    outcome: Outcome
    count: int
    lines: list[CurveLine]
    marked: str
    log: bool = True


def are_log(curves: Iterable[Curve]) -> bool:
    """Whether the losses of ``curves`` lie along a log axis: where none is below 0, as a log likelihood may be."""
    return not any((curve.descended < 0).any() for curve in curves)


def curve_panels(runs: Sequence[Run], best: Collection[int] = ()) -> list[CurvePanel]:
    """A panel for each outcome that occurs; ``best`` are numbers of runs that are drawn in any case."""
    panels = []
    for outcome in Outcome:
        members = [run for run in runs if run.state == outcome]
        if members:
            log = are_log(run.curve for run in members if run.curve)
            lines = [_line(run, log) for run in drawn(members, best)]
            panels.append(CurvePanel(outcome, len(members), lines, _marked(outcome, members), log))
    return panels


def _marked(outcome: Outcome, runs: Sequence[Run]) -> str:
    if outcome is not Outcome.CONVERGED:
        return "last finite loss" if outcome is Outcome.DIVERGED else "last loss"
    dated = [run.verdict is not None and run.verdict.events.first_within is not None for run in runs]
    return " or ".join(["first within tolerance"] * any(dated) + ["last loss"] * (not all(dated)))


def _line(run: Run, log: bool) -> CurveLine:
    """The curve up to its last finite loss, the final loss counting as epoch ``epochs``.

    Marked is where a converged run came within tolerance, if that is known, where it and an unfinished one ends else,
    and the last finite loss of one that left the finite numbers.
    """
    assert run.curve is not None, "it has an outcome"
    assert run.verdict is not None, "it has an outcome"
    losses = run.curve.descended
    epochs, marked, happened = shown(losses, CURVE_POINTS), -1, run.verdict.events
    if run.verdict.outcome is Outcome.CONVERGED and happened.first_within is not None:
        epochs = np.union1d(epochs, [happened.first_within])
        marked = int(np.searchsorted(epochs, happened.first_within))
    label = f"{run.setting}: {note(run)}"
    mark = None
    has_end = run.state != Outcome.DIVERGED or happened.first_not_finite is not None
    lowest = 0.0 if log else -np.inf
    if len(epochs) and losses[epochs[marked]] > lowest and has_end:
        mark = Mark(float(epochs[marked] + 1), float(losses[epochs[marked]]), label, run.number)
    watched = run.curve.watched.get(HOLDOUT_LOSS, np.full(len(losses), np.nan)).astype(np.float64)
    held = epochs[np.isfinite(watched[epochs]) & (watched[epochs] > lowest)]
    epochs = epochs[losses[epochs] > lowest]
    return CurveLine(epochs + 1, losses[epochs], mark, label, (held + 1, watched[held]), run.number)


@dataclass(frozen=True)
class EpochsPanel:
    """Epochs until within tolerance: theory's along, observation's upright."""

    marks: list[Mark]


def epochs_panel(timed: Sequence[Run]) -> EpochsPanel | None:
    """Of runs that theory and observation both bring within tolerance; None without any."""
    marks = []
    for run in timed:
        assert run.verdict is not None, "it came within tolerance"
        assert run.verdict.expected is not None, "theory predicted it"
        predicted, observed = run.verdict.expected.predicted_epochs or 0, run.verdict.events.first_within or 0
        label = f"{run.setting}: predicted {predicted:,}, observed {observed:,}"
        marks.append(Mark(predicted + 1, observed + 1, label, run.number))
    return EpochsPanel(marks) if marks else None
