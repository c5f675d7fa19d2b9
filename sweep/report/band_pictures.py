"""Pictures of settings with repeats: median curves with bands. Nothing is decided here."""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.report.axes import Axis, are_own, ends, side_by_side
from sweep.report.bands import BandLine, BandPanel, Middle, Numbers
from sweep.report.curve_picture import (
    OWN_RANGE,
    TARGET,
    Stroke,
    axes_told,
    is_on,
    legend_of,
    lines,
    marked,
    outstanding,
    part_drawn,
    radius,
    strength,
    target_line,
)
from sweep.report.drawing import Frame
from sweep.report.escape import in_html
from sweep.report.panels import Mark
from sweep.report.pictures import Picture, panel_size
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

ABOVE = 3.0
"""How far above the largest loss at a start the axis goes, as a factor: what diverges leaves the picture there."""

MEDIAN = "the median of a setting's runs, in a band without the highest and the lowest fourth of them"

APART = 145
"""Between the numbers of two lines, in tenths of a pixel, at least."""


def draw_bands(
    panels: Sequence[BandPanel], target: float | None, what: str = "loss", best: Mapping[int, str] | None = None
) -> Picture:
    """Median losses against epoch on log axes, each in its band.

    Parameters
    ----------
    target : the loss at which a run counts as converged; None where data sets differ in it.
    best : what the settings are called that stand out, by their rows.
    """
    size, best = panel_size(panels), best or {}
    every = [[each for line in panel.lines for each in (line.losses, line.held) if each] for panel in panels]
    x = side_by_side([(ends(each.epochs for each in found), True) for found in every])
    y = side_by_side([(_heights(panel), panel.log) for panel in panels])
    pictures = []
    for panel, across, up, is_own in zip(panels, x, y, are_own(y), strict=True):
        frame = Frame(_title(panel), across, up, ("epoch + 1", what), size, OWN_RANGE * is_own)
        pictures.append(_panel(panel, frame, target, best))
    shown = [line for panel in panels for line in panel.lines]
    outcomes = [outcome for outcome in Outcome if any(line.outcome is outcome for line in shown)]
    meaning = [(str(outcome), f"most runs {outcome.lower()}") for outcome in outcomes]
    outstands, names = legend_of(best, [line.row for line in shown])
    meaning += [*outstands, *([TARGET] if any(is_on(axis, target) for axis in y) else [])]
    if any(line.held for line in shown):
        meaning.append((f"lines second {outcomes[0]}", "median on what is held out"))
    alt = f"{what} against epoch on {axes_told(panel.log for panel in panels)}: {MEDIAN}"
    return Picture("curves.svg", alt, pictures, size, meaning, names=[*_names(panels), *names])


def draw_accuracy_bands(panels: Sequence[BandPanel], best: Mapping[int, str] | None = None) -> Picture:
    """Median accuracies on what is held out against epoch, each in its band; epochs lie along a log axis."""
    size, best = panel_size(panels), best or {}
    every = [[(line, line.accuracy) for line in panel.lines if line.accuracy] for panel in panels]
    x = side_by_side([(ends(each.epochs for _, each in found), True) for found in every])
    y = side_by_side([(ends(edge for _, each in found for edge in each[2:]), False) for found in every])
    pictures = []
    for panel, found, across, up, is_own in zip(panels, every, x, y, are_own(y), strict=True):
        frame = Frame(
            _title(panel), across, up, ("epoch + 1", "accuracy on what is held out"), size, OWN_RANGE * is_own
        )
        body = [area for line, each in found for area in _band(frame, line, each, _opacity(panel))]
        body += _medians(frame, panel, [(line, each, "") for line, each in found], best)
        last = [(line, (float(each.epochs[-1]), float(each.median[-1]))) for line, each in found]
        pictures.append(frame.draw([*body, *_numbers(frame, last)], f"{_title(panel)}, median accuracies with bands"))
    outcomes = {line.outcome for found in every for line, _ in found}
    meaning = [(f"lines {outcome}", f"most runs {outcome.lower()}") for outcome in Outcome if outcome in outcomes]
    outstands, names = legend_of(best, [line.row for found in every for line, _ in found])
    alt = f"accuracy on what is held out against epoch: {MEDIAN}"
    return Picture("accuracy.svg", alt, pictures, size, [*meaning, *outstands], names=[*_names(panels), *names])


