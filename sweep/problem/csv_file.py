"""Columns of a CSV file as :class:`Readings`; what cannot be used is named by line and column."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from sweep.errors import BadInput
from sweep.problem import csv_looks
from sweep.problem.readings import Readings
from sweep.problem.text_file import read_text

LARGEST, SMALLEST_SPREAD = 1e100, 1e-100
"""Bounds on readings and on the spread of a column: the squares that theory sums stay within float64."""

MOST_NAMES = 20
"""Columns of a file that a message lists."""

Row = tuple[int, list[str]]
"""The number of a row's first line, and its cells without blanks around them."""


def read_csv(
    path: Path,
    inputs: str | Sequence[str],
    target: str,
    input_unit: str | None = None,
    target_unit: str | None = None,
) -> Readings:
    """Read columns of a CSV file with a header line (UTF-8, commas between cells).

    Parameters
    ----------
    inputs : a column or several; ``all``, where there is no column of that name, is every one but the target.

    Raises
    ------
    BadInput : naming what cannot be used, what it looks like, and the next step.
    """
    rows = _rows(path, read_text(path))
    _, header = next(rows, (0, []))
    if not header:
        raise BadInput(f"data.path={path}: the file is empty", "a header line and at least 2 rows", "add readings")
    asked = [("data.input", name) for name in _names(inputs, target, header)] + [("data.target", target)]
    indexes = [_index(path, key, column, header, rows) for key, column in asked]
    names = [header[index] for index in indexes]
    if twice := [name for index, name in zip(indexes, names, strict=True) if indexes.count(index) > 1]:
        what = f"data.path={path}: column {twice[0]} is taken twice, as inputs and target are"
        raise BadInput(what, "each column once", "leave it out of data.input")
    columns = _numbers(path, rows, header, indexes)
    for name, values in zip(names, columns, strict=True):
        if max(values) - min(values) < SMALLEST_SPREAD:
            raise BadInput(
                f"data.path={path}: column {name} is constant ({values[0]:g})",
                "a column that varies",
                "choose another column",
            )
    return Readings.of_columns(
        columns[:-1],
        columns[-1],
        name=path.stem,
        source=path.name,
        input_names=tuple(names[:-1]),
        target_name=names[-1],
        input_unit=input_unit,
        target_unit=target_unit,
    )


def _names(inputs: str | Sequence[str], target: str, header: Sequence[str]) -> Sequence[str]:
    """The columns that ``inputs`` asks for."""
    if inputs == "all" and "all" not in map(csv_looks.same, header):
        return [name for name in header if csv_looks.same(name) != csv_looks.same(target)]
    return [inputs] if isinstance(inputs, str) else inputs


def _rows(path: Path, text: str) -> Iterator[Row]:
    """The rows that are not empty, the header first."""
    reader, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in reader:
            if any(map(str.strip, row)):
                yield line, [cell.strip() for cell in row]
            line = reader.line_num + 1
    except csv.Error as error:
        broken = "".join(islice(io.StringIO(text, newline=""), line - 1, reader.line_num))
        looks, step = csv_looks.broken(broken, closed="expected after" in str(error))
        raise BadInput(f"data.path={path}: line {line} has {looks}", "a CSV file in UTF-8", step) from error


def _index(path: Path, key: str, column: str, header: Sequence[str], rows: Iterator[Row]) -> int:
    """Where in ``header`` the one column stands that looks like ``column``."""
    wanted = csv_looks.same(column)
    found = [index for index, name in enumerate(header) if csv_looks.same(name) == wanted]
    if len(found) == 1:
        return found[0]
    if len({header[index] for index in found}) > 1:
        forms = " and ".join(ascii(header[index]) for index in found)
        what = f"{key}={column}: {path} has columns that differ only in their Unicode form, {forms}"
        raise BadInput(what, "distinct names", "rename one of them")
    if found:
        raise BadInput(f"{key}={column}: {path} has that column twice", "distinct names", "rename one of them")
    looks, step = csv_looks.header(column, header, list(islice(rows, MOST_NAMES)))
    names = [name[:80] for name in header if name]
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    unnamed = f"; {len(header) - len(names):,} without a name" if len(names) < len(header) else ""
    raise BadInput(
        f"{key}={column[:80]}: no such column in {path}{looks}",
        f"one of {', '.join(names[:MOST_NAMES])}{more}{unnamed}",
        step if looks else f"set {key}; {step}",
    )


def _numbers(path: Path, rows: Iterator[Row], header: Sequence[str], indexes: Sequence[int]) -> list[list[float]]:
    """The columns at ``indexes`` of the rows below the header."""
    columns: list[list[float]] = [[] for _ in indexes]
    for line, row in rows:
        first = not columns[0]
        if len(row) != len(header):
            looks, step = csv_looks.row(row, header, first)
            raise BadInput(
                f"data.path={path}: line {line} has {len(row)} cell{'s' * (len(row) != 1)}, "
                f"the header has {len(header)}{looks}",
                "as many cells in every row as in the header, with commas between them",
                step,
            )
        if _swallows(row, indexes):
            raise BadInput(
                f"data.path={path}: line {line} has a quote that closes only after other rows",
                "quotes that close before the row ends",
                "close it, or take both quotes away",
            )
        values = [_parsed(row[index]) for index in indexes]
        if first and all(map(math.isnan, values)) and _has_numbers(next(rows, None), indexes):
            raise BadInput(
                f"data.path={path}: line {line} has no numbers; it looks like a row of units or a second header",
                "one header line, and numbers below it",
                "delete the line; units have data.input_unit and data.target_unit",
            )
        for index, value, column in zip(indexes, values, columns, strict=True):
            if not abs(value) <= LARGEST:
                raise _no_number(path, line, header[index], row[index], value)
            column.append(value)
    if len(columns[0]) < 2:
        what = f"data.path={path}: {len(columns[0])} row(s) of data"
        raise BadInput(what, "at least 2 rows below the header", "add readings")
    return columns


def _swallows(row: Sequence[str], indexes: Sequence[int]) -> bool:
    """Whether a cell goes on over line breaks into what would be a row: a stray quote takes rows away silently."""
    for place, cell in enumerate(row):
        for text in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
            inside = text.split(",")
            for cells in (inside, [*inside, *row[place + 1 :]]):
                if len(cells) == len(row) and _has_numbers((0, cells), indexes):
                    return True
    return False


def _has_numbers(row: Row | None, indexes: Sequence[int]) -> bool:
    """Whether there is a ``row`` with a number at each of ``indexes``."""
    return row is not None and all(
        index < len(row[1]) and math.isfinite(_parsed(row[1][index].strip())) for index in indexes
    )


def _parsed(cell: str) -> float:
    """The number in ``cell``; nan where it has none."""
    try:
        return float(cell) if re.fullmatch(r"[-+.0-9eE]+", cell, re.ASCII) else math.nan
    except ValueError:
        return math.nan


def _no_number(path: Path, line: int, column: str, cell: str, value: float) -> BadInput:
    looks, step = csv_looks.cell(cell) if math.isnan(value) else ("; it is too large", "use a larger unit")
    return BadInput(
        f"data.path={path}: line {line}, column {column}: {cell[:40]!r} is not a number that can be used{looks}",
        f"finite numbers as 12, -3.5 or 1e-4 in every cell, up to {LARGEST:g}",
        step,
    )
