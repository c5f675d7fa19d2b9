"""The map, as values: runs by the two settings that change the outcome most, and theory's line among them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.plan.point import Point, Value, as_typed
from sweep.report.change import Cells, change
from sweep.report.findings import note
from sweep.report.fit import short
from sweep.report.judged_runs import STATES, Run
from sweep.report.panels import MOST_PANELS, Mark
from sweep.report.repeats import Setting
from sweep.report.repeats_told import said
from sweep.verdict.convex import threshold_of
from sweep.verdict.sentences import plural

ALWAYS = ("lr", "scale")
"""Settings that may be axes though they do not vary."""

ELSE = (*ALWAYS, "epochs")
"""The same of training functions, of those that they name."""


@dataclass(frozen=True)
class Along:
    """A setting along an axis.

    Parameters
    ----------
    name : its key.
    names : of a setting that is no number its values in the order asked for, each at its place in it, from 0.
    """

    name: str
    names: tuple[str, ...] = ()

    def place(self, value: Value) -> float:
        """Where ``value`` lies."""
        return float(self._places[as_typed(value)] if self.names else value or 0)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @property
    def reach(self) -> float:
        """How far to either side of its place a value reaches."""
        return 0.5 if self.names else 0.0


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


def map_panels(plan: Plan, runs: Sequence[Run], settings: Sequence[Setting] = ()) -> tuple[list[MapPanel], list[str]]:
    """The panels of the map, and the titles of those beyond :data:`MOST_PANELS`.

    Parameters
    ----------
    settings : where some have repeats, all of them, to have the marks; else none.
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
    panels = [_panel(plan, title, across, up, members) for title, members in list(groups.items())[:MOST_PANELS]]
    return panels, list(groups)[MOST_PANELS:]


def _panel(plan: Plan, title: str, across: Along, up: Along, members: Sequence[_Shown]) -> MapPanel:
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
    return MapPanel(title, across, up, {s: marks[s] for s in STATES if s in marks}, line, formula, split)


def axes(plan: Plan, runs: Sequence[Run], cells: Sequence[Cells], but: Collection[str] = ()) -> tuple[Along, ...]:
    """The two settings ``but`` those that change the outcome most, the one that comes first in the plan across.

    Settings that vary can be, of those that every point uses, and lr and scale in any case, or where a point does not
    use these, whichever of :data:`ELSE` all do. Nothing where there are no two. First comes the one with
    the largest :func:`change`; of some that are equal in that, as those that change nothing, a number before text, one
    that varies before one that does not, and then the one that the plan has first: lr, scale, epochs, and so on.
    """
    settings = list(plan.values)
    varying = [name for name in plan.varying if name not in but]

    def is_used(name: str) -> bool:
        return all(values.get(name) is not None for values in cells)

    used = list(filter(is_used, varying))
    always = filter(is_used, ELSE if any(usage.is_function(run.point) for run in runs) else ALWAYS)
    candidates = sorted({*used, *always}, key=settings.index)
    if len(candidates) < 2:
        return ()

    def is_text(name: str) -> bool:
        return any(isinstance(value, bool | str) for value in plan.values[name])

    changes = {name: change(name, plan.varying, runs, cells) if name in used else Fraction() for name in candidates}
    ranked = sorted(candidates, key=lambda name: (-changes[name], is_text(name), name not in used))
    along = {}
    for name in sorted(ranked[:2], key=settings.index):
        names = dict.fromkeys(as_typed(values[name]) for values in cells) if is_text(name) else ()
        along[name] = Along(name, tuple(names))
    return tuple(along.values())


def _title(values: Cells, names: Sequence[str]) -> str:
    own: dict[str, Callable[[Any], str]] = {"epochs": lambda n: plural(n, "epoch"), "data": str}
    parts = [own.get(n, lambda v, n=n: short(f"{n}={as_typed(v)}"))(values[n]) for n in names if values[n] is not None]
    return ", ".join(parts) or "all runs"


def _line(plan: Plan, up: Along, members: Sequence[_Shown]) -> tuple[list[tuple[float, float]], str | None]:
    """The largest stable lr for all that stands upright, as (lr, place), and its formula; nothing without theory."""
    points = {up.place(each.cells[up.name]): each.point for each in members}
    if up.name == "scale":
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
