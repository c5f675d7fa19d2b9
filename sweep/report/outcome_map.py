"""The map, as values: runs by the two settings that change the outcome most, and theory's line among them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.report.change import Cells
from sweep.report.findings import note
from sweep.report.fit import short
from sweep.report.judged_runs import STATES, Run
from sweep.report.map_axes import Along, axes
from sweep.report.marked import pins
from sweep.report.panels import MOST_PANELS, Mark
from sweep.report.repeats import Setting
from sweep.report.repeats_told import said
from sweep.report.theory import Step
from sweep.verdict.convex import threshold_of
from sweep.verdict.sentences import plural


class Split(NamedTuple):
    """A mark for several runs, and how many of these have each state."""

    mark: Mark
    counts: Mapping[str, int]


@dataclass(frozen=True)
class MapPanel:
    """The runs that differ in the two settings of the axes alone, with theory's line between stable and diverged.

    Parameters
    ----------
    across, up : the settings along the axes; lr, if it is one of them, lies across.
    marks : by state, of which there is at least one run; of settings with repeats, those whose runs all have it.
    split : settings whose runs have several states.
    what : has a mark: a run, or a setting.
    best : the marks of the best.
    steps : what to try next, each with the number that it has there as its ``row``.
    threshold : points (lr, place upright) along theory's line, from below; a single one where it is the same for all
        that stand upright, and none where lr is no axis or theory says nothing.
    formula : of that line.
    """

    title: str
    across: Along
    up: Along
    marks: Mapping[str, list[Mark]]
    threshold: list[tuple[float, float]]
    formula: str | None
    split: Sequence[Split] = ()
    what: str = "run"
    best: Sequence[Mark] = ()
    steps: Sequence[Mark] = ()

    @property
    def points(self) -> list[Mark]:
        """All marks, those of a state together."""
        return [*(mark for group in self.marks.values() for mark in group), *(each.mark for each in self.split)]

    @property
    def near(self) -> list[float]:
        """The lrs at which theory's line lies near enough to the runs to be worth the room."""
        lrs, ups = [mark.x for mark in self.points], [mark.y for mark in self.points]
        low, high = min(ups) - self.up.reach, max(ups) + self.up.reach
        beside = [lr for lr, up in self.threshold if len(self.threshold) == 1 or low <= up <= high]
        return [lr for lr in beside if min(lrs) / 30 < lr < max(lrs) * 30]


class _Shown(NamedTuple):
    """What has a mark: a run, or a setting with repeats."""

    point: Point
    cells: Cells
    counts: Mapping[str, int]
    label: str
    number: int


def map_panels(
    plan: Plan,
    runs: Sequence[Run],
    settings: Sequence[Setting] = (),
    best: Collection[int] = (),
    steps: Sequence[Step] = (),
) -> tuple[list[MapPanel], list[str]]:
    """The panels of the map, and the titles of those beyond :data:`MOST_PANELS`.

    Parameters
    ----------
    settings : where some have repeats, all of them, to have the marks; else none.
    best : numbers of those runs, or settings, that are marked as such.
    steps : what to try next, marked where it lies on a panel.
    """
    cells: list[Cells] = [plan.cells(run.point) for run in runs]
    apart = ["seed"] * bool(settings)
    if not (found := axes(plan, runs, cells, apart)):
        return [], []
    across, up = found
    aside = [name for name in plan.shown if name not in (across.name, up.name, *apart)]
    each_run = (
        _Shown(r.point, c, {r.state: 1}, f"{r.setting}: {r.state}, {note(r)}", r.number)
        for r, c in zip(runs, cells, strict=True)
    )
    each_setting = (_Shown(s.point, plan.cells(s.point), s.counts, f"{s.name}: {said(s)}", s.number) for s in settings)
    groups: dict[str, list[_Shown]] = {}
    for each in each_setting if settings else each_run:
        groups.setdefault(_title(each.cells, aside), []).append(each)
    what = "setting" if settings else "run"
    panels = [_panel(plan, title, found, members, what) for title, members in list(groups.items())[:MOST_PANELS]]
    pinned = pins(plan, found, [(groups[each.title][0].point, each.points) for each in panels], steps)
    praised = ([mark for mark in each.points if mark.row in best] for each in panels)
    panels = [replace(each, best=b, steps=s) for each, b, s in zip(panels, praised, pinned, strict=True)]
    return panels, list(groups)[MOST_PANELS:]


def _panel(plan: Plan, title: str, axes: tuple[Along, ...], members: Sequence[_Shown], what: str) -> MapPanel:
    across, up = axes
    marks: dict[str, list[Mark]] = {}
    split = []
    for each in members:
        place = Mark(across.place(each.cells[across.name]), up.place(each.cells[up.name]), each.label, each.number)
        states = [state for state, count in each.counts.items() if count]
        if len(states) == 1:
            marks.setdefault(states[0], []).append(place)
        else:
            split.append(Split(place, each.counts))
    line, formula = _line(plan, up, members) if across.name == "lr" else ([], None)
    return MapPanel(title, across, up, {s: marks[s] for s in STATES if s in marks}, line, formula, split, what)


def _title(values: Cells, names: Sequence[str]) -> str:
    own: dict[str, Callable[[Any], str]] = {"epochs": lambda n: plural(n, "epoch"), "data": str}
    parts = [own.get(n, lambda v, n=n: short(f"{n}={as_typed(v)}"))(values[n]) for n in names if values[n] is not None]
    return ", ".join(parts) or "all runs"


def _line(plan: Plan, up: Along, members: Sequence[_Shown]) -> tuple[list[tuple[float, float]], str | None]:
    """The largest stable lr for all that stands upright, as (lr, place), and its formula; nothing without theory."""
    points = {up.place(each.cells[up.name]): each.point for each in members}
    if up.name == "scale" and not up.names:
        scales, some = [point.scale for point in plan.points], members[0].point
        points = {scale: replace(some, scale=scale) for scale in _between(min(scales), max(scales))}
    found = {place: threshold_of(plan.problem(point), point) for place, point in sorted(points.items())}
    known = [(*threshold, place) for place, threshold in found.items() if threshold]
    if not known or (len(known) < len(points) and not up.names):
        return [], None
    line = [(lr, end) for lr, _, place in known for end in sorted({place - up.reach, place + up.reach})]
    same = len(known) == len(points) and len({lr for lr, _ in line}) == 1
    return line[:1] if same else line, " or ".join(dict.fromkeys(formula for _, formula, _ in known))


def _between(low: float, high: float) -> list[float]:
    """Values from below ``low`` to above ``high``, both among them, evenly spaced on a log axis."""
    values: list[float] = np.geomspace(max(low / 4, 1e-300), min(high * 4, 1e300), 60).tolist()
    return sorted({*values, low, high})
