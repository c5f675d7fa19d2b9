"""A panel as SVG: frame, ticks, lines and marks. Drawing only; what is drawn is decided before.

SVG because its bytes depend on nothing but what it shows, it follows the reader's light or dark, and needs no library.
Inside a panel's frame, lengths are tenths of a pixel, so that positions are whole numbers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.report.axes import Axis
from sweep.report.escape import in_html

LEFT, TOP, RIGHT, BOTTOM = 62, 26, 12, 44
"""Room around a frame, in pixels."""

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

    @property
    def across(self) -> int:
        """Width of the frame, in tenths of a pixel."""
        return 10 * (self.size[0] - LEFT - RIGHT)

    @property
    def down(self) -> int:
        """Height of the frame, in tenths of a pixel."""
        return 10 * (self.size[1] - TOP - BOTTOM)

    def draw(self, body: Iterable[str], alt: str) -> str:
        """The panel with ``body`` inside its frame; ``alt`` is what a screen reader says of it."""
        (width, height), corner = self.size, f'x="{LEFT}" y="{TOP}"'
        inner = f'width="{self.across / 10:g}" height="{self.down / 10:g}"'
        middle = LEFT + self.across / 20, TOP + self.down / 20
        across, up = map(in_html, self.labels)
        return "".join(
            [
                f'<svg class="picture" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
                f'aria-label="{in_html(alt)}"><text class="title" x="8" y="16">{in_html(self._short_title())}</text>',
                *self._ticks(),
                f'<svg {corner} {inner} viewBox="0 0 {self.across} {self.down}">',
                *body,
                f'</svg><rect class="frame" {corner} {inner}/>',
                f'<text x="{middle[0]:g}" y="{height - 8}" text-anchor="middle">{across}</text>',
                f'<text transform="translate(13 {middle[1]:g}) rotate(-90)" text-anchor="middle">{up}</text></svg>',
            ]
        )

    def _short_title(self) -> str:
        most = self.size[0] // 7 - len(self.note)  # A letter's width is not known before a browser chooses the font.
        return (self.title if len(self.title) <= most else f"{self.title[: most - 1]}…") + self.note

    def _ticks(self) -> list[str]:
        lines, texts = [], []
        bottom, right = TOP + self.down / 10, LEFT + self.across / 10
        for value, label in self.x.ticks():
            x = LEFT + int(self.x.positions([value], self.across)[0]) / 10
            lines.append(f"M{x:g} {TOP}V{bottom:g}")
            texts.append(f'<text x="{x:g}" y="{bottom + 15:g}" text-anchor="middle">{label}</text>')
        for value, label in self.y.ticks():
            y = bottom - int(self.y.positions([value], self.down)[0]) / 10
            lines.append(f"M{LEFT} {y:g}H{right:g}")
            texts.append(f'<text x="{LEFT - 5}" y="{y + 4:g}" text-anchor="end">{label}</text>')
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


def path(d: str, label: str = "", kind: str = "") -> str:
    """A path; ``label`` shows when it is pointed at."""
    of = f' class="{kind}"' if kind else ""
    return f'<path{of} d="{d}"><title>{in_html(label)}</title></path>' if label else f'<path{of} d="{d}"/>'


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


def stroke(state: str, r: int) -> int:
    """How thick a state's mark is drawn."""
    return 2 * r if state not in ("DIVERGED", "FAILED", "NOT RUN") else max(6, r * 2 // 3)


def marks(state: str, r: int, paths: Iterable[str]) -> list[str]:
    """A group of one state's marks."""
    kind = state.replace(" ", "-")
    return [f'<g class="marks {kind}" stroke-width="{stroke(state, r)}">', *paths, "</g>"]
