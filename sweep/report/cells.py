"""A panel of the map as a grid of cells, and the boundary between outcomes: values only, nothing is drawn here.

A cell reaches to the middle between its place and the next ones, along the axis's own scale.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sweep.report.judged_runs import STATES
from sweep.report.map_axes import Along
from sweep.report.outcome_map import MapPanel
from sweep.report.panels import Mark
from sweep.verdict.outcome import Outcome

LEAST_FILLED = 0.5
"""Part of the places that marks must have for these to count as a grid."""

LONE = 0.3
"""Decades to either side that a value reaches which is the only one along a log axis."""

ORDER = ("DIVERGED", "UNFINISHED", "FAILED", "NOT RUN", "CONVERGED")
"""In which states are drawn: where marks or cells have no room for one another, those that converged lie on top."""


class Patch(NamedTuple):
    """Cells of one row and state that lie side by side.

    Parameters
    ----------
    first, last : its columns.
    part : of the height of the row, from below; not all where the runs of a setting differ.
    """

    first: int
    last: int
    row: int
    state: str
    label: str
    part: tuple[float, float] = (0, 1)


class Edge(NamedTuple):
    """A line along edges of cells: edge 0 is that before the first column or row."""

    x: tuple[int, int]
    y: tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """The marks of a panel by column and row.

    Parameters
    ----------
    columns, rows : places along and upright, in order.
    marks : by (column, row).
    counts : the same, how many runs have each state that occurs.
    """

    panel: MapPanel
    columns: Sequence[float]
    rows: Sequence[float]
    marks: dict[tuple[int, int], Mark]
    counts: dict[tuple[int, int], dict[str, int]]

    @property
    def edges(self) -> tuple[list[float], list[float]]:
        """The edges of columns and of rows, in values, one more than there are of these."""
        return edges(self.columns, self.panel.across), edges(self.rows, self.panel.up)

    def patches(self) -> list[Patch]:
        """All cells, those side by side that say the same as one, in :data:`ORDER`."""
        found = [patch for row in range(len(self.rows)) for patch in self._of_row(row)]
        return sorted(found, key=lambda patch: ORDER.index(patch.state))

    def _of_row(self, row: int) -> Iterator[Patch]:
        places = [column for column in range(len(self.columns)) if (column, row) in self.marks]
        # Neighbours of one state have one key: a gap, or a cell that is split, begins another.
        for (state, _), group in groupby(enumerate(places), lambda pair: self._alike(row, *pair)):
            first, *rest = (column for _, column in group)
            if state:
                last = rest[-1] if rest else first
                yield Patch(first, last, row, state, self._said(first, last, row, state))
                continue
            counts, before = self.counts[first, row], 0
            for each in STATES:
                if count := counts.get(each):
                    part = before / sum(counts.values()), (before + count) / sum(counts.values())
                    yield Patch(first, first, row, each, self.marks[first, row].label, part)
                    before += count

    def _alike(self, row: int, place: int, column: int) -> tuple[str, int]:
        states = [*self.counts[column, row]]
        return (states[0], column - place) if len(states) == 1 else ("", column)

    def _said(self, first: int, last: int, row: int, state: str) -> str:
        if first == last:
            return self.marks[first, row].label
        across, up = self.panel.across, self.panel.up
        ends = (across.said(self.columns[place]) for place in (first, last))
        where = f"{across.name} {' to '.join(ends)} at {up.name} {up.said(self.rows[row])}"
        return f"{where}: {state.lower()}, {last - first + 1:,} {self.panel.what}s"

    def boundary(self) -> list[Edge]:
        """Where neighbours have another outcome, as lines that are as long as may be."""
        order = list(Outcome)
        states = np.full((len(self.columns), len(self.rows)), -1)
        for place, counts in self.counts.items():
            most = max(counts, key=lambda state: (counts[state], STATES.index(state)))
            states[place] = order.index(Outcome(most)) if most in set(Outcome) else -1
        upright = [Edge((x, x), ends) for x, ends in _lines(_differ(states[:-1], states[1:]))]
        level = [Edge(ends, (y, y)) for y, ends in _lines(_differ(states[:, :-1], states[:, 1:]).T)]
        return upright + level


def _differ(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where both have an outcome and not the same."""
    found: NDArray[np.bool_] = (a != b) & (a >= 0) & (b >= 0)
    return found


def _lines(differ: NDArray[np.bool_]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Of each edge, from 1, where on it a line begins and ends."""
    for edge, along in enumerate(differ, 1):
        turns = np.flatnonzero(np.diff(np.concatenate([[False], along, [False]]).astype(int))).tolist()
        yield from ((edge, (begin, end)) for begin, end in zip(turns[::2], turns[1::2], strict=True))


def grid_of(panel: MapPanel) -> Grid | None:
    """The grid on which the marks of ``panel`` lie; None where too few of its places have one."""
    found = [(mark, {state: 1}) for state, group in panel.marks.items() for mark in group]
    found += [(each.mark, {s: n for s, n in each.counts.items() if n}) for each in panel.split]
    columns, rows = sorted({mark.x for mark, _ in found}), sorted({mark.y for mark, _ in found})
    if len(found) < LEAST_FILLED * len(columns) * len(rows):
        return None
    at = [{value: place for place, value in enumerate(values)} for values in (columns, rows)]
    places = [(at[0][mark.x], at[1][mark.y]) for mark, _ in found]
    marks = {place: mark for place, (mark, _) in zip(places, found, strict=True)}
    return Grid(panel, columns, rows, marks, {place: n for place, (_, n) in zip(places, found, strict=True)})


def edges(places: Sequence[float], along: Along) -> list[float]:
    """The edges of cells at ``places``, in order: in the middle between two, at the ends as far out as inward."""
    is_log = places[0] > 0 and not along.names
    scaled = [math.log10(place) for place in places] if is_log else list(places)
    middles = [(a + b) / 2 for a, b in pairwise(scaled)]
    if along.names:
        ends = scaled[0] - along.reach, scaled[-1] + along.reach
    elif middles:
        ends = 2 * scaled[0] - middles[0], 2 * scaled[-1] - middles[-1]
    else:
        reach = LONE if is_log else abs(scaled[0]) / 2 or 1.0
        ends = scaled[0] - reach, scaled[0] + reach
    found = [ends[0], *middles, ends[1]]
    return [10 ** max(min(end, 308.0), -320.0) for end in found] if is_log else found
