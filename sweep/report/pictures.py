"""The pictures of a report, from the values of ``panels`` and ``fit``: how they look, not what is in them."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template

import numpy as np

from sweep import colours
from sweep.problem.fit import Fit, Role
from sweep.report import lettering
from sweep.report.axes import Axis
from sweep.report.drawing import Frame, Size, mark, marks, path, shares
from sweep.report.escape import in_html
from sweep.report.fit import drawn
from sweep.report.judged_runs import STATES
from sweep.report.panels import CurvePanel, EpochsPanel, Mark
from sweep.verdict.sentences import plural

LEGEND_HEIGHT = 28

NAME_HEIGHT = 18
"""Of a line with a name, below the legend of a file, in pixels."""

COLUMNS = 3

TONES = {"": colours.LIGHT, " in dark": colours.DARK}
"""The tables of colours, by what ``picture.css`` adds to the name of a state."""

LINES = {Role.RUN: "fitted", Role.BEST: "theory", Role.KNOWN: "theory second"}
"""How the lines among readings are drawn."""

SHARES = "shares"
"""In a legend, a mark with several states."""

DOTS: Mapping[str, Callable[[int, int], str]] = {
    "readings": lambda x, y: mark("CONVERGED", x, y, 30),
    "held": lambda x, y: f"M{x} {y - 42}l42 42-42 42-42-42z",
}
"""The ``d`` of a reading's mark, by whether it trains or is held out: told apart by shape."""


@dataclass(frozen=True)
class Picture:
    """A picture as SVG.

    Parameters
    ----------
    name : of its file.
    alt : what it shows, in a sentence.
    panels : one SVG element each, all of one ``size``.
    legend : what stands for what: a state or a kind of line, and its meaning.
    split : the states that marks with several have.
    names : of lines that have a number, with it.
    """

    name: str
    alt: str
    panels: list[str]
    size: Size
    legend: list[tuple[str, str]]
    split: Sequence[str] = ()
    names: Sequence[str] = ()

    @property
    def caption(self) -> str:
        """What it shows, and what its numbers stand for."""
        return f"{self.alt}. {'; '.join(self.names)}" if self.names else self.alt

    def key(self) -> str:
        """The legend as one SVG element."""
        samples, x = [], 14
        for kind, meaning in self.legend:
            sample = [path(DOTS[kind](90, 0) if kind in DOTS else "M0 0h220", kind=kind)]
            if kind == SHARES:
                sample = [shares(dict.fromkeys(self.split, 1), 90, 0, 60)]
            elif kind in STATES:
                sample = marks(kind, 45, [path(mark(kind, 90, 0, 45))])
            samples.append(f'<g transform="translate({x} 14) scale(0.1)">{"".join(sample)}</g>')
            room = 18 if kind in (*STATES, *DOTS, SHARES) else 28
            samples.append(f'<text x="{x + room}" y="18">{in_html(meaning)}</text>')
            x += _step(meaning)
        size = f'width="{x}" height="{LEGEND_HEIGHT}" viewBox="0 0 {x} {LEGEND_HEIGHT}"'
        return f'<svg class="picture key" {size} aria-hidden="true">{"".join(samples)}</svg>'

    def file(self) -> bytes:
        """A file of its own: the panels side by side, the legend below."""
        columns, (across, down) = min(COLUMNS, len(self.panels)), self.size
        legend_width = 14 + sum(_step(meaning) for _, meaning in self.legend)
        width, height = max(680, columns * across, legend_width), -(-len(self.panels) // columns) * down
        placed = [
            f'<g transform="translate({i % columns * across} {i // columns * down})">{panel}</g>\n'
            for i, panel in enumerate(self.panels)
        ]
        below = height + LEGEND_HEIGHT
        names = [
            f'<text x="14" y="{below + NAME_HEIGHT * place + 10}">{in_html(name)}</text>\n'
            for place, name in enumerate(self.names)
        ]
        below += NAME_HEIGHT * len(names)
        size = f'width="{width}" height="{below}" viewBox="0 0 {width} {below}"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" {size} role="img" '
            f'aria-label="{in_html(self.caption)}">\n<style>\n{style()}</style>\n',
            '<rect class="paper" width="100%" height="100%"/>\n',
            *placed,
            f'<g transform="translate(0 {height})">{self.key()}</g>\n',
            *names,
            "</svg>\n",
        ]
        return "".join(lines).encode()


def _step(meaning: str) -> int:
    """Room in a legend for a sample and its ``meaning``, in pixels."""
    return 40 + round(lettering.width(meaning))


def panel_size(panels: Sequence[object]) -> Size:
    """Of each of ``panels``: larger where it is alone."""
    return (340, 280) if len(panels) > 1 else (480, 380)


def style() -> str:
    """The style of pictures, in files of their own and in the page."""
    sheet = files("sweep.report").joinpath("picture.css").read_text(encoding="utf-8")
    tones = {f"{name}{suffix}": tone for suffix, table in TONES.items() for name, tone in table.items()}
    return Template(sheet).substitute({name.lower().replace(" ", "_"): tone for name, tone in tones.items()})


def marks_at(frame: Frame, state: str, group: Sequence[Mark], r: int) -> list[str]:
    """Marks of one state in a frame."""
    centres = frame.inside([point.x for point in group], [point.y for point in group])
    paths = (
        path(mark(state, *centre, r), point.label, row=point.row) for centre, point in zip(centres, group, strict=True)
    )
    return marks(state, r, paths)


