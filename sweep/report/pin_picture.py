"""What stands on the map beside its runs: a ring around the best, a numbered pin for what to try. Drawing only."""

from collections.abc import Iterator, Sequence

from sweep.report.drawing import Frame, path
from sweep.report.escape import in_html
from sweep.report.panels import Mark

RING = 90
"""Radius of the ring, in tenths of a pixel."""

HALF = 105
"""Half the width of a pin's diamond."""

STEM = 50
"""From a corner of it to where the point lies."""

SIDES = ((0, -1), (0, 1), (1, 0), (-1, 0))
"""To which sides of its point a diamond may lie, in the order in which they are tried."""


def ring(x: int, y: int, r: int = RING) -> str:
    """The ``d`` of a circle."""
    return f"M{x - r} {y}a{r} {r} 0 1 1 {2 * r} 0a{r} {r} 0 1 1 -{2 * r} 0z"


def diamond(x: int, y: int, half: int = HALF) -> str:
    """The ``d`` of a square that stands on a corner, around its middle."""
    return f"M{x} {y - half}l{half} {half}-{half} {half}-{half}-{half}z"


def rings(frame: Frame, best: Sequence[Mark]) -> list[str]:
    """A ring around each of ``best``, with a seam that parts it from whatever lies below."""
    centres = frame.inside([mark.x for mark in best], [mark.y for mark in best])
    return [path(ring(*centre), kind=kind) for centre in centres for kind in ("seam ring", "best")]


def pins(frame: Frame, steps: Sequence[Mark]) -> Iterator[str]:
    """A diamond with the number of each of ``steps``; beside others there may be none that lies free."""
    taken: list[tuple[int, int]] = []
    for mark, (x, y) in zip(steps, frame.inside([m.x for m in steps], [m.y for m in steps]), strict=True):
        away = HALF + STEM
        middles = [(x + away * right, y + away * down) for right, down in SIDES]
        free = [each for each in middles if _is_inside(frame, *each) and not any(_meet(each, one) for one in taken)]
        if free:
            (middle, level), *_ = free
            taken.append((middle, level))
            number = f'<text x="{middle}" y="{level + 38}" text-anchor="middle">{mark.row}</text>'
            drawn = path(f"M{x} {y}L{middle} {level}") + path(diamond(middle, level)) + number
            yield f'<g class="step"><title>{in_html(mark.label)}</title>{drawn}</g>'


def _is_inside(frame: Frame, x: int, y: int) -> bool:
    return HALF <= x <= frame.across - HALF and HALF <= y <= frame.down - HALF


def _meet(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether two diamonds meet."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) < 2 * HALF