def _names(panels: Sequence[BandPanel]) -> list[str]:
    named = [(line.row, line.name) for panel in panels for line in panel.lines if line.name]
    return [name for _, name in sorted(named)]


def _title(panel: BandPanel) -> str:
    part = part_drawn(panel.lines, panel.count)
    return f"{panel.title}{panel.title and ': '}{plural(panel.count, 'setting')}{part}"


def _opacity(panel: BandPanel) -> float:
    """Of a band: many lie over one another."""
    return min(0.25, 1 / len(panel.lines))


def _panel(panel: BandPanel, frame: Frame, target: float | None, best: Collection[int]) -> str:
    body = [area for line in panel.lines for area in _band(frame, line, line.losses, _opacity(panel))]
    body += target_line(frame, target)
    both = [(line, ((line.losses, ""), (line.held, "second"))) for line in panel.lines]
    body += _medians(frame, panel, [(line, each, kind) for line, pair in both for each, kind in pair if each], best)
    last = [(line, at) for line in panel.lines if (at := _end(line.losses, frame.y))]
    for outcome in Outcome:
        marks = [Mark(*at, line.label, line.row) for line, at in last if line.outcome is outcome]
        body += marked(frame, outcome, marks, radius(len(last)))
    return frame.draw([*body, *_numbers(frame, last)], f"{_title(panel)}, median losses with bands{frame.note}")


def _medians(
    frame: Frame, panel: BandPanel, curves: Sequence[tuple[BandLine, Middle, str]], best: Collection[int]
) -> list[str]:
    """Median curves, those on what is held out of their own kind, and the ``best`` on top."""
    body, above = [], []
    for line, each, kind in curves:
        seen = np.flatnonzero(_can_be_shown(each.median, frame.y.log))
        label = f"{line.label}{', held out' * bool(kind)}"
        strokes = [Stroke(each.epochs[seen], each.median[seen], label, line.row, kind)] * bool(len(seen))
        if line.row in best:
            above += outstanding(frame, strokes)
        else:
            body += lines(frame, line.outcome, strokes, strength(len(panel.lines)))
    return [*body, *above]


def _heights(panel: BandPanel) -> Numbers:
    """What is to have a place upright: no more than :data:`ABOVE` says of what diverges."""

    def finite(values: Numbers) -> Numbers:
        return values[_can_be_shown(values, panel.log)]

    every = [(line, each) for line in panel.lines for each in (line.losses, line.held) if each]
    heights = np.concatenate([finite(values) for _, each in every for values in (each.median, each.low, each.high)])
    firsts = [float(first) for _, each in every for first in finite(each.median[:1])]
    stable = [each for line, each in every if line.outcome is not Outcome.DIVERGED]
    tops = [float(finite(each.median).max(initial=-math.inf)) for each in stable]
    if panel.log:
        tops += [ABOVE * first for first in firsts]
    elif firsts:  # As far above as it reaches below.
        tops.append(max(firsts) + ABOVE * (max(firsts) - float(heights.min())))
    top = max(tops, default=math.inf)
    clipped: Numbers = np.minimum(heights, top if top > -math.inf else math.inf)
    return clipped


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


def _end(middle: Middle, axis: Axis) -> tuple[float, float] | None:
    """The last point of the median that is in the picture."""
    seen = np.flatnonzero(_can_be_shown(middle.median, axis.log))
    seen = seen[axis.has(middle.median[seen], margin=0.03)]
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
