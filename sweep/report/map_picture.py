"""The picture of the map: runs, or settings with repeats, by two settings. Nothing is decided here."""

import math
from collections.abc import Sequence
from dataclasses import replace

from sweep.report import lettering
from sweep.report.axes import Axis
from sweep.report.cell_picture import boundary, filled
from sweep.report.cells import ORDER, Grid, grid_of
from sweep.report.drawing import GAP, LEFT, LEFT_OF_LABELS, MOST_LEFT, RIGHT, Frame, Size, path, shares
from sweep.report.judged_runs import STATES
from sweep.report.map_axes import Along
from sweep.report.outcome_map import MapPanel
from sweep.report.pictures import SHARES, Picture, marks_at
from sweep.report.pin_picture import pins, rings

SETTINGS = {"lr": "learning rate", "scale": "input scale"}
"""What the map's axes call a setting that has a name beside its key."""

MARGIN, WITH_PINS = 0.02, 0.06
"""Room beside the outermost cells, in parts of an axis; and where pins need some."""

LEAST_OF_SHARED = 0.5
"""Part of an axis that each panel has at least where they share it."""

LEAST_NAME = 50
"""Room for the name of a tick across, in pixels, at least: where not all have it, some are left out."""

PARTS = {"CONVERGED": "full", "UNFINISHED": "pale", "DIVERGED": "empty", "FAILED": "dashed", "NOT RUN": "dashed"}
"""How the parts of such a mark look."""


ALONE, BESIDE_OTHERS, NARROW = (750, 400), (420, 300), (360, 320)
"""Sizes of a panel, in pixels; the last is that of one alone where a window has no room for it."""

LOW = 0.5
"""How high a panel is in which nothing varies upright, in parts of that."""

LEAST_APART = 130
"""Between two marks of a grid, in tenths of a pixel; where they had to lie nearer, cells are filled."""

LEAST_MARK, MOST_MARK = 12, 55
"""Half-width of a mark, in tenths of a pixel."""


def draw_map(panels: Sequence[MapPanel]) -> Picture:
    """Runs by two settings, coloured and marked by outcome, under theory's line of stability."""
    grids, size = [grid_of(panel) for panel in panels], _size(panels, ALONE)
    narrow = _drawn(panels, grids, _size(panels, NARROW)) if len(panels) == 1 else []
    bounded = any(grid and grid.boundary() for grid in grids)
    return replace(_told(panels, _drawn(panels, grids, size), size, bounded), narrow=narrow)


def _drawn(panels: Sequence[MapPanel], grids: Sequence[Grid | None], size: Size) -> list[str]:
    frames = _frames(panels, grids, size)
    dense = any(grid and _apart(frame, grid) < LEAST_APART for frame, grid in zip(frames, grids, strict=True))
    pictures = []
    for panel, frame, grid in zip(panels, frames, grids, strict=True):
        counts = [f"{len(group):,} {state.lower()}" for state, group in panel.marks.items()]
        counts += [f"{len(panel.split):,} of several outcomes"] * bool(panel.split)
        body = _body(panel, frame, grid, dense)
        pictures.append(frame.draw(body, f"{panel.title}: {', '.join(counts)}"))
    return pictures


def _body(panel: MapPanel, frame: Frame, grid: Grid | None, dense: bool) -> list[str]:
    if grid and dense:
        body = filled(frame, grid)
    else:
        body = [*(boundary(frame, grid) if grid else ()), *_marks(frame, panel, grid)]
    return [*body, *_theory(frame, panel, dense), *rings(frame, panel.best), *pins(frame, panel.steps)]


def _told(panels: Sequence[MapPanel], pictures: list[str], size: Size, bounded: bool) -> Picture:
    """The picture with its legend: what occurs in it, and no more."""
    across, up = _names(panels[0])
    states = [state for state in STATES if any(state in panel.marks for panel in panels)]
    meaning, alt = [(state, state.lower()) for state in states], f"{across} against {up}, marked by outcome"
    split = {state for panel in panels for each in panel.split for state, count in each.counts.items() if count}
    parts = [state for state in PARTS if state in split]
    if parts:
        meaning.append((SHARES, f"runs differ: {', '.join(f'{PARTS[state]} {state.lower()}' for state in parts)}"))
        alt = f"{alt}, split by share where runs of a setting differ"
    if bounded:
        meaning.append(("boundary", "boundary"))
    if formula := " or ".join(dict.fromkeys(panel.formula for panel in panels if panel.formula)):
        meaning.append(("theory", f"{formula}: stable on its left"))
        alt = f"{alt}, with theory's line {formula} between stable and diverged"
    if any(panel.best for panel in panels):
        meaning.append(("best ring", f"best {panels[0].what}"))
    if any(panel.steps for panel in panels):
        meaning.append(("step", "to try next"))
    return Picture("map.svg", alt, pictures, size, meaning, parts)


