"""Two columns of a CSV file as :class:`Readings`; what cannot be used is named by line and column."""

import csv
import math
import re
from pathlib import Path

from sweep.errors import BadInput
from sweep.problem.readings import Readings

LARGEST, SMALLEST_SPREAD = 1e100, 1e-100
"""Bounds on readings and on the spread of a column: the squares that theory sums stay within float64."""


def read_csv(
    path: Path, input_column: str, target_column: str, input_unit: str | None = None, target_unit: str | None = None
) -> Readings:
    """Read two columns of a CSV file with a header line (UTF-8, commas between cells)."""
    header, rows = _rows(path)
    for key, column in (("data.input", input_column), ("data.target", target_column)):
        if column not in header:
            raise BadInput(f"{key}={column}: no such column in {path}", f"one of {', '.join(header)}", f"set {key}")
        if header.count(column) > 1:
            raise BadInput(f"{key}={column}: {path} has that column twice", "distinct names", "rename one of them")
    if len(rows) < 2:
        raise BadInput(f"{path}: {len(rows)} row(s) of data", "at least 2 rows below the header", "add readings")
    indexes = header.index(input_column), header.index(target_column)
    columns = [tuple(_number(row[i], line, header[i], path) for line, row in rows) for i in indexes]
    for name, values in zip((input_column, target_column), columns, strict=True):
        if max(values) - min(values) < SMALLEST_SPREAD:
            raise BadInput(
                f"{path}: column {name} is constant ({values[0]:g})", "a column that varies", "choose another column"
            )
    return Readings(
        columns[0],
        columns[1],
        name=path.stem,
        source=path.name,
        input_name=input_column,
        target_name=target_column,
        input_unit=input_unit,
        target_unit=target_unit,
    )


FORMATS = (
    (b"\xff\xfe", "looks like UTF-16", "save it as UTF-8"),
    (b"\xfe\xff", "looks like UTF-16", "save it as UTF-8"),
    (b"\x1f\x8b", "is compressed by gzip", "decompress it first (gunzip)"),
    (b"PK\x03\x04", "is a zip archive or an Excel workbook", "unpack it, or export the sheet as CSV in UTF-8"),
    (b"PAR1", "is a Parquet file", "export its table as CSV in UTF-8"),
)
"""First bytes of files that are no CSV in UTF-8: what such a file looks like, and what to do."""


def _check_encoding(path: Path) -> None:
    """Refuse what is no text in UTF-8, by what it looks like and, where it has lines, by line."""
    content = path.read_bytes()
    for start, looks, step in FORMATS:
        if content.startswith(start):
            raise BadInput(f"data.path={path}: the file {looks}", "a CSV file in UTF-8", step)
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise BadInput(
            f"data.path={path}: line {line} has a NUL byte", "a CSV file in UTF-8", "save it as text in UTF-8"
        )
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput(
            f"data.path={path}: line {line} is not UTF-8 (byte 0x{content[error.start]:02x})",
            "a CSV file in UTF-8",
            "save it as UTF-8; if it is in Windows-1252: iconv -f WINDOWS-1252 -t UTF-8",
        ) from error


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and non-empty rows, each row with the number of its line in the file."""
    try:
        _check_encoding(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            lines = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(f"data.path={path}: {reason}", "a readable CSV file in UTF-8", "check the path") from error
    if not lines:
        raise BadInput(f"data.path={path}: the file is empty", "a header line and at least 2 rows", "add readings")
    (_, header), *rows = lines
    for line, row in rows:
        if len(row) != len(header):
            raise BadInput(
                f"{path}: line {line} has {len(row)} cells, the header has {len(header)}",
                "as many cells in every row as in the header, with commas between them",
                "correct the row; a cell that holds a comma needs quotes around it",
            )
    return header, rows


def _number(cell: str, line: int, column: str, path: Path) -> float:
    try:
        value = float(cell) if re.fullmatch(r"[-+.0-9eE]+", cell, re.ASCII) else math.nan
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise BadInput(
            f"{path}: line {line}, column {column}: {cell[:40]!r} is not a number that can be used",
            f"finite numbers as 12, -3.5 or 1e-4 in every cell, up to {LARGEST:g}",
            "correct the cell or leave the row out",
        )
    return value
