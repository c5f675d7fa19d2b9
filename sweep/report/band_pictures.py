"""The picture of settings with repeats: median curves with bands. Nothing is decided here."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sweep.report.axes import Axis
from sweep.report.bands import BandLine, BandPanel, Middle, Numbers
from sweep.report.drawing import Frame, path
from sweep.report.escape import in_html
from sweep.report.panels import Mark
from sweep.report.pictures import Picture, marks_at, panel_size
from sweep.verdict.outcome import Outcome
from sweep.verdict.sentences import plural

ABOVE = 3.0
"""How far above the largest loss at a start the axis goes, as a factor: what diverges leaves the picture there."""

APART = 130
"""Between the numbers of two lines, in tenths of a pixel, at least."""


def draw_bands(panels: Sequence[BandPanel], target: float | None) -> Picture:
    """Median losses against epoch on log axes, each in its band.

    Parameters
    ----------
    target : the loss at which a run counts as converged; None where data sets differ in it.
    """
    size = panel_size(panels)
    pictures = [_panel(panel, target, size) for panel in panels]
    lines = [line for panel in panels for line in panel.lines]
    outcomes = [outcome for outcome in Outcome if any(line.outcome is outcome for line in lines)]
    meaning = [(str(outcome), f"most runs {outcome.lower()}") for outcome in outcomes]
    if target:
        meaning.append(("theory second", "loss that counts as converged"))
    if any(line.held for line in lines):
        meaning.append((f"lines second {outcomes[0]}", "median on what is held out"))
    alt = (
        "loss against epoch on log axes: the median of a setting's runs, in a band without the highest and the lowest "
    )
    names = "; ".join(line.name for line in lines if line.name)
    return Picture("curves.svg", f"{alt}fourth of them{names and '. '}{names}", pictures, size, meaning)


def _panel(panel: BandPanel, target: float | None, size: tuple[int, int]) -> str:
    every = [each for line in panel.lines for each in (line.losses, line.held) if each]
    x = Axis.over([end for each in every for end in (each.epochs[0], each.epochs[-1])], margin=0.06)
    top = ABOVE * max((_finite(each.median[:1]).max(initial=0) for each in every), default=1.0)
    heights = np.concatenate([_finite(values) for each in every for values in (each.median, each.low, each.high)])
    y = Axis.over(np.minimum(heights, top or math.inf))
    part = f", {len(panel.lines):,} drawn" if len(panel.lines) < panel.count else ""
    title = f"{panel.title}{panel.title and ': '}{plural(panel.count, 'setting')}{part}"
    frame = Frame(title, x, y, ("epoch + 1", "loss"), size)
    count = len(panel.lines)
    body = [element for line in panel.lines for element in _band(frame, line, min(0.25, 1 / count))]
    body += [element for line in panel.lines for element in _median(frame, line, max(0.2, min(0.9, 20 / count)))]
    ends = [(line, _end(line.losses, top)) for line in panel.lines]
    for outcome in Outcome:
        marks = [Mark(*at, line.label) for line, at in ends if at and line.outcome is outcome]
        body += marks_at(frame, outcome, marks, 30 if len(ends) <= 40 else 18) if marks else []
    if target and y.low <= math.log10(target) <= y.high:
        body.append(path(frame.line([10**x.low, 10**x.high], [target, target]), kind="theory second"))
    body += _numbers(frame, [(line.name.partition(":")[0], at) for line, at in ends if at and line.name])
    return frame.draw(body, f"{title}, median losses with bands")


def _finite(values: Numbers) -> Numbers:
    """Those that a log axis can show."""
    return values[np.isfinite(values) & (values > 0)]


def _band(frame: Frame, line: BandLine, opacity: float) -> list[str]:
    """The band as an area; nothing where it has no width."""
    epochs, _, low, high = line.losses
    seen = np.isfinite(low)
    if not np.any(low[seen] < high[seen]):
        return []
    floor = np.full(len(epochs), np.finfo(np.float64).tiny)  # Far below the picture, as is whatever a log cannot show.
    lower, upper = (frame.inside(epochs[seen], np.maximum(floor, edge)[seen]) for edge in (low, high))
    (x, y), *rest = [*upper, *reversed(lower)]
    steps = [f"M{x} {y}l"]
    for point in rest:
        steps.append(f"{point[0] - x} {point[1] - y}")
        x, y = point
    kind = f'class="{line.outcome}" fill="currentColor" fill-opacity="{opacity:.3f}"'
    return [f'<path {kind} d="{" ".join(steps)}z"><title>{in_html(line.label)}</title></path>']


def _median(frame: Frame, line: BandLine, opacity: float) -> list[str]:
    """The median curve, and that on what is held out."""
    parts = [f'<g class="lines {line.outcome}" stroke-opacity="{opacity:.2f}">']
    for each, what, kind in ((line.losses, "", ""), (line.held, ", held out", "second")):
        if each and len(seen := _seen(each)):
            parts.append(path(frame.line(each.epochs[seen], each.median[seen]), f"{line.label}{what}", kind))
    return [*parts, "</g>"]


def _seen(middle: Middle, top: float = math.inf) -> NDArray[np.int64]:
    """Where the median can be shown."""
    return np.flatnonzero(np.isfinite(middle.median) & (middle.median > 0) & (middle.median <= top))


def _end(middle: Middle, top: float) -> tuple[float, float] | None:
    """The last point of the median that is in the picture."""
    seen = _seen(middle, top)
    return (float(middle.epochs[seen[-1]]), float(middle.median[seen[-1]])) if len(seen) else None


def _numbers(frame: Frame, ends: Sequence[tuple[str, tuple[float, float]]]) -> list[str]:
    """A number right of the end of its line, apart from those of others."""
    texts, below = [], math.inf
    places = [(frame.inside([x], [y])[0], number) for number, (x, y) in ends]
    for (x, y), number in sorted(places, key=lambda place: place[0][1], reverse=True):
        below = min(y + 45, below - APART)
        texts.append(f'<text x="{x + 60}" y="{below:g}" font-size="120">{in_html(number)}</text>')
    return texts
