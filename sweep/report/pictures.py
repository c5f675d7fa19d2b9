"""Pictures of a report: what is the same of all, their legends and files; and those of fits and epochs.

How they look, not what is in them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from sweep.report.panels import EpochsPanel, Mark
from sweep.report.pin_picture import diamond, ring

LEGEND_HEIGHT = 28

NAME_HEIGHT = 18
"""Of a line with a name, below the legend of a file, in pixels."""

AROUND = 14
"""Room beside a legend, in pixels."""

LEAST_WIDTH = 680
"""Of a file, in pixels."""

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
    "best ring": lambda x, y: ring(x, y, 55),
    "step": lambda x, y: diamond(x, y, 65),
}
"""The ``d`` of other marks: of readings, by whether they train or are held out, and of what the map marks."""


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
    of_runs : whether the rows of its marks are those of all runs also where settings have a table.
    narrow : the panels again, for windows in which those have no room; none where they have.
    """

    name: str
    alt: str
    panels: list[str]
    size: Size
    legend: list[tuple[str, str]]
    split: Sequence[str] = ()
    names: Sequence[str] = ()
    of_runs: bool = False
    narrow: Sequence[str] = ()

    @cached_property
    def _keys(self) -> list[tuple[int, str]]:
        """Width and content of each sample of the legend with what it means."""
        made = []
        for kind, meaning in self.legend:
            sample = [path(DOTS[kind](90, 0) if kind in DOTS else "M0 0h220", kind=kind)]
            if kind == SHARES:
                sample = [shares(dict.fromkeys(self.split, 1), 90, 0, 60)]
            elif kind in STATES:
                sample = marks(kind, 45, [path(mark(kind, 90, 0, 45))])
            room = 18 if kind in (*STATES, *DOTS, SHARES) else 28
            text = f'<text x="{room}" y="18">{in_html(meaning)}</text>'
            content = f'<g transform="translate(0 14) scale(0.1)">{"".join(sample)}</g>{text}'
            made.append((40 + round(lettering.width(meaning)), content))
        return made

    @property
    def caption(self) -> str:
        """What it shows, and what its numbers stand for."""
        names = "; ".join(self.names)
        return f"{self.alt}. {names[:1].upper()}{names[1:]}" if names else self.alt

    def key(self) -> str:
        """The legend as HTML, an SVG element for each sample, so that it wraps where there is less room."""
        samples = (
            f'<svg class="picture key" width="{width}" height="{LEGEND_HEIGHT}" '
            f'viewBox="0 0 {width} {LEGEND_HEIGHT}">{content}</svg>'
            for width, content in self._keys
        )
        return f'<div class="keys" aria-hidden="true">{"".join(samples)}</div>' if self._keys else ""

    def file(self) -> bytes:
        """A file of its own: the panels side by side, the legend below."""
        columns, (across, down) = min(COLUMNS, len(self.panels)), self.size
        width = max([LEAST_WIDTH, columns * across, *(2 * AROUND + room for room, _ in self._keys)])
        below = -(-len(self.panels) // columns) * down
        placed = [
            f'<g transform="translate({i % columns * across} {i // columns * down})">{panel}</g>\n'
            for i, panel in enumerate(self.panels)
        ]
        x = AROUND
        for room, content in self._keys:
            if x + room > width - AROUND:
                x, below = AROUND, below + LEGEND_HEIGHT
            placed.append(f'<g transform="translate({x} {below})">{content}</g>\n')
            x += room
        below += LEGEND_HEIGHT * bool(self._keys)
        names = [
            f'<text x="{AROUND}" y="{below + NAME_HEIGHT * place + 10}">{in_html(name)}</text>\n'
            for place, name in enumerate(self.names)
        ]
        below += NAME_HEIGHT * len(names)
        size = f'width="{width}" height="{below}" viewBox="0 0 {width} {below}"'
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" {size} role="img" '
            f'aria-label="{in_html(self.caption)}">\n<style>\n{style()}</style>\n',
            '<rect class="paper" width="100%" height="100%"/>\n',
            *placed,
            *names,
            "</svg>\n",
        ]
        return "".join(lines).encode()


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
    return Picture("epochs.svg", alt, [frame.draw(body, alt)], frame.size, meaning, of_runs=True)
