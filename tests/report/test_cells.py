"""The map as cells: every run once, lines where outcomes change and nowhere else, and few bytes."""

import itertools
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.report.cells import ORDER, Grid, edges, grid_of
from sweep.report.judged_runs import STATES
from sweep.report.map_axes import Along
from sweep.report.map_picture import draw_map
from sweep.report.outcome_map import MapPanel, Split
from sweep.report.panels import Mark
from sweep.verdict.outcome import Outcome

LR, SCALE = Along("lr"), Along("scale")


def panel(states: Mapping[tuple[int, int], str | Mapping[str, int]], across: Along = LR, up: Along = SCALE) -> MapPanel:
    """A panel whose run at (column, row) lies at 10**-column and 10**-row, numbered in the order given."""
    marks: dict[str, list[Mark]] = {}
    split = []
    for number, ((column, row), state) in enumerate(states.items(), 1):
        mark = Mark(1.1**column, 1.1**row, f"run {number}", number)
        if isinstance(state, str):
            marks.setdefault(state, []).append(mark)
        else:
            split.append(Split(mark, state))
    return MapPanel("t", across, up, {s: marks[s] for s in STATES if s in marks}, [], None, split)


def grid(states: Mapping[tuple[int, int], str | Mapping[str, int]]) -> Grid:
    found = grid_of(panel(states))
    assert found
    return found


def boundary_state(counts: Mapping[str, int]) -> str:
    return max(counts, key=lambda state: (counts[state], STATES.index(state)))


def closed_up(states: dict[tuple[int, int], Any]) -> dict[tuple[int, int], Any]:
    """``states`` with columns and rows numbered without gaps."""
    columns, rows = (sorted({place[axis] for place in states}) for axis in (0, 1))
    return {(columns.index(column), rows.index(row)): state for (column, row), state in states.items()}


