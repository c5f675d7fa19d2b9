"""Parquet and ``.npz``: what can be numbers or labels is, the rest is refused in words, within bounds."""

import datetime
import io
import pickle
import struct
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sweep.data.readings import Readings
from sweep.data.table_file import Files
from sweep.errors import BadInput
from tests.problem.made import columns

Y = [1.0, 2.0, 4.0]


def parquet(folder: Path, column: Any, name: str = "x", **options: Any) -> Path:
    path = folder / "own.parquet"
    pq.write_table(pa.table({name: column, "y": Y[: len(column)] or []}), path, **options)
    return path


def npz(folder: Path, **arrays: Any) -> Path:
    path = folder / "own.npz"
    np.savez(path, **arrays)
    return path


def read(path: Path, *, inputs: str = "x", target: str = "y", labelled: bool = False) -> Readings:
    return Files().read(path, inputs, target, labelled=labelled)


def refusal(path: Path, inputs: str = "x") -> str:
    with pytest.raises(BadInput) as refused:
        read(path, inputs=inputs)
    return str(refused.value)


@pytest.mark.parametrize(
    "kind",
    [*(pa.int8(), pa.uint8(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.decimal128(12, 2)),
     *(pa.decimal256(40, 3), pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())),
     pa.dictionary(pa.int16(), pa.int64())],
    ids=str,
)  # fmt: skip
def test_numbers_of_parquet_are_read_whatever_their_type(tmp_path: Path, kind: Any) -> None:
    texts = pa.array(["1", "5", "9"])
    column = texts.cast(kind) if not pa.types.is_decimal(kind) else pa.array([1, 5, 9]).cast(pa.int32()).cast(kind)
    if pa.types.is_dictionary(kind):
        column = texts.cast(kind.value_type).dictionary_encode().cast(kind)
    assert columns(read(parquet(tmp_path, column))) == [[1.0, 5.0, 9.0], Y]


def test_true_and_false_are_one_and_nought_or_labels(tmp_path: Path) -> None:
    for path in (parquet(tmp_path, [True, False, True]), npz(tmp_path, x=[True, False, True], y=Y)):
        assert columns(read(path))[0] == [1.0, 0.0, 1.0]
        found = read(path, inputs="y", target="x", labelled=True)
        assert (found.classes, found.targets.tolist()) == (("False", "True"), [1, 0, 1])


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ([datetime.date(2026, 11, day) for day in (1, 2, 3)], "column x has dates or times (date32[day])"),
        ([datetime.datetime(2026, 11, day) for day in (1, 2, 3)], "column x has dates or times (timestamp[us])"),
        ([[1.0], [2.0], [3.0]], "column x has values of the type list<"),
        ([b"1", b"2", b"3"], "column x has values of the type binary"),
        ([{"a": 1}, {"a": 2}, {"a": 3}], "column x has values of the type struct<"),
        (["a", "b", "c"], "column x has text, as 'a', 'b', 'c'"),
        ([1.0, float("inf"), 2.0], "row 2, column x: 'inf' is not a number that can be used; it looks like not finite"),
        ([1.0, 1e200, 2.0], "row 2, column x: '1e+200' is not a number that can be used; it is too large"),
        ([1.0, None, 2.0], "row 2, column x: 'nan' is not a number that can be used; it looks like a missing value"),
        ([1.0], "1 row(s) of data"),
        (pa.array([], pa.float64()), "0 row(s) of data"),
    ],
)
def test_what_parquet_has_besides_is_refused_in_words(tmp_path: Path, column: Any, said: str) -> None:
    assert said in refusal(parquet(tmp_path, column))


def test_a_parquet_file_with_other_encodings_pages_and_groups_is_read(tmp_path: Path) -> None:
    numbers = [float(k) for k in range(1000)]
    path = tmp_path / "own.parquet"
    table = pa.table({"x": numbers, "n": range(1000), "kind": [f"k{k % 7}" for k in range(1000)]})
    for options in (
        {"compression": "gzip", "data_page_version": "2.0", "row_group_size": 90},
        {"compression": "none", "use_dictionary": False, "column_encoding": {"n": "DELTA_BINARY_PACKED"}},
        {"use_dictionary": False, "column_encoding": {"x": "BYTE_STREAM_SPLIT", "kind": "PLAIN"}},
        {"data_page_size": 100, "compression": "snappy"},
    ):
        pq.write_table(table, path, **options)
        assert columns(read(path, target="n")) == [numbers, numbers]
        found = read(path, target="kind", labelled=True)
        assert found.classes == tuple(f"k{k}" for k in range(7))
        assert found.targets.tolist() == [k % 7 for k in range(1000)]


def test_a_column_of_parquet_may_have_any_name_and_one_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    for name in ("a.b", "x.0", "ü, in m", "[x]"):
        assert columns(read(parquet(tmp_path, [3.0, 5.0, 9.0], name), inputs=name))[0] == [3.0, 5.0, 9.0]
    path = tmp_path / "twice.parquet"
    pq.write_table(pa.table([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]], names=["x", "x", "y"]), path)
    assert "has that column twice" in refusal(path)
    assert "did you mean x?" in refusal(parquet(tmp_path, [3.0, 5.0, 9.0]), inputs="X")


