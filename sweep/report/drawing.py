"""A panel as SVG: frame, ticks, lines and marks. Drawing only; what is drawn is decided before.

SVG because its bytes depend on nothing but what it shows, it follows the reader's light or dark, and needs no library.
Inside a panel's frame, lengths are tenths of a pixel, so that positions are whole numbers.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sweep.report import lettering
from sweep.report.axes import MOST_TICKS, Axis, Ticks
from sweep.report.escape import in_html

LEFT, TOP, RIGHT, BOTTOM = 80, 28, 24, 48
"""Room around a frame, in pixels: for ticks' labels and, outside them, the names of the axes and the title."""

MOST_LEFT, LEFT_OF_LABELS = 150, 27
"""Room at the left where ticks have names, at most; and of the room there what is not for them."""

GAP = 4
"""Pixels between two labels, at least."""

MOST_NAMES = 40
"""Ticks with names of their own that are tried to stand side by side."""

Size = tuple[int, int]
"""Width and height of a panel, in pixels."""

Values = Sequence[float] | NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True)
class Frame:
    """A panel's axes and their labels.

    Parameters
    ----------
    title, note : what stands above it; a title that has no room is cut, the note after it is not.
    """

    title: str
    x: Axis
    y: Axis
    labels: tuple[str, str]
    size: Size
    note: str = ""

    @cached_property
    def left(self) -> int:
        """Room at the left, in pixels."""
        widest = max(map(lettering.width, self.y.names), default=0)
        return max(LEFT, min(MOST_LEFT, LEFT_OF_LABELS + round(widest)))

    @property
    def across(self) -> int:
        """Width of the frame, in tenths of a pixel."""
        return 10 * (self.size[0] - self.left - RIGHT)

    @property
    def down(self) -> int:
        """Height of the frame, in tenths of a pixel."""
        return 10 * (self.size[1] - TOP - BOTTOM)

    def draw(self, body: Iterable[str], alt: str) -> str:
        """The panel with ``body`` inside its frame; ``alt`` is what a screen reader says of it."""
        (width, height), corner = self.size, f'x="{self.left}" y="{TOP}"'
        inner = f'width="{self.across / 10:g}" height="{self.down / 10:g}"'
        middle = self.left + self.across / 20, TOP + self.down / 20
        x_ticks = _fitting(self.x, self.across / 10, lettering.width)
        y_ticks = _fitting(self.y, self.down / 10, lambda label: lettering.HEIGHT)
        across = _name(self.labels[0], x_ticks, self.across / 10)
        up = _name(self.labels[1], y_ticks, self.down / 10 + BOTTOM - TOP)
        title = lettering.cut(self.title, width - 16 - lettering.width(self.note, bold=True), bold=True) + self.note
        return "".join(
            [
                f'<svg class="picture" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
                f'aria-label="{in_html(alt)}"><text class="title" x="8" y="14">{in_html(title)}</text>',
                *self._ticks(x_ticks, y_ticks),
                f'<svg {corner} {inner} viewBox="0 0 {self.across} {self.down}">',
                *body,
                f'</svg><rect class="frame" {corner} {inner}/>',
                f'<text x="{middle[0]:g}" y="{height - 8}" text-anchor="middle">{in_html(across)}</text>',
                f'<text transform="translate(13 {middle[1]:g}) rotate(-90)" text-anchor="middle">{in_html(up)}</text>',
                "</svg>",
            ]
        )

    def _ticks(self, across: Ticks, up: Ticks) -> list[str]:
        lines, texts = [], []
        left, bottom, right = self.left, TOP + self.down / 10, self.left + self.across / 10
        for value, label in across.marks:
            x = left + int(self.x.positions([value], self.across)[0]) / 10
            lines.append(f"M{x:g} {TOP}V{bottom:g}")
            if x + lettering.width(label) / 2 <= self.size[0]:
                texts.append(f'<text x="{x:g}" y="{bottom + 19:g}" text-anchor="middle">{in_html(label)}</text>')
        for value, label in up.marks:
            y = bottom - int(self.y.positions([value], self.down)[0]) / 10
            lines.append(f"M{left} {y:g}H{right:g}")
            texts.append(f'<text x="{left - 5}" y="{y + 4:g}" text-anchor="end">{in_html(label)}</text>')
        return [f'<path class="grid" d="{"".join(lines)}"/>', *texts]

    def inside(self, x: Values, y: Values) -> list[tuple[int, int]]:
        """Positions inside the frame."""
        across, up = self.x.positions(x, self.across), self.y.positions(y, self.down)
        return list(zip(across.tolist(), (self.down - up).tolist(), strict=True))

    def line(self, x: Values, y: Values) -> str:
        """The ``d`` of a path through the points, in order."""
        first, *rest = dict.fromkeys(self.inside(x, y)) or [(0, 0)]
        steps, before = [f"M{first[0]} {first[1]}l"], first
        for point in rest:
            steps.append(f"{point[0] - before[0]} {point[1] - before[1]}")
            before = point
        return " ".join(steps) if rest else f"M{first[0]} {first[1]}h0"


