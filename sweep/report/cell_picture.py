"""A panel of the map as filled cells, with the boundary between outcomes. Drawing only."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sweep.report.cells import Edge, Grid, Patch
from sweep.report.drawing import Frame, path

TOP = "CONVERGED"
"""The cells that lie on the boundary's line too, so that it hides none of them however thin they are."""


def filled(frame: Frame, grid: Grid) -> list[str]:
    """The cells of ``grid``, and the boundary between them.

    The group around the cells has, for whoever points at them, the position of each run in the frame, ``data-x`` and
    ``data-y``, and the number of its row, ``data-rows``.
    """
    centres = frame.inside([mark.x for mark in grid.marks.values()], [mark.y for mark in grid.marks.values()])
    across, up = (" ".join(str(centre[axis]) for centre in centres) for axis in (0, 1))
    rows = " ".join(str(mark.row) for mark in grid.marks.values())
    patches, places = grid.patches(), _positions(frame, grid)
    return [
        f'<g class="cells" data-x="{across}" data-y="{up}" data-rows="{rows}">',
        *_groups((each for each in patches if each.state != TOP), *places),
        *boundary(frame, grid, seamed=True),
        *_groups((each for each in patches if each.state == TOP), *places),
        "</g>",
    ]


def boundary(frame: Frame, grid: Grid, seamed: bool = False) -> list[str]:
    """Its line; with a seam that parts it from whatever lies below, if it is to be ``seamed``."""
    across, up = _positions(frame, grid)
    if not (lines := [_line(edge, across, up) for edge in grid.boundary()]):
        return []
    d = "".join(lines)
    return [path(d, kind="seam")] * seamed + [path(d, kind="boundary")]


def _line(edge: Edge, across: Sequence[int], up: Sequence[int]) -> str:
    x, y = ([places[end] for end in ends] for places, ends in ((across, edge.x), (up, edge.y)))
    return f"M{x[0]} {y[0]}" + (f"V{y[1]}" if x[0] == x[1] else f"H{x[1]}")


def _positions(frame: Frame, grid: Grid) -> tuple[list[int], list[int]]:
    """Of the edges of columns and of rows, in the frame."""
    columns, rows = grid.edges
    across, up = frame.x.positions(columns, frame.across), frame.down - frame.y.positions(rows, frame.down)
    return across.tolist(), up.tolist()


def _groups(patches: Iterable[Patch], across: Sequence[int], up: Sequence[int]) -> list[str]:
    """A group of each state."""
    drawn = []
    for state, group in groupby(patches, lambda patch: patch.state):
        drawn.append(f'<g class="{state.replace(" ", "-")}" fill="currentColor" stroke="none">')
        for each in group:
            left, right = across[each.first], across[each.last + 1]
            low, high = up[each.row], up[each.row + 1]
            bottom, top = (low + round(part * (high - low)) for part in each.part)
            drawn.append(path(f"M{left} {top}H{right}V{bottom}H{left}z", each.label))
        drawn.append("</g>")
    return drawn