def draw_curves(panels: Sequence[CurvePanel], target: float | None, what: str = "loss") -> Picture:
    """Loss against epoch on log axes, losses below 0 along a linear one; ``what`` is what it is called.

    Parameters
    ----------
    target : the loss at which a run counts as converged; None where data sets differ in it.
    """
    size = panel_size(panels)
    pictures = [_curves(panel, target, what, size) for panel in panels]
    meaning = [(panel.outcome, panel.marked) for panel in panels]
    line = [("theory second", "loss that counts as converged")] if target else []
    if any(len(each.held[0]) for panel in panels for each in panel.lines):
        line.append((f"lines second {panels[0].outcome}", "loss on what is held out"))
    alt = f"{what} against epoch on {axes_told(panel.log for panel in panels)}, a panel an outcome"
    return Picture("curves.svg", alt, pictures, size, [*meaning, *line])


def axes_told(log: Iterable[bool]) -> str:
    """What axes are called of panels whose losses lie along a log axis, or do not."""
    return "log axes" if all(log) else "a log axis"


def _curves(panel: CurvePanel, target: float | None, what: str, size: Size) -> str:
    lines = [line for line in panel.lines if len(line.losses)]
    x = Axis.over([end for line in lines for end in (line.epochs[0], line.epochs[-1])], margin=0.03)
    held = [(line, *line.held) for line in lines if len(line.held[0])]
    heights = [*(line.losses for line in lines), *(losses for _, _, losses in held)]
    y = Axis.over([end for each in heights for end in (each.min(), each.max())], panel.log)
    thinned = len(panel.lines) < panel.count
    part = f", {len(panel.lines):,} drawn" if thinned else ""
    frame = Frame(f"{panel.outcome.lower()} ({panel.count:,}{part})", x, y, ("epoch + 1", what), size)
    opacity = max(0.2, min(0.9, 20 / max(1, len(lines))))
    body = [f'<g class="lines {panel.outcome}" stroke-opacity="{opacity:.2f}">']
    body += [path(frame.line(line.epochs, line.losses), line.label, row=line.row) for line in lines]
    body += [
        path(frame.line(epochs, losses), f"{line.label}, held out", "second", line.row) for line, epochs, losses in held
    ]
    body.append("</g>")
    ends = [line.mark for line in lines if line.mark]
    body += marks_at(frame, panel.outcome, ends, 30 if len(ends) <= 40 else 18)
    if target and y.log and y.low <= math.log10(target) <= y.high:
        body.append(path(frame.line([10**x.low, 10**x.high], [target, target]), kind="theory second"))
    count = f"{len(panel.lines):,} of " if thinned else ""
    return frame.draw(body, f"{count}{plural(panel.count, 'loss curve')} of {panel.outcome.lower()} runs")


def draw_fits(fits: Sequence[tuple[str, Fit]]) -> Picture:
    """A dot for each sample of a data set, another for those held out, and lines among them."""
    pictures, size, held_out = [], panel_size(fits), False
    for label, each in fits:
        samples, held = drawn(each)
        inputs, targets = ([*trained, *others] for trained, others in zip(samples, held, strict=True))
        ends = [float(end) for end in np.linspace(min(inputs), max(inputs), each.points)]
        shown = [(relation, relation.predict) for relation in each.relations if relation.predict]
        lines = [[predict(end) for end in ends] for _, predict in shown]
        x, y = Axis.over(inputs, log=False), Axis.over([*targets, *(v for line in lines for v in line)], log=False)
        total = each.total or len(each.dots[0]) + len(each.held[0])
        count = f"{len(inputs):,} of {total:,} readings" if len(inputs) < total else f"{total:,} readings"
        note = f": {count} drawn" if len(inputs) < total else ""
        frame = Frame(label, x, y, each.axes, size, note)
        body = [
            path(frame.line(ends, line), f"{relation.kind}: {relation.description}", LINES[relation.role])
            for line, (relation, _) in zip(lines, shown, strict=True)
        ]
        for kind, places in (("readings", samples), ("held", held)):
            if dots := [DOTS[kind](*at) for at in frame.inside(*places)]:
                body.append(path("".join(dots), kind=kind))
        if held[0]:
            held_out, label = True, f"{label}, {len(held[0]):,} of them held out"
        pictures.append(frame.draw(body, f"{count} of {label}, and {each.among}"))
    roles = dict.fromkeys(
        (relation.role, relation.kind) for _, each in fits for relation in each.relations if relation.predict
    )
    meaning = [(LINES[role], kind) for role, kind in roles]
    if held_out:
        meaning += [("readings", "samples that train"), ("held", "samples held out")]
    return Picture("fit.svg", "; ".join(dict.fromkeys(each.shows for _, each in fits)), pictures, size, meaning)


def draw_epochs(panel: EpochsPanel) -> Picture:
    """Epochs until within tolerance, observed against predicted, with the line on which they are the same."""
    both = [value for point in panel.marks for value in (point.x, point.y)]
    axis = Axis.over(both)
    names, size = ("predicted + 1", "observed + 1"), panel_size([panel])
    frame = Frame(f"epochs to tolerance ({len(panel.marks):,})", axis, axis, names, size)
    body = [path(f"M0 {frame.down}L{frame.across} 0", kind="theory"), *marks_at(frame, "CONVERGED", panel.marks, 30)]
    alt = f"observed against predicted epochs until within tolerance, of {len(panel.marks):,} converged"
    meaning = [("CONVERGED", "a converged run"), ("theory", "observed as predicted")]
    return Picture("epochs.svg", alt, [frame.draw(body, alt)], frame.size, meaning)