def _fitting(axis: Axis, length: float, extent: Callable[[str], float]) -> Ticks:
    """The most ticks along ``length`` pixels whose labels, each of that ``extent``, leave room between them."""
    for most in range(max(MOST_TICKS, min(len(axis.names), MOST_NAMES)), 0, -1):
        ticks = axis.ticks(most)
        places = axis.positions([value for value, _ in ticks.marks], round(10 * length)) / 10
        halves = [extent(label) / 2 for _, label in ticks.marks]
        gaps = np.diff(places) - np.add(halves[:-1], halves[1:])
        if np.all(gaps >= GAP):
            return ticks
    return Ticks()


def _name(label: str, ticks: Ticks, room: float) -> str:
    """An axis's ``label``, cut where it has no room, and what its ticks leave to be said once."""
    before, after = ticks.said_once
    return before + lettering.cut(label, room - lettering.width(before + after)) + after


def path(d: str, label: str = "", kind: str = "", row: int = 0) -> str:
    """A path; ``label`` shows when it is pointed at, and ``row`` is that of the page's table which it stands for."""
    of = (f' class="{kind}"' if kind else "") + _of_row(row)
    return f'<path{of} d="{d}"><title>{in_html(label)}</title></path>' if label else f'<path{of} d="{d}"/>'


def _of_row(row: int) -> str:
    return f' data-row="{row}"' if row else ""


def mark(state: str, x: int, y: int, r: int) -> str:
    """The ``d`` of a state's mark, ``r`` its half-width: states are told apart by shape as well as by colour."""
    if state == "UNFINISHED":
        return f"M{x} {y - r}l{r} {2 * r}h-{2 * r}z"
    if state == "DIVERGED":
        return f"M{x - r} {y - r}l{2 * r} {2 * r}m0-{2 * r}l-{2 * r} {2 * r}"
    if state == "FAILED":
        return f"M{x - r} {y - r}h{2 * r}v{2 * r}h-{2 * r}z"
    if state == "NOT RUN":
        return f"M{x - r} {y}h{2 * r}"
    return f"M{x} {y}h0"  # With round ends a line of no length is a dot, as wide as the stroke.


FILLED = {"CONVERGED": 1, "UNFINISHED": 0.35, "DIVERGED": 0}
"""How opaque the parts of a mark with several states are, so that these differ without colour too."""


def shares(counts: Mapping[str, int], x: int, y: int, r: int, label: str = "", row: int = 0) -> str:
    """A disc of which each state has its share, clockwise from above; of two states or more."""
    total, before = sum(counts.values()), 0
    parts = [f"<title>{in_html(label)}</title>"] * bool(label)
    for state, count in counts.items():
        if not count:
            continue
        ends = [2 * math.pi * place / total for place in (before, before + count)]
        (x0, y0), (x1, y1) = ((round(x + r * math.sin(end)), round(y - r * math.cos(end))) for end in ends)
        dashes = "" if state in FILLED else ' stroke-dasharray="12 12"'
        parts.append(
            f'<path class="{state.replace(" ", "-")}" fill="currentColor" fill-opacity="{FILLED.get(state, 0)}" '
            f'stroke="currentColor" stroke-width="{max(5, r // 6)}"{dashes} '
            f'd="M{x} {y}L{x0} {y0}A{r} {r} 0 {int(2 * count > total)} 1 {x1} {y1}z"/>'
        )
        before += count
    return f"<g{_of_row(row)}>{''.join(parts)}</g>"


def stroke(state: str, r: int) -> int:
    """How thick a state's mark is drawn."""
    return 2 * r if state not in ("DIVERGED", "FAILED", "NOT RUN") else max(6, r * 2 // 3)


def marks(state: str, r: int, paths: Iterable[str]) -> list[str]:
    """A group of one state's marks."""
    kind = state.replace(" ", "-")
    return [f'<g class="marks {kind}" stroke-width="{stroke(state, r)}">', *paths, "</g>"]
