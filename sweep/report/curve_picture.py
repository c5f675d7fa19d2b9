"""The picture of loss curves; and how curves are drawn, few or many, with the best on top. Nothing is decided here."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.report import lettering
from sweep.report.axes import Axis, are_own, ends, side_by_side
from sweep.report.drawing import Frame, path
from sweep.report.panels import CurvePanel, Mark
from sweep.report.pictures import Picture, marks_at, panel_size
from sweep.verdict.sentences import plural

OWN_RANGE = ", own y-range"
"""What the title of a panel says that does not share the range of others."""

LONGEST_NAME = 300
"""Of a run that a legend names, in pixels; a longer one stands below the picture."""

TARGET = ("theory second", "loss that counts as converged")
"""In a legend."""


class Stroke(NamedTuple):
    """A curve over ``x``, counted from 1, with its ``label`` and ``row`` as of a :class:`sweep.report.panels.Mark`.

    ``kind`` tells one on what is held out.
    """

    x: NDArray[np.int64]
    y: NDArray[np.float64]
    label: str
    row: int
    kind: str = ""


def draw_curves(
    panels: Sequence[CurvePanel], target: float | None, what: str = "loss", best: Mapping[int, str] | None = None
) -> Picture:
    """Loss against epoch on log axes, losses below 0 along a linear one; ``what`` is what it is called.

    Parameters
    ----------
    target : the loss at which a run counts as converged; None where data sets differ in it.
    best : what the runs are called that stand out, by their rows.
    """
    size, best = panel_size(panels), best or {}
    x = side_by_side([(ends(line.epochs for line in each.lines), True) for each in panels], margin=0.03)
    y = side_by_side(
        [(ends(losses for line in each.lines for losses in (line.losses, line.held[1])), each.log) for each in panels]
    )
    pictures = []
    for panel, across, up, is_own in zip(panels, x, y, are_own(y), strict=True):
        title = f"{panel.outcome.lower()} ({panel.count:,}{part_drawn(panel.lines, panel.count)})"
        frame = Frame(title, across, up, ("epoch + 1", what), size, OWN_RANGE * is_own)
        pictures.append(_curves(panel, frame, target, best))
    lines = [line for panel in panels for line in panel.lines]
    meaning = [(str(panel.outcome), panel.marked) for panel in panels if any(line.mark for line in panel.lines)]
    named, names = legend_of(best, [line.row for line in lines if len(line.losses)])
    meaning += [*named, *([TARGET] if any(is_on(axis, target) for axis in y) else [])]
    if held := [panel.outcome for panel in panels if any(len(line.held[0]) for line in panel.lines)]:
        meaning.append((f"lines second {held[0]}", "loss on what is held out"))
    alt = f"{what} against epoch on {axes_told(panel.log for panel in panels)}, a panel an outcome"
    return Picture("curves.svg", alt, pictures, size, meaning, names=names)


def axes_told(log: Iterable[bool]) -> str:
    """What axes are called of panels whose losses lie along a log axis, or do not."""
    return "log axes" if all(log) else "a log axis"


def part_drawn(lines: Sequence[object], count: int) -> str:
    """How many ``lines`` are drawn, where that is not ``count``."""
    return f", {len(lines):,} drawn" if len(lines) < count else ""


def is_on(axis: Axis, target: float | None) -> bool:
    """Whether ``target`` has a place on a log axis."""
    return bool(target) and axis.log and axis.low <= math.log10(target or 1) <= axis.high


def target_line(frame: Frame, target: float | None) -> list[str]:
    """The line at the loss that counts as converged, where it is in the picture."""
    if target is None or not is_on(frame.y, target):
        return []
    return [path(frame.line([10**frame.x.low, 10**frame.x.high], [target, target]), kind="theory second")]


def legend_of(best: Mapping[int, str], rows: Collection[int]) -> tuple[list[tuple[str, str]], list[str]]:
    """What the legend says of the ``best`` of the lines with ``rows``, and what has no room there."""
    names = [name for row, name in best.items() if row in rows]
    if len(names) == 1 and lettering.width(names[0]) <= LONGEST_NAME:
        return [("best", names[0])], []
    return [("best", "best, named below" if len(names) == 1 else "best of each, named below")] * bool(names), names


def radius(count: int) -> int:
    """Half the width of a mark beside ``count`` of them, in tenths of a pixel."""
    return 30 if count <= 40 else 18


def strength(count: int) -> float:
    """How opaque each of ``count`` lines is, so that where many lie over one another they are darker."""
    return max(0.2, min(0.9, 20 / max(1, count)))


def lines(frame: Frame, outcome: str, strokes: Iterable[Stroke], opacity: float) -> list[str]:
    """Lines in the tone of ``outcome``."""
    paths = (path(frame.line(each.x, each.y), each.label, each.kind, each.row) for each in strokes)
    return [f'<g class="lines {outcome}" stroke-opacity="{opacity:.2f}">', *paths, "</g>"]


def outstanding(frame: Frame, strokes: Iterable[Stroke]) -> list[str]:
    """Thick lines in ink, apart from what is below them."""
    made = []
    for each in strokes:
        d, kind = frame.line(each.x, each.y), f"{each.kind} ".lstrip()
        made += [path(d, kind="halo"), path(d, each.label, f"{kind}best", each.row)]
    return made


def marked(frame: Frame, outcome: str, found: Sequence[Mark], r: int) -> list[str]:
    """Marks of one outcome; nothing where there are none."""
    return marks_at(frame, outcome, found, r) if found else []


def _curves(panel: CurvePanel, frame: Frame, target: float | None, best: Collection[int]) -> str:
    strokes = [
        stroke
        for line in panel.lines
        for stroke in (
            Stroke(line.epochs, line.losses, line.label, line.row),
            Stroke(*line.held, f"{line.label}, held out", line.row, "second"),
        )
        if len(stroke.x)
    ]
    marks = [line.mark for line in panel.lines if line.mark]
    r = radius(len(marks))
    body = [
        *lines(frame, panel.outcome, [each for each in strokes if each.row not in best], strength(len(panel.lines))),
        *marked(frame, panel.outcome, [each for each in marks if each.row not in best], r),
        *target_line(frame, target),
        *outstanding(frame, [each for each in strokes if each.row in best]),
        *marked(frame, panel.outcome, [each for each in marks if each.row in best], 45),
    ]
    thinned = f"{len(panel.lines):,} of " if len(panel.lines) < panel.count else ""
    return frame.draw(body, f"{thinned}{plural(panel.count, 'loss curve')} of {panel.outcome.lower()} runs{frame.note}")