def _size(panels: Sequence[MapPanel], alone: Size) -> Size:
    """Of each of ``panels``; low where nothing varies upright."""
    width, height = alone if len(panels) == 1 else BESIDE_OTHERS
    is_low = len({mark.y for panel in panels for mark in panel.points}) == 1
    return width, round(LOW * height) if is_low else height


def _names(panel: MapPanel) -> tuple[str, str]:
    across, up = (SETTINGS.get(along.name, along.name) for along in (panel.across, panel.up))
    return across, up


def _frames(panels: Sequence[MapPanel], grids: Sequence[Grid | None], size: Size) -> list[Frame]:
    """Of each panel, all along the same axes where no panel would have less than :data:`LEAST_OF_SHARED` of these."""
    room = (size[0] - LEFT - RIGHT) / max(1, len(panels[0].across.names)) - GAP
    margin = WITH_PINS if any(panel.steps for panel in panels) else MARGIN
    widths, heights = [], []
    for panel, grid in zip(panels, grids, strict=True):
        across, up = grid.edges if grid else ([each.x for each in panel.points], [each.y for each in panel.points])
        widths.append([*across, *panel.near, *(each.x for each in panel.steps)])
        heights.append([*up, *(each.y for each in panel.steps)])
    xs = _axes(panels[0].across, widths, max(room, LEAST_NAME), margin)
    ys = _axes(panels[0].up, heights, MOST_LEFT - LEFT_OF_LABELS, margin)
    return [Frame(each.title, x, y, _names(each), size) for each, x, y in zip(panels, xs, ys, strict=True)]


def _axes(along: Along, places: Sequence[Sequence[float]], room: float, margin: float) -> list[Axis]:
    """The axes of a setting, on log scales where no place is 0 or less; its names, if any, cut to ``room``."""
    if along.names:
        return [Axis.named(lettering.cut_apart(along.names, room))] * len(places)
    together = [place for each in places for place in each]
    log = min(together) > 0
    shared, own = Axis.over(together, log, margin), [Axis.over(each, log, margin) for each in places]
    least = LEAST_OF_SHARED * (shared.high - shared.low)
    return [shared] * len(own) if all(each.high - each.low >= least for each in own) else own


def _apart(frame: Frame, grid: Grid | None, count: int = 1) -> float:
    """How far marks lie apart, in tenths of a pixel; of ``count`` that are on no grid about so."""
    if grid:
        return min(frame.across / len(grid.columns), frame.down / len(grid.rows))
    return math.sqrt(frame.across * frame.down / count) / 2


def _marks(frame: Frame, panel: MapPanel, grid: Grid | None) -> list[str]:
    r = round(max(LEAST_MARK, min(MOST_MARK, _apart(frame, grid, len(panel.points)) * 2 / 5)))
    body = [line for state in ORDER if state in panel.marks for line in marks_at(frame, state, panel.marks[state], r)]
    for counts, each in ((split.counts, split.mark) for split in panel.split):
        body.append(shares(counts, *frame.inside([each.x], [each.y])[0], r * 4 // 3, each.label, each.row))
    return body


def _theory(frame: Frame, panel: MapPanel, dense: bool) -> list[str]:
    """Theory's line; where there are cells below it with a seam that parts it from them."""
    line = [point for point in panel.threshold if 0 < point[0] < math.inf]
    if not line:
        return []
    d = frame.line([lr for lr, _ in line], [place for _, place in line])
    if len(line) == 1:
        d = f"M{frame.inside([line[0][0]], [panel.points[0].y])[0][0]} 0V{frame.down}"
    return [path(d, kind="seam")] * dense + [path(d, kind="theory")]
