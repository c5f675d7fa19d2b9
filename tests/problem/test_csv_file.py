"""A CSV file: what is read back is what was written; what cannot be used is named by line and column."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweep.errors import BadInput
from sweep.problem.csv_file import read_csv

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
    path = tmp_path / "any.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["t", "u", "note"], *zip(targets[:size], inputs[:size], "x" * size, strict=True)])
    found = read_csv(path, "u", "t")
    assert (found.inputs, found.targets) == (tuple(inputs[:size]), tuple(targets[:size]))


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
        ("x,y\n1,2\n2\n", "line 3 has 1 cells, the header has 2"),
        ("x,y\n1,2\n\n2,3,4\n", "line 4 has 3 cells, the header has 2"),
        ("x,y\n1,2\n2,3,\n", "line 3 has 3 cells, the header has 2"),
        ("x,y\n1,2\n\n2,\n", "line 4, column y: ''"),
        ("x,y\n1,2\n1,3\n", "column x is constant (1)"),
        ("x,y\n1,5\n2,5\n", "column y is constant (5)"),
        (b"x,y\n1,\xff\n", "line 2 is not UTF-8"),
        ('x,y\n1,"2\n', "unexpected end of data"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why(
    written: Callable[[str | bytes], Path], text: str | bytes, message: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_csv(written(text), "x", "y")
    assert message in str(refused.value)


def test_missing_columns_are_answered_with_those_there_are(written: Callable[[str | bytes], Path]) -> None:
    with pytest.raises(BadInput, match="one of a, b"):
        read_csv(written("a,b\n1,2\n2,3\n"), "x", "b")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_csv(tmp_path / "no.csv", "x", "y")


def test_a_byte_order_mark_and_blanks_around_cells_are_no_part_of_the_data(
    written: Callable[[str | bytes], Path],
) -> None:
    found = read_csv(written("\ufeffx , y\n 1 ,2\n2, 3\n"), "x", "y")
    assert (found.inputs, found.targets) == ((1.0, 2.0), (2.0, 3.0))


@pytest.mark.parametrize(
    ("content", "looks"),
    [
        ("a,b\n1,2\n".encode("utf-16"), "looks like UTF-16"),
        (gzip.compress(b"a,b\n1,2\n"), "is compressed by gzip"),
        (b"PK\x03\x04rest", "is a zip archive or an Excel workbook"),
        (b"PAR1rest", "is a Parquet file"),
        (b"a,b\n1,\x002\n", "line 2 has a NUL byte"),
        ("a,b\n1,2\né,4\n".encode("cp1252"), "line 3 is not UTF-8"),
    ],
)
def test_a_file_that_is_not_utf8_is_refused_by_what_it_looks_like(tmp_path: Path, content: bytes, looks: str) -> None:
    path = tmp_path / "readings.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=looks):
        read_csv(path, "a", "b")
