"""A CSV file: what is read back is what was written; what cannot be used is named by line and column."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sweep.data.cells import SMALLEST_SPREAD
from sweep.data.table_file import Files
from sweep.errors import BadInput
from tests.problem.made import columns

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20, unique=True)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "readings.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@given(inputs=NUMBERS, targets=NUMBERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_readings_survive_a_round_trip_through_csv(tmp_path: Path, inputs: list[float], targets: list[float]) -> None:
    size = min(len(inputs), len(targets))
    assume(all(max(column[:size]) - min(column[:size]) >= SMALLEST_SPREAD for column in (inputs, targets)))
    path = tmp_path / "any.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["t", "u", "note"], *zip(targets[:size], inputs[:size], "x" * size, strict=True)])
    found = Files().read(path, "u", "t")
    assert columns(found) == [inputs[:size], targets[:size]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is empty"),
        ("x,y\n", "0 row(s)"),
        ("x,y\n1,2\n", "1 row(s)"),
        ("a,b\n1,2\n2,3\n", "data.input=x: no such column"),
        ("x,x,y\n1,1,2\n2,2,3\n", "has that column twice"),
        ("x,y\n1,2\n2,three\n", "line 3, column y: 'three'"),
        ("x,y\n1,2\n2,nan\n", "line 3, column y: 'nan'"),
        ("x,y\n1,2\ninf,3\n", "line 3, column x: 'inf'"),
        ("x,y\n1,2\n1e101,3\n", "line 3, column x: '1e101'"),
        ("x,y\n1,2\n1_000,3\n", "line 3, column x: '1_000'"),
        ("x,y\n1,2\n2\n", "line 3 has 1 cell, the header has 2"),
        ("x,y\n1,2\n\n2,3,4\n", "line 4 has 3 cells, the header has 2"),
        ("x,y\n1,2\n2,3,\n", "line 3 has 3 cells, the header has 2"),
        ("x,y\n1,2\n\n2,\n", "line 4, column y: ''"),
        ("x,y\n1,2\n1,3\n", "column x is constant (1)"),
        ("x,y\n1,5\n2,5\n", "column y is constant (5)"),
        (b"x,y\n1,\xff\n", "line 2 is not UTF-8"),
        ('x,y\n1,"2\n', "line 2 has a quote that is not closed"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why(
    written: Callable[[str | bytes], Path], text: str | bytes, message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        Files().read(written(text), "x", "y")
    assert message in str(refused.value)


def test_missing_columns_are_answered_with_those_there_are(written: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(BadInput, match="one of a, b"):
        Files().read(written("a,b\n1,2\n2,3\n"), "x", "b")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        Files().read(tmp_path / "no.csv", "x", "y")


def test_a_byte_order_mark_and_blanks_around_cells_are_no_part_of_the_data(
    written: Callable[[str | bytes], Path],
) -> None:
    found = Files().read(written("\ufeffx , y\n 1 ,2\n2, 3\n"), "x", "y")
    assert columns(found) == [[1.0, 2.0], [2.0, 3.0]]


def test_a_column_is_found_in_either_unicode_form_and_with_blanks_around_its_name(
    written: Callable[[str | bytes], Path],
) -> None:
    composed, apart = "temp\u00e9rature", "tempe\u0301rature"
    for typed, stands in ((composed, apart), (apart, composed), (f" {composed} ", composed), ("u", " u ")):
        found = Files().read(written(f"{stands},y\n1,2\n2,3\n"), typed, "y")
        assert (found.input_names, columns(found)[0]) == ((stands.strip(),), [1.0, 2.0])


@pytest.mark.parametrize("typed", ["\u00e9", "e\u0301"])
def test_columns_that_differ_only_in_their_unicode_form_are_refused(
    written: Callable[[str | bytes], Path], typed: str
) -> None:
    with pytest.raises(BadInput, match="differ only in their Unicode form") as refused:
        Files().read(written("\u00e9,e\u0301,y\n1,2,3\n2,4,5\n"), typed, "y")
    assert r"'\xe9' and 'e\u0301'" in str(refused.value)


def test_a_column_is_the_one_whose_name_is_typed_not_one_of_the_same_number(
    written: Callable[[str | bytes], Path],
) -> None:
    path = written("1.1,1.10,01.1,y\n1,10,100,5\n2,20,200,6\n")
    for column, inputs in (("1.1", [1.0, 2.0]), ("1.10", [10.0, 20.0]), ("01.1", [100.0, 200.0])):
        assert columns(Files().read(path, column, "y"))[0] == inputs


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system_and_a_cell_may_go_on_over_a_line(
    written: Callable[[str | bytes], Path], ending: str
) -> None:
    text = ending.join(["x,y,note", '1,2,"see', 'below, and 3"', "", "2,3,"])
    found = Files().read(written(text), "x", "y")
    assert columns(found) == [[1.0, 2.0], [2.0, 3.0]]
    with pytest.raises(BadInput, match="line 6, column x: 'four'"):
        Files().read(written(f"{text}{ending}four,5,{ending}"), "x", "y")


def test_an_index_without_a_name_is_no_hindrance(written: Callable[[str | bytes], Path]) -> None:
    path = written(",x,y\n0,1,2\n1,2,3\n")
    assert columns(Files().read(path, "x", "y"))[0] == [1.0, 2.0]
    with pytest.raises(BadInput, match="one of x, y; 1 without a name"):
        Files().read(path, "Unnamed: 0", "y")


def test_all_leaves_columns_without_a_name_out_where_they_are_empty_or_an_index(
    written: Callable[[str | bytes], Path],
) -> None:
    assert Files().read(written(",x,,y,\n1,1,,3,\n2,2,,5,\n"), "all", "y").input_names == ("x",)
    with pytest.raises(BadInput, match=r"column 3 of .* has no name, and is no index"):
        Files().read(written(",x,,y,\n1,1,,3,\n2,2,7,5,\n"), "all", "y")


def test_all_has_no_names_that_cannot_be_typed(written: Callable[[str | bytes], Path]) -> None:
    path = written('x,"a\nb",y\n1,2,3\n2,4,5\n')
    assert columns(Files().read(path, "x", "y"))[0] == [1.0, 2.0]
    with pytest.raises(BadInput, match=r"has a column with the name 'a\\nb'"):
        Files().read(path, "all", "y")


def test_of_many_columns_a_message_names_the_nearest_and_some(written: Callable[[str | bytes], Path]) -> None:
    header = ",".join(f"column {number} {'of many ' * 50}" for number in range(500))
    with pytest.raises(BadInput, match="and 481 more") as refused:
        Files().read(written(f"{header},pressure\n{'1,' * 500}2\n"), "presure", "y")
    assert "did you mean pressure?" in str(refused.value)
    assert len(str(refused.value)) < 2500


def test_the_nearest_of_very_many_or_very_long_names_is_looked_for_within_bounds(
    written: Callable[[str | bytes], Path],
) -> None:
    for header, typed in (
        (",".join(f"column {k}" for k in range(50_000)), "colum"),
        ("y" * 130_000, "x" + "y" * 10**5),
    ):
        with pytest.raises(BadInput, match="no such column") as refused:
            Files().read(written(f"{header}\n"), typed, "y")
        assert len(str(refused.value)) < 1000
