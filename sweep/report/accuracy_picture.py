"""The picture of accuracies on what is held out, epoch by epoch. Nothing is decided here."""

from collections.abc import Collection, Mapping, Sequence

from sweep.report.accuracy import AccuracyPanel
from sweep.report.axes import are_own, ends, side_by_side
from sweep.report.curve_picture import OWN_RANGE, Stroke, legend_of, lines, outstanding, part_drawn, strength
from sweep.report.drawing import Frame
from sweep.report.pictures import Picture, panel_size
from sweep.verdict.sentences import plural

NAMES = ("epoch + 1", "accuracy on what is held out")
"""Of the axes."""


def draw_accuracies(panels: Sequence[AccuracyPanel], best: Mapping[int, str] | None = None) -> Picture:
    """Accuracy against epoch, a panel an outcome; epochs lie along a log axis, and ``best`` is as of curves."""
    size, best = panel_size(panels), best or {}
    x = side_by_side([(ends(line.epochs for line in each.lines), True) for each in panels], margin=0.03)
    y = side_by_side([(ends(line.parts for line in each.lines), False) for each in panels])
    pictures = []
    for panel, across, up, is_own in zip(panels, x, y, are_own(y), strict=True):
        title = f"{panel.outcome.lower()} ({panel.count:,}{part_drawn(panel.lines, panel.count)})"
        pictures.append(_curves(panel, Frame(title, across, up, NAMES, size, OWN_RANGE * is_own), best))
    meaning, names = legend_of(best, [line.row for panel in panels for line in panel.lines])
    alt = "accuracy on what is held out against epoch, a panel an outcome"
    return Picture("accuracy.svg", alt, pictures, size, meaning, names=names)


def _curves(panel: AccuracyPanel, frame: Frame, best: Collection[int]) -> str:
    strokes = [Stroke(line.epochs, line.parts, line.label, line.row) for line in panel.lines]
    body = [
        *lines(frame, panel.outcome, [each for each in strokes if each.row not in best], strength(len(strokes))),
        *outstanding(frame, [each for each in strokes if each.row in best]),
    ]
    return frame.draw(body, f"{frame.title}{frame.note}: {plural(len(panel.lines), 'curve')} of accuracy")
