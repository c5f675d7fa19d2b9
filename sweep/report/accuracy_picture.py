"""The picture of accuracies on what is held out, epoch by epoch. Nothing is decided here."""

from collections.abc import Sequence

from sweep.report.accuracy import AccuracyPanel
from sweep.report.axes import Axis
from sweep.report.drawing import Frame, path
from sweep.report.pictures import Picture, panel_size
from sweep.verdict.sentences import plural


def draw_accuracies(panels: Sequence[AccuracyPanel]) -> Picture:
    """Accuracy against epoch, a panel an outcome; epochs lie along a log axis."""
    size = panel_size(panels)
    pictures = []
    for panel in panels:
        x = Axis.over([end for line in panel.lines for end in (line.epochs[0], line.epochs[-1])], margin=0.03)
        y = Axis.over([part for line in panel.lines for part in (line.parts.min(), line.parts.max())], log=False)
        part = f", {len(panel.lines):,} drawn" if len(panel.lines) < panel.count else ""
        title = f"{panel.outcome.lower()} ({panel.count:,}{part})"
        frame = Frame(title, x, y, ("epoch + 1", "accuracy on what is held out"), size)
        body = [f'<g class="lines {panel.outcome}" stroke-opacity="{max(0.2, min(0.9, 20 / len(panel.lines))):.2f}">']
        body += [path(frame.line(line.epochs, line.parts), line.label, row=line.row) for line in panel.lines]
        body.append("</g>")
        pictures.append(frame.draw(body, f"{title}: {plural(len(panel.lines), 'curve')} of accuracy"))
    alt = "accuracy on what is held out against epoch, a panel an outcome"
    return Picture("accuracy.svg", alt, pictures, size, [])
