"""Missing cells: refused with their count and the first place, or their rows left out and counted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sweep.data.table_file import Files
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm
from tests.problem.made import columns

DROP = FileForm(missing="drop")

FORMS = ("", "NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", r"\N", ".", "-", "?", "n/a", "#DIV/0!")


@pytest.mark.parametrize("cell", FORMS)
def test_rows_with_a_missing_cell_in_a_used_column_are_left_out_and_counted(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"x,note,y\n{cell},a,1\n1,{cell},2\n2,b,3\n3,c,{cell}\n4,{cell},7\n")
    with pytest.raises(BadInput) as refused:
        Files().read(path, "x", "y")
    assert f"line 2, column x: {cell!r} is not a number" in refused.value.what
    assert refused.value.what.endswith("it looks like a missing value, one of 2")
    assert refused.value.next_step == "fill it in, or add data.missing=drop: it leaves out 2 of 5 rows"
    found = Files().read(path, "x", "y", DROP)
    assert (columns(found), found.dropped) == ([[1.0, 2.0, 4.0], [2.0, 3.0, 7.0]], 2)
    path.write_text("x,y\n1,2\n2,3\n4,7\n")
    whole = Files().read(path, "x", "y")
    assert (whole.fingerprint, whole.dropped) == (found.fingerprint, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y\n1,NA\n2,three\n3,4\n", "line 3, column y: 'three' is not a number"),
        ("x,y\n1,NA\n2,1e101\n3,4\n", "line 3, column y: '1e101' is not a number that can be used; it is too large"),
        ("x,y\n1,NA\n2\n3,4\n", "line 3 has 1 cell, the header has 2"),
        ("x,y\n1,NA\nNA,3\n3,4\n", "1 row(s) of data without a missing cell; column x has 1 of them"),
        ("x,y\n1,NA\n2,2\n2,4\n", "column x is constant (2)"),
        ("x,y\n1,NA\n2,NA\n", "0 row(s) of data without a missing cell; column y has 2 of them"),
    ],
)
def test_what_is_not_missing_is_refused_all_the_same(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        Files().read(path, "x", "y", DROP)
    assert said in refused.value.what


def test_missing_values_of_parquet_and_numpy_are_those_of_the_same_csv(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "x": [1.0, np.nan, 2.0, 3.0, 4.0],
            "n": pd.array([1, 2, None, 5, 6], dtype="Int64"),
            "kind": ["a", "b", "a", None, "b"],
            "y": [1.5, 2.5, 3.5, 4.5, 6.5],
        }
    )
    table.to_csv(tmp_path / "t.csv")
    table.to_parquet(tmp_path / "t.parquet")
    numbers = table.astype({"n": float})
    np.savez(
        tmp_path / "t.npz", kind=table["kind"].fillna("").to_list(), x=numbers["x"], n=numbers["n"], y=numbers["y"]
    )
    for target, labelled in (("y", False), ("kind", True)):
        found = [Files().read(tmp_path / f"t.{kind}", ["x", "n"], target, DROP, labelled) for kind in
                 ("csv", "parquet", "npz")]  # fmt: skip
        assert len({(each.fingerprint, each.dropped) for each in found}) == 1, target
        with pytest.raises(BadInput, match=r"row 2, column x: 'nan' .* one of [23]"):
            Files().read(tmp_path / "t.parquet", ["x", "n"], target, labelled=labelled)


def test_every_constant_column_is_told_with_the_list_that_is_left(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,c,d,y\n1,1,5,0,1\n2,1,6,0,2\n3,1,8,0,4\n")
    for asked in ("all", ["a", "b", "c", "d"]):
        with pytest.raises(BadInput) as refused:
            Files().read(path, asked, "y")
        assert "column b is constant (1), d is constant (0)" in refused.value.what
        assert refused.value.next_step == "take 'data.input=[a,c]'"
