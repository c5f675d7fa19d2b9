"""A ``.npz`` of NumPy as a :class:`Table`: arrays by name, a matrix as a column for each of its own; not unpickled."""

import io
import math
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep import plain_file
from sweep.data import cells
from sweep.data.table import Column, Table
from sweep.errors import MALFORMED, BadInput
from sweep.settings.file_form import FileForm

MOST_COLUMNS = 100_000

ALLOWED = "arrays of numbers, of true and false, or of text: numpy.savez('x.npz', a=…, b=…)"

FAULTS = (*MALFORMED, OSError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What :mod:`zipfile` and NumPy raise of a file that is broken, or packed in a way that they do not read."""


@dataclass(frozen=True, eq=False)
class _Array:
    """An array that is not read yet: its member in the archive, where its values begin, and what its header says."""

    member: zipfile.ZipInfo
    start: int
    shape: tuple[int, ...]
    by_column: bool
    dtype: np.dtype[Any]


def is_npz(content: bytes) -> bool:
    """Whether ``content`` is an archive whose members are arrays of NumPy alone."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except FAULTS:
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def npz_table(path: Path, content: bytes) -> Table:
    """The table that ``content`` is: a vector is a column by its name, a matrix ``x`` the columns ``x.0``, ``x.1``, ….

    A matrix's name stands for all of its columns. Other arrays are columns that cannot be used.

    Raises
    ------
    BadInput : it is broken, or unpacks to more than a file may have.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            arrays = {each.filename.removesuffix(".npy"): _header(archive, each) for each in archive.infolist()}
    except FAULTS as error:
        raise _broken(path, error) from error
    size = sum(each.member.file_size for each in arrays.values())
    columns = sum(each.shape[1] if len(each.shape) == 2 else 1 for each in arrays.values())
    if size > plain_file.LARGEST or columns > MOST_COLUMNS:
        what = f"data.path={path}: it unpacks to {size:,} bytes, in {columns:,} columns"
        raise BadInput(what, f"up to {plain_file.LARGEST:,} bytes and {MOST_COLUMNS:,} columns", "keep less in it")
    groups = {
        name: [f"{name}.{place}" for place in range(each.shape[1])]
        for name, each in arrays.items()
        if len(each.shape) == 2 and each.shape[1] > 1
    }
    names = [column for name in arrays for column in groups.get(name, [name])]
    found = [(name, place) for name in arrays for place in range(len(groups.get(name, [name])))]
    lengths = [each.shape[0] for each in arrays.values() if each.shape]
    rows = max(set(lengths), key=lengths.count, default=0)
    known: dict[str, NDArray[Any]] = {}

    def column(index: int) -> Column:
        name, place = found[index]
        _check(path, name, arrays[name], rows)
        if name not in known:
            try:
                known[name] = _read(content, arrays[name])
            except FAULTS as error:
                raise _broken(path, error) from error
        return _column(known[name][:, place])

    return Table(path, names, rows, column, groups=groups)


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Array:
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
        shape, by_column, dtype = read(file)
        start = file.tell()
    if min(shape, default=0) < 0:
        raise ValueError(f"the shape {shape}")
    return _Array(member, start, shape, by_column, dtype)


def _check(path: Path, name: str, array: _Array, rows: int) -> None:
    """Raise :class:`BadInput` where an array is no column of ``rows`` values."""
    kind, step = array.dtype.kind, "save it as numbers, or choose another"
    if kind == "O":
        what = f"array {name} holds objects, which are pickled, and nothing is unpickled"
        step = f"save it as numbers or text, as {name}.astype(float) or {name}.astype(str)"
    elif kind in "mM":
        what, step = f"array {name} has dates or times ({array.dtype})", "save it as a number, as of seconds"
    elif kind not in "biufU":
        what = f"array {name} has values of the type {array.dtype}"
    elif len(array.shape) not in (1, 2):
        what, step = f"array {name} has the shape {array.shape}", "save it with a row a sample, in 1 or 2 dimensions"
    elif array.shape[0] != rows:
        what = f"array {name} has {array.shape[0]:,} rows, others have {rows:,}"
        step = "save arrays that belong together in a file of their own"
    else:
        return
    raise BadInput(f"data.path={path}: {what}", ALLOWED, step)


def _read(content: bytes, array: _Array) -> NDArray[Any]:
    """The values of ``array``, shape ``(n_rows, n_columns)``; no more bytes than its member is told to have."""
    count, most = math.prod(array.shape), array.member.file_size
    if array.start + count * array.dtype.itemsize > most:
        raise ValueError("an array that is longer than its file")
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(array.member) as file:
        values = np.frombuffer(file.read(most), array.dtype, count, array.start)
    shaped = values.reshape(array.shape, order="F" if array.by_column else "C")
    return shaped.reshape(len(shaped), -1) if shaped.ndim == 1 else shaped


def _column(values: NDArray[Any]) -> Column:
    if values.dtype.kind == "U":
        texts = [text.strip() for text in values.tolist()]
        return Column(cells.numbers(texts, FileForm()), texts)
    numbers = values.astype(np.float64)
    return Column(numbers, values.astype(str).tolist() if values.dtype.kind == "b" else None)


def _broken(path: Path, error: Exception) -> BadInput:
    what = f"data.path={path}: the .npz is broken, or not written by NumPy ({str(error)[:200]})"
    return BadInput(what, ALLOWED, "write it again with numpy.savez")