COUNTS = st.dictionaries(st.sampled_from(STATES), st.integers(1, 3), min_size=2)
GRIDS = (
    st.tuples(st.integers(1, 5), st.integers(1, 4))
    .flatmap(
        lambda size: st.dictionaries(
            st.sampled_from(list(itertools.product(range(size[0]), range(size[1])))),
            st.sampled_from(STATES) | COUNTS,
            min_size=-(-3 * size[0] * size[1] // 4),
        )
    )
    .map(closed_up)
)
"""Of most places of a grid; a column or row has one at least."""


@given(GRIDS)
def test_cells_cover_every_run_once_those_that_are_split_by_share(
    states: dict[tuple[int, int], str | dict[str, int]],
) -> None:
    covered: dict[tuple[int, int], dict[str, float]] = {place: {} for place in states}
    patches = grid(states).patches()
    for patch in patches:
        for column in range(patch.first, patch.last + 1):
            here = covered[column, patch.row]
            assert patch.state not in here
            here[patch.state] = patch.part[1] - patch.part[0]
    for place, found in states.items():
        counts = {found: 1} if isinstance(found, str) else found
        total = sum(counts.values())
        assert covered[place] == pytest.approx({state: count / total for state, count in counts.items()})
    whole = [each for each in patches if each.part[1] - each.part[0] == 1]
    ends = {(each.row, each.last + 1): each.state for each in whole}
    assert not [each for each in whole if ends.get((each.row, each.first)) == each.state]
    assert [ORDER.index(each.state) for each in patches] == sorted(ORDER.index(each.state) for each in patches)


@given(GRIDS)
def test_the_boundary_lies_between_neighbours_with_another_outcome_and_nowhere_else(
    states: dict[tuple[int, int], str | dict[str, int]],
) -> None:
    drawn = []
    for edge in grid(states).boundary():
        (x0, x1), (y0, y1) = edge.x, edge.y
        drawn += [("upright", x0, row) for row in range(y0, y1)] + [("level", col, y0) for col in range(x0, x1)]
    assert len(drawn) == len(set(drawn))
    found = {place: boundary_state({s: 1} if isinstance(s, str) else s) for place, s in states.items()}
    expected = set()
    for (column, row), state in found.items():
        for kind, beside in (("upright", (column + 1, row)), ("level", (column, row + 1))):
            if beside in found and {state, found[beside]} <= {*map(str, Outcome)} and found[beside] != state:
                expected.add((kind, *((column + 1, row) if kind == "upright" else (column, row + 1))))
    assert set(drawn) == expected


@pytest.mark.parametrize(
    ("places", "along", "found"),
    [
        ([1, 100, 1e4], LR, [0.1, 10, 1e3, 1e5]),
        ([0, 1, 4], LR, [-0.5, 0.5, 2.5, 5.5]),
        ([0, 1, 3], Along("dtype", ("a", "b", "c", "d")), [-0.5, 0.5, 2, 3.5]),
        ([0], Along("scale", ("0.1",)), [-0.5, 0.5]),
        ([100], LR, [100 / 10**0.3, 100 * 10**0.3]),
        ([0], LR, [-1, 1]),
    ],
)
def test_a_cell_reaches_to_the_middle_between_neighbours_along_the_axis(
    places: list[float], along: Along, found: list[float]
) -> None:
    assert edges(places, along) == pytest.approx(found)


def test_cells_that_are_one_say_what_they_cover_and_how_many_runs() -> None:
    made = grid({(0, 0): "DIVERGED", (1, 0): "DIVERGED", (2, 0): "CONVERGED", (0, 1): "FAILED"})
    assert {patch.label for patch in made.patches()} == {
        "lr 1 to 1.1 at scale 1: diverged, 2 runs",
        "run 3",
        "run 4",
    }


def test_marks_that_are_no_grid_are_not_drawn_as_cells_however_many() -> None:
    places = {(place, 7 * place % 150): "UNFINISHED" for place in range(150)}
    assert grid_of(panel(places)) is None
    (drawn,) = draw_map([panel(places)]).panels
    assert drawn.count("data-row=") == 150
    assert 'class="cells"' not in drawn
    assert 'class="boundary"' not in drawn


def state_at(column: int, row: int) -> str:
    return "DIVERGED" if column + row > 120 else "CONVERGED" if column + row > 90 else "UNFINISHED"


def test_a_dense_grid_is_few_bytes_and_tells_of_each_run_where_it_lies_and_its_row() -> None:
    places = {place: state_at(*place) for place in itertools.product(range(100), range(100))}
    picture = draw_map([panel(places)])
    (drawn,) = picture.panels
    assert len(drawn) < 200_000
    assert [kind for kind, _ in picture.legend] == ["CONVERGED", "UNFINISHED", "DIVERGED", "boundary"]
    across, up, rows = (
        [int(each) for each in found.split()]
        for found in re.findall(r'<g class="cells" data-x="(.*?)" data-y="(.*?)" data-rows="(.*?)">', drawn)[0]
    )
    assert sorted(rows) == list(range(1, 10_001))
    places_of = dict(zip(rows, zip(across, up, strict=True), strict=True))
    groups = re.findall(r'<g class="([A-Z]+)" fill="currentColor" stroke="none">(.*?)</g>', drawn)
    assert [state for state, _ in groups] == ["DIVERGED", "UNFINISHED", "CONVERGED"]
    covered = set()
    for state, paths in groups:
        for left, top, right, bottom in re.findall(r'd="M(\d+) (\d+)H(\d+)V(\d+)H\d+z"', paths):
            inside = {
                number
                for number, (x, y) in places_of.items()
                if int(left) <= x <= int(right) and int(top) <= y <= int(bottom)
            }
            assert {state_at(*divmod(number - 1, 100)) for number in inside} == {state}
            covered |= inside
    assert len(covered) == 10_000
    assert drawn.index('class="boundary"') < drawn.index('<g class="CONVERGED"')


def test_a_panel_is_low_where_nothing_varies_upright_and_panels_that_cover_alike_share_their_axes() -> None:
    line = panel({(place, 0): "CONVERGED" for place in range(9)})
    more = panel({(place, row): "CONVERGED" for place in range(10) for row in range(3)})
    far = panel({(place + 200, row): "CONVERGED" for place in range(10) for row in range(3)})
    assert draw_map([line]).size == (750, 200)
    assert draw_map([more]).size == (750, 400)
    assert draw_map([line, line]).size == (420, 150)
    assert draw_map([more, far]).size == (420, 300)
    ticks = [re.findall(r'text-anchor="middle">([^<]*)</text>', each) for each in draw_map([more, more]).panels]
    assert ticks[0] == ticks[1]
    ticks = [re.findall(r'text-anchor="middle">([^<]*)</text>', each) for each in draw_map([more, far]).panels]
    assert ticks[0] != ticks[1]