def test_a_parquet_file_that_is_broken_is_refused_in_words(tmp_path: Path) -> None:
    path = parquet(tmp_path, [1.0, 2.0, 3.0])
    whole = path.read_bytes()
    for at in (8, 30, 60, len(whole) // 2, len(whole) - 40, len(whole) - 6):
        path.write_bytes(whole[:at] + b"\xff\xfe" + whole[at + 2 :])
        with suppress(BadInput):  # A byte of a value may be another value.
            read(path)
    for at in (8, 30, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:at] + b"PAR1")
        assert "the Parquet file is broken" in refusal(path)
    path.write_bytes(whole[:-8] + b"\xff\xff\xff\x00PAR1")
    assert "the Parquet file is broken" in refusal(path)


def test_a_parquet_file_that_unpacks_to_more_than_a_file_may_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    ones = pa.chunked_array([pa.DictionaryArray.from_arrays(np.zeros(1 << 24, np.int8), [1.0])] * 9)
    pq.write_table(pa.table({"x": ones}), path)
    assert path.stat().st_size < 1 << 20
    assert "its pages unpack to" in refusal(path)


def test_a_matrix_of_numpy_is_a_column_for_each_of_its_own_and_its_name_all_of_them(tmp_path: Path) -> None:
    x = np.array([[1, 2], [3, 5], [4, 9]])
    for order in ("C", "F"):
        path = npz(tmp_path, X=np.array(x, order=order), y=np.array(Y)[:, None], z=[3, 1, 2])
        found = read(path, inputs="X")
        assert (found.input_names, found.inputs.tolist()) == (("X.0", "X.1"), x.tolist())
        assert columns(found)[2] == Y
        assert read(path, inputs="X.1").inputs[:, 0].tolist() == [2.0, 5.0, 9.0]
        assert read(path, inputs="all").input_names == ("X.0", "X.1", "z")


def test_labels_of_numpy_may_be_text_or_whole_numbers(tmp_path: Path) -> None:
    for kinds, classes in ((["b", "a", "b"], ("a", "b")), ([3, 1, 3], ("1", "3")), ([3.0, 1.0, 3.0], ("1", "3"))):
        found = read(npz(tmp_path, x=Y, kind=np.array(kinds)), target="kind", labelled=True)
        assert (found.classes, found.targets.tolist()) == (classes, [1, 0, 1])


class Sprung:
    def __reduce__(self) -> Any:
        return Path.touch, (Path("sprung"),)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.array([1, "a", None], object), "array x holds objects, which are pickled, and nothing is unpickled"),
        (np.array(["2026-11-01", "2026-11-02", "2026-11-03"], "datetime64[D]"), "array x has dates or times"),
        (np.array([1j, 2, 3]), "array x has values of the type complex128"),
        (np.array([b"1", b"2", b"3"]), "array x has values of the type |S1"),
        (np.zeros((3, 2, 2)), "array x has the shape (3, 2, 2)"),
        (np.float64(3), "array x has the shape ()"),
        (np.zeros(5), "array x has 5 rows, others have 3"),
        (np.array(["a", "b", "c"]), "column x has text, as 'a', 'b', 'c'"),
    ],
    ids=["object", "dates", "complex", "bytes", "cube", "scalar", "longer", "text"],
)
def test_what_numpy_has_besides_is_refused_in_words(tmp_path: Path, array: Any, said: str) -> None:
    assert said in refusal(npz(tmp_path, x=array, y=Y, z=[1.0, 5.0, 2.0]))


def test_nothing_of_a_npz_is_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = npz(tmp_path, x=np.array([Sprung(), 1, 2], object), y=Y)
    refusal(path)
    path.write_bytes(pickle.dumps(Sprung()))
    refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", pickle.dumps(Sprung()))
    assert "the .npz is broken" in refusal(path)
    assert not Path("sprung").exists()


def header(shape: tuple[int, ...]) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return file.getvalue()


@pytest.mark.parametrize("shape", [(4,), (19,), (10**12,), (-5,), (10**6, 10**6), (1 << 62, 1)])
def test_a_npz_that_promises_more_than_it_has_is_refused_before_it_takes_memory(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in "xy":
            archive.writestr(f"{name}.npy", header(shape) + struct.pack("<3d", 1, 2, 3))
    said = refusal(path)
    assert "the .npz is broken" in said or "it unpacks to" in said


def test_a_npz_that_unpacks_to_more_than_a_file_may_have_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", header((1 << 28,)) + bytes(1 << 16))
        archive.filelist[0].file_size = 1 << 31  # As a member has it that packs as many noughts.
    assert "it unpacks to 2,147,483,648 bytes" in refusal(path)


def test_a_mistyped_matrix_is_answered_with_the_matrix_and_not_with_a_column_of_it(tmp_path: Path) -> None:
    path = npz(tmp_path, pixels=np.arange(12.0).reshape(3, 4) ** 2, y=Y)
    with pytest.raises(BadInput) as told:
        read(path, inputs="pixel")
    assert (told.value.allowed, told.value.next_step) == ("one of pixels, y", "set data.input; did you mean pixels?")
    with pytest.raises(BadInput) as told:
        read(path, inputs="pixels", target="Y1")
    assert told.value.allowed == "one of pixels.0, pixels.1, pixels.2, pixels.3, y"
