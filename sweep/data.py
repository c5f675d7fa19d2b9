"""Readings: pairs of input and target with their units, where they came from, and their fingerprint.

In come :class:`sweep.settings.Data`, out goes :class:`Readings`. Numbers are parsed to float64; rounding to a run's
dtype happens in the engine.
"""

import csv
import hashlib
import math
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from sweep.errors import BadInput
from sweep.settings import Data, DType, rounded_to

FAHRENHEIT_LIKE = (35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4)
CELSIUS = (0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0)

COLUMNS, UNITS = ("path", "input", "target"), ("input_unit", "target_unit")
"""Fields of :class:`Data` that a CSV file needs, and that it may have."""

LARGEST, SMALLEST_SPREAD = 1e100, 1e-100
"""Bounds on readings and on the spread of a column: the squares that theory sums stay within float64."""


@dataclass(frozen=True)
class Readings:
    """Inputs and targets in order.

    Parameters
    ----------
    inputs, targets : float64 values, shape ``(n_samples,)`` each, at least two, neither of them constant.
    name : what tables and pictures call this data.
    source : where it came from, as a person would say it.
    input_name, target_name, input_unit, target_unit : labels; a unit is None where it is not known.
    kept_at : the file to read them from again, where they stay out of the store; None where the store has them.
    """

    inputs: tuple[float, ...] = field(repr=False)
    targets: tuple[float, ...] = field(repr=False)
    name: str
    source: str
    input_name: str
    target_name: str
    input_unit: str | None = None
    target_unit: str | None = None
    kept_at: str | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the float64 values in order; labels, units and the path are no part of it (32 hex digits)."""
        digest = hashlib.sha256(struct.pack("<q", len(self.inputs)))
        for column in (self.inputs, self.targets):
            digest.update(struct.pack(f"<{len(column)}d", *column))
        return digest.hexdigest()[:32]

    def check_dtype(self, dtype: DType) -> None:
        """Raise :class:`BadInput` where rounding to ``dtype`` makes a column infinite or constant."""
        for role, column in (("input", self.inputs), ("target", self.targets)):
            rounded = {rounded_to(value, dtype) for value in column}
            if len(rounded) < 2 or not all(map(math.isfinite, rounded)):
                raise BadInput(
                    f"data: the {role} of {self.name} is constant or not finite once rounded to {dtype}",
                    f"values that {dtype} can tell apart",
                    "use dtype=float64, or centre and scale the column",
                )


def thermometer() -> Readings:
    """Eleven readings of a thermometer in an unknown unit beside degrees Celsius.

    References
    ----------
    Stevens, Antiga, Viehmann: Deep Learning with PyTorch, Manning 2020, section 5.2.
    """
    return Readings(
        FAHRENHEIT_LIKE, CELSIUS, "thermometer", "Deep Learning with PyTorch, section 5.2", "t_u", "t_c", None, "°C"
    )


def refuse_unused(sources: Sequence[Data]) -> None:
    """Raise :class:`BadInput` where a key is given that none of a sweep's ``sources`` reads."""
    if any(source.kind == "csv" for source in sources):
        return
    unused = [key for key in COLUMNS + UNITS if any(getattr(source, key) is not None for source in sources)]
    if unused:
        names = ", ".join(f"data.{key}" for key in unused)
        raise BadInput(f"{names}: not used by data=thermometer", "null", "add data=csv to read a file")


def read(data: Data) -> Readings:
    """The readings that ``data`` names.

    Raises
    ------
    BadInput : the file is missing, empty or cannot be read; a column is missing, constant, or has a cell that is no
        finite number; a row has more or fewer cells than the header; fewer than two rows.
    """
    if data.kind == "thermometer":
        return thermometer()
    absent = [f"data.{key}" for key in COLUMNS if not getattr(data, key)]
    if absent:
        raise BadInput(
            f"{', '.join(absent)} must be given",
            "data=csv data.path=FILE data.input=COLUMN data.target=COLUMN",
            f"add {' '.join(f'{key}=…' for key in absent)}",
        )
    path = Path(data.path or "")
    found = read_csv(path, data.input or "", data.target or "", data.input_unit, data.target_unit)
    return found if data.store else replace(found, kept_at=str(path.resolve()))


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
    places = header.index(input_column), header.index(target_column)
    columns = [tuple(_number(row, place, line, header[place], path) for line, row in rows) for place in places]
    for name, values in zip((input_column, target_column), columns, strict=True):
        if max(values) - min(values) < SMALLEST_SPREAD:
            raise BadInput(
                f"{path}: column {name} is constant ({values[0]:g})", "a column that varies", "choose another column"
            )
    return Readings(columns[0], columns[1], path.stem, path.name, input_column, target_column, input_unit, target_unit)


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and non-empty rows, each row with the number of its line in the file."""
    try:
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


def _number(row: list[str], place: int, line: int, column: str, path: Path) -> float:
    cell = row[place]
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
