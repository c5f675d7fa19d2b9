"""Pictures of settings with repeats: median curves with bands. Nothing is decided here."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.report.axes import Axis
from sweep.report.bands import BandLine, BandPanel, Middle, Numbers
from sweep.report.drawing import Frame, path
from sweep.report.escape import in_html
from sweep.report.panels import Mark
from sweep.report.pictures import Picture, axes_told, marks_at, panel_size
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

ABOVE = 3.0
"""How far above the largest loss at a start the axis goes, as a factor: what diverges leaves the picture there."""

MEDIAN = "the median of a setting's runs, in a band without the highest and the lowest fourth of them"

APART = 130
"""Between the numbers of two lines, in tenths of a pixel, at least."""


def draw_bands(panels: Sequence[BandPanel], target: float | None, what: str = "loss") -> Picture:
    """Median losses against epoch on log axes, each in its band.

    Parameters
    ----------
    target : the loss at which a run counts as converged; None where data sets differ in it.
    """
    size = panel_size(panels)
    pictures = [_panel(panel, target, what, size) for panel in panels]
    lines = [line for panel in panels for line in panel.lines]
    outcomes = [outcome for outcome in Outcome if any(line.outcome is outcome for line in lines)]
    meaning = [(str(outcome), f"most runs {outcome.lower()}") for outcome in outcomes]
    if target:
        meaning.append(("theory second", "loss that counts as converged"))
    if any(line.held for line in lines):
        meaning.append((f"lines second {outcomes[0]}", "median on what is held out"))
    alt = f"{what} against epoch on {axes_told(panel.log for panel in panels)}: {MEDIAN}"
    return Picture("curves.svg", alt, pictures, size, meaning, names=_names(panels))


def draw_accuracy_bands(panels: Sequence[BandPanel]) -> Picture:
    """Median accuracies on what is held out against epoch, each in its band; epochs lie along a log axis."""
    size = panel_size(panels)
    pictures = []
    for panel in panels:
        lines = [(line, line.accuracy) for line in panel.lines if line.accuracy]
        x = Axis.over([end for _, each in lines for end in (each.epochs[0], each.epochs[-1])], margin=0.06)
        y = Axis.over([end for _, each in lines for end in (each.low.min(), each.high.max())], log=False)
        frame = Frame(_title(panel), x, y, ("epoch + 1", "accuracy on what is held out"), size)
        body = [area for line, each in lines for area in _band(frame, line, each, _opacity(panel))]
        for line, each in lines:
            curve = path(frame.line(each.epochs, each.median), line.label, row=line.row)
            body.append(f'<g class="lines {line.outcome}" stroke-opacity="{_strength(panel):.2f}">{curve}</g>')
        ends = [(line, (float(each.epochs[-1]), float(each.median[-1]))) for line, each in lines]
        pictures.append(frame.draw([*body, *_numbers(frame, ends)], f"{_title(panel)}, median accuracies with bands"))
    alt = f"accuracy on what is held out against epoch: {MEDIAN}"
    return Picture("accuracy.svg", alt, pictures, size, [], names=_names(panels))


def _names(panels: Sequence[BandPanel]) -> list[str]:
    return [line.name for panel in panels for line in panel.lines if line.name]


def _title(panel: BandPanel) -> str:
    part = f", {len(panel.lines):,} drawn" if len(panel.lines) < panel.count else ""
    return f"{panel.title}{panel.title and ': '}{plural(panel.count, 'setting')}{part}"


def _opacity(panel: BandPanel) -> float:
    """Of a band: many lie over one another."""
    return min(0.25, 1 / len(panel.lines))


def _strength(panel: BandPanel) -> float:
    """Of a line."""
    return max(0.2, min(0.9, 20 / len(panel.lines)))


def _panel(panel: BandPanel, target: float | None, what: str, size: tuple[int, int]) -> str:
    lines, every = panel.lines, [(line, each) for line in panel.lines for each in (line.losses, line.held) if each]
    x = Axis.over([end for _, each in every for end in (each.epochs[0], each.epochs[-1])], margin=0.06)
    top, heights = _heights(panel, every)
    y = Axis.over(np.minimum(heights, top), panel.log)
    frame = Frame(_title(panel), x, y, ("epoch + 1", what), size)
    body = [area for line in lines for area in _band(frame, line, line.losses, _opacity(panel))]
    body += [element for line in lines for element in _median(frame, line, _strength(panel))]
    ends = [(line, at) for line in lines if (at := _end(line.losses, panel.log, top))]
    for outcome in Outcome:
        marks = [Mark(*at, line.label, line.row) for line, at in ends if line.outcome is outcome]
        body += marks_at(frame, outcome, marks, 30 if len(ends) <= 40 else 18) if marks else []
    if target and y.log and y.low <= math.log10(target) <= y.high:
        body.append(path(frame.line([10**x.low, 10**x.high], [target, target]), kind="theory second"))
    return frame.draw([*body, *_numbers(frame, ends)], f"{_title(panel)}, median losses with bands")


def _heights(panel: BandPanel, every: Sequence[tuple[BandLine, Middle]]) -> tuple[float, Numbers]:
    """How far up the axis goes at most, and what is to have a place along it."""

    def finite(values: Numbers) -> Numbers:
        return values[_can_be_shown(values, panel.log)]

    heights = np.concatenate([finite(values) for _, each in every for values in (each.median, each.low, each.high)])
    firsts = [float(first) for _, each in every for first in finite(each.median[:1])]
    stable = [each for line, each in every if line.outcome is not Outcome.DIVERGED]
    tops = [float(finite(each.median).max(initial=-math.inf)) for each in stable]
    if panel.log:
        tops += [ABOVE * first for first in firsts]
    elif firsts:  # As far above as it reaches below.
        tops.append(max(firsts) + ABOVE * (max(firsts) - float(heights.min())))
    top = max(tops, default=math.inf)
    return (top if top > -math.inf else math.inf), heights


def _can_be_shown(values: Numbers, log: bool) -> NDArray[np.bool_]:
    """Which of ``values`` have a place along an axis."""
    return np.isfinite(values) & ((values > 0) | (not log))


def _band(frame: Frame, line: BandLine, middle: Middle, opacity: float) -> list[str]:
    """The band as an area; nothing where it has no width."""
    epochs, _, low, high = middle
    seen = np.isfinite(low)
    if not np.any(low[seen] < high[seen]):
        return []
    least = np.finfo(np.float64).tiny if frame.y.log else -np.inf
    floor = np.full(len(epochs), least)  # Far below the picture, as is whatever a log cannot show.
    lower, upper = (frame.inside(epochs[seen], np.maximum(floor, edge)[seen]) for edge in (low, high))
    (x, y), *rest = [*upper, *reversed(lower)]
    steps = [f"M{x} {y}l"]
    for point in rest:
        steps.append(f"{point[0] - x} {point[1] - y}")
        x, y = point
    kind = f'class="{line.outcome}" fill="currentColor" fill-opacity="{opacity:.3f}"'
    return [f'<path {kind} data-row="{line.row}" d="{" ".join(steps)}z"><title>{in_html(line.label)}</title></path>']


def _median(frame: Frame, line: BandLine, opacity: float) -> list[str]:
    """The median curve, and that on what is held out."""
    parts = [f'<g class="lines {line.outcome}" stroke-opacity="{opacity:.2f}">']
    for each, what, kind in ((line.losses, "", ""), (line.held, ", held out", "second")):
        if each and len(seen := _seen(each, frame.y.log)):
            parts.append(path(frame.line(each.epochs[seen], each.median[seen]), f"{line.label}{what}", kind, line.row))
    return [*parts, "</g>"]


def _seen(middle: Middle, log: bool, top: float = math.inf) -> NDArray[np.int64]:
    """Where the median can be shown."""
    return np.flatnonzero(_can_be_shown(middle.median, log) & (middle.median <= top))


def _end(middle: Middle, log: bool, top: float) -> tuple[float, float] | None:
    """The last point of the median that is in the picture."""
    seen = _seen(middle, log, top)
    return (float(middle.epochs[seen[-1]]), float(middle.median[seen[-1]])) if len(seen) else None


def _numbers(frame: Frame, ends: Sequence[tuple[BandLine, tuple[float, float]]]) -> list[str]:
    """The number of a line right of its end, apart from those of others, and in the frame as long as there is room."""
    places = [(frame.inside([x], [y])[0], line.name.partition(":")[0]) for line, (x, y) in ends if line.name]
    places.sort(key=lambda place: place[0][1])
    heights = [y + 45 for (_, y), _ in places]
    for place in range(len(heights) - 2, -1, -1):
        heights[place] = min(heights[place], heights[place + 1] - APART)
    for place, height in enumerate(heights):
        heights[place] = max(height, heights[place - 1] + APART if place else APART)
    return [
        f'<text x="{x + 60}" y="{height}" font-size="120">{in_html(number)}</text>'
        for ((x, _), number), height in zip(places, heights, strict=True)
    ]
