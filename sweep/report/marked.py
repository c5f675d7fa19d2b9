"""What is marked on the map beside its runs: what to try next. Values only."""

from collections.abc import Sequence

from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.report.map_axes import Along
from sweep.report.panels import Mark
from sweep.report.theory import Step

NEAR = 10
"""How many times as large as the largest value along a log axis, or as small, one is that the axis makes room for."""


def pins(
    plan: Plan, axes: tuple[Along, ...], panels: Sequence[tuple[Point, Sequence[Mark]]], steps: Sequence[Step]
) -> list[list[Mark]]:
    """Of each panel the steps that lie on it; the ``row`` of a mark is here the number of the step, from 1.

    On one panel at most: one from which the step differs in nothing but the axes, its seed, and its epochs. Where
    panels differ in epochs, it is the first that trains as long, else the one that trains longest.

    Parameters
    ----------
    panels : of each one of its points, and all its marks.
    """
    free = {*(along.name for along in axes), "epochs", "seed"}
    found: list[list[Mark]] = [[] for _ in panels]
    for number, step in enumerate(steps, 1):
        if (point := step.point) is None:
            continue
        fitting = [place for place, (member, _) in enumerate(panels) if free.issuperset(member.differing(point))]
        fitting.sort(key=lambda place: panels[place][0].epochs)
        if not fitting:
            continue
        place = next((each for each in fitting if panels[each][0].epochs >= point.epochs), fitting[-1])
        if at := _place(plan, axes, point, panels[place][1]):
            found[place].append(Mark(*at, f"{number}: {plan.setting(point)}: {step.promise}", number))
    return found


def _place(plan: Plan, axes: tuple[Along, ...], point: Point, marks: Sequence[Mark]) -> tuple[float, float] | None:
    """Where ``point`` lies; None where that is not near enough to ``marks`` to be worth the room."""
    cells, places = plan.cells(point), []
    for along, among in zip(axes, ([mark.x for mark in marks], [mark.y for mark in marks]), strict=True):
        value = cells[along.name]
        if value is None or (along.names and as_typed(value) not in along.names):
            return None
        place, low, high = along.place(value), min(among), max(among)
        if low == high:  # What never varied does not begin to here.
            is_near = place == low
        elif low > 0:
            is_near = low / NEAR <= place <= high * NEAR
        else:
            is_near = 2 * low - high <= place <= 2 * high - low
        if not is_near and not along.names:
            return None
        places.append(place)
    return places[0], places[1]
