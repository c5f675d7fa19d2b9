"""A user's file as a table: read once however many columns are asked of it."""

from pathlib import Path

import pytest

from sweep.data import sources
from tests.problem.made import columns, data


def test_a_file_is_read_once_for_all_columns_and_problems_of_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,y\n1,2,0\n2,4,1\n")
    read = sources.reader()
    first = read(data("csv", path=str(path), input="a", target="y"), False)
    path.unlink()
    second = read(data("csv", path=str(path), input="b", target="y"), False)
    third = read(data("csv", path=str(path), input="b", target="y"), True)
    assert [columns(each)[0] for each in (first, second)] == [[1.0, 2.0], [2.0, 4.0]]
    assert (second.classes, third.classes) == ((), ("0", "1"))
    with pytest.raises(Exception, match="No such file"):
        sources.read(data("csv", path=str(path), input="a", target="y"))


def test_the_same_data_as_labels_is_told_from_the_same_as_numbers() -> None:
    asked = data("csv", path="own.csv", input="a", target="y")
    assert sources.identity(asked, True) != sources.identity(asked, False)
