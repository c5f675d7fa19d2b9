"""What the pictures show, as values: nothing is decided after this, and nothing drawn here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.report.findings import note
from sweep.report.judged_runs import STATES, Run
from sweep.settings.schema import STARTS
from sweep.tracking.display import shown
from sweep.verdict.convex import threshold_of
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

MOST_PANELS = 12
"""Panels of one picture; the rest are named below it."""

MOST_CURVES = 200
"""Curves of a panel; of more, evenly many are drawn, and the title says so."""

CURVE_POINTS = 90
"""Epochs of a curve that are drawn, evenly spaced on a log axis."""


class Mark(NamedTuple):
    """A point in a picture, and what it says when it is pointed at."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class MapPanel:
    """The runs that differ in the two settings of the axes alone, with theory's line between stable and diverged.

    Parameters
    ----------
    up : the setting on the upright axis; lr lies along the other.
    marks : by state, of which there is at least one run.
    threshold : points (lr, scale) along theory's line; a single one where scale does not stand upright, and none
        where theory says nothing.
    formula : of that line.
    """

    title: str
    up: str
    marks: Mapping[str, list[Mark]]
    threshold: list[tuple[float, float]]
    formula: str | None

    @property
    def points(self) -> list[Mark]:
        """All marks, those of a state together."""
        return [mark for group in self.marks.values() for mark in group]

    @property
    def near(self) -> list[float]:
        """The lrs at which theory's line lies near enough to the runs to be worth the room."""
        lrs, ups = [mark.x for mark in self.points], [mark.y for mark in self.points]
        beside = [lr for lr, scale in self.threshold if self.up != "scale" or min(ups) <= scale <= max(ups)]
        return [lr for lr in beside if min(lrs) / 30 < lr < max(lrs) * 30]


def map_panels(plan: Plan, runs: Sequence[Run]) -> tuple[list[MapPanel], list[str]]:
    """The panels of the map, and the titles of those beyond :data:`MOST_PANELS`."""
    up = _upright(plan)
    aside = [name for name in plan.shown if name not in ("lr", up)]
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(_title(plan, run, aside), []).append(run)
    scales = [point.scale for point in plan.points]
    line = _between(min(scales), max(scales)) if up == "scale" else scales[:1]
    panels = []
    for title, members in list(groups.items())[:MOST_PANELS]:
        marks: dict[str, list[Mark]] = {}
        for run in members:
            marks.setdefault(run.state, []).append(_mark(run, up))
        thresholds, formula = _thresholds(plan, members[0].point, line)
        panels.append(MapPanel(title, up, {s: marks[s] for s in STATES if s in marks}, thresholds, formula))
    return panels, list(groups)[MOST_PANELS:]


def _upright(plan: Plan) -> str:
    """The setting that stands upright beside lr: scale, unless only another number varies."""
    others = [name for name in STARTS if name in plan.varying]
    return "scale" if "scale" in plan.varying or not others else others[0]


def _title(plan: Plan, run: Run, names: Sequence[str]) -> str:
    values = plan.cells(run.point)
    own: dict[str, Callable[[Any], str]] = {"epochs": lambda n: plural(n, "epoch"), "data": str}
    parts = [own.get(n, lambda v, n=n: f"{n}={as_typed(v)}")(values[n]) for n in names if values[n] is not None]
    return ", ".join(parts) or "all runs"


def _thresholds(plan: Plan, point: Point, scales: Sequence[float]) -> tuple[list[tuple[float, float]], str | None]:
    """The largest stable lr at each scale, as (lr, scale), and its formula; nothing where theory says nothing."""
    known = [(threshold_of(plan.problem(point), replace(point, scale=scale)), scale) for scale in scales]
    found = [(*threshold, scale) for threshold, scale in known if threshold]
    return [(lr, scale) for lr, _, scale in found], found[0][1] if found else None


def _mark(run: Run, up: str) -> Mark:
    value = run.point.columns()[up]
    return Mark(run.point.lr, float(value or 0), f"{run.setting}: {run.state}, {note(run)}")


def _between(low: float, high: float) -> list[float]:
    """Values from below ``low`` to above ``high``, both among them, evenly spaced on a log axis."""
    values: list[float] = np.geomspace(max(low / 4, 1e-300), min(high * 4, 1e300), 60).tolist()
    return sorted({*values, low, high})


class CurveLine(NamedTuple):
    """A loss curve as a log axis can show it: ``losses``, finite and > 0, over ``epochs``, counted from 1; its mark.

    ``held`` are epochs and losses on what is held out, as many as can be shown.
    """

    epochs: NDArray[np.int64]
    losses: NDArray[np.float64]
    mark: Mark | None
    label: str
    held: tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True)
class CurvePanel:
    """The curves of one outcome, at most :data:`MOST_CURVES` of ``count``."""

    outcome: Outcome
    count: int
    lines: list[CurveLine]


def curve_panels(runs: Sequence[Run]) -> list[CurvePanel]:
    """A panel for each outcome that occurs."""
    panels = []
    for outcome in Outcome:
        members = [run for run in runs if run.state == outcome]
        if members:
            step = -(-len(members) // MOST_CURVES)
            panels.append(CurvePanel(outcome, len(members), [_line(run) for run in members[::step]]))
    return panels


def _line(run: Run) -> CurveLine:
    """The curve up to its last finite loss, the final loss counting as epoch ``epochs``.

    Marked is where a converged run came within tolerance, where an unfinished one ends, and the last finite loss of
    one that left the finite numbers.
    """
    assert run.curve is not None, "it has an outcome"
    assert run.verdict is not None, "it has an outcome"
    losses = np.append(run.curve.losses.astype(np.float64), run.curve.final_loss)
    epochs, marked, happened = shown(losses, CURVE_POINTS), -1, run.verdict.events
    if run.verdict.outcome is Outcome.CONVERGED and happened.first_within is not None:
        epochs = np.union1d(epochs, [happened.first_within])
        marked = int(np.searchsorted(epochs, happened.first_within))
    label = f"{run.setting}: {note(run)}"
    mark = None
    has_end = run.state != Outcome.DIVERGED or happened.first_not_finite is not None
    if len(epochs) and losses[epochs[marked]] > 0 and has_end:
        mark = Mark(float(epochs[marked] + 1), float(losses[epochs[marked]]), label)
    watched = run.curve.watched.get(HOLDOUT_LOSS, np.full(len(losses), np.nan)).astype(np.float64)
    held = epochs[np.isfinite(watched[epochs]) & (watched[epochs] > 0)]
    epochs = epochs[losses[epochs] > 0]
    return CurveLine(epochs + 1, losses[epochs], mark, label, (held + 1, watched[held]))


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
        marks.append(Mark(predicted + 1, observed + 1, label))
    return EpochsPanel(marks) if marks else None
