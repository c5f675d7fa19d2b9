"""The text of a CSV file as a :class:`Table`; what cannot be used of it is named by line."""

import csv
import io
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sweep.data import cells, csv_looks
from sweep.data.table import MOST_NAMES, Column, Table
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm

BLOCK = 1000
"""Rows of which each column is kept as one text: a list of texts takes many times the bytes."""


class Row(NamedTuple):
    """The number of its first line, its cells without blanks around them, and whether that line begins with a quote."""

    line: int
    cells: list[str]
    quoted: bool


@dataclass
class _Kept:
    """Rows that are as wide as the first, up to one that is not or cannot be cut: the ``fault``."""

    lines: "array[int]" = field(default_factory=lambda: array("q"))
    blocks: list[list[str]] = field(default_factory=list)
    folded: dict[int, list[str]] = field(default_factory=dict)
    top: list[Row] = field(default_factory=list)
    fault: BadInput | None = None

    def texts(self, index: int) -> list[str]:
        """The cells of a column."""
        return list(chain.from_iterable(block[index].split("\0") for block in self.blocks))


def csv_table(path: Path, text: str, form: FileForm) -> Table:
    """The table that ``text`` is, with a header line.

    R writes no name above the column with its row names, or leaves out the cell for it: that column has no name here.

    Raises
    ------
    BadInput : there is no header.
    """
    rows = _rows(path, text, form)
    _, header, _ = next(rows, Row(0, [], False))
    if not header:
        raise BadInput(f"data.path={path}: the file is empty", "a header line and at least 2 rows", "add readings")
    first = next(rows, None) if len(header) else None
    if first and _has_row_names(header, first, form):
        header = ["", *header]
    kept = _keep(path, chain([first] if first else [], rows), header, form)

    def column(index: int) -> Column:
        texts = kept.texts(index)
        return Column(cells.numbers(texts, form), texts)

    def trouble(indexes: Sequence[int]) -> tuple[int, BadInput] | None:
        return next(_troubles(path, kept, header, indexes, form), None)

    return Table(
        path,
        header,
        len(kept.lines),
        column,
        lambda row: f"line {kept.lines[row]}",
        trouble,
        lambda name: csv_looks.header(name, header, kept.top, form),
    )


def _rows(path: Path, text: str, form: FileForm) -> Iterator[Row]:
    """The rows that are not empty, the header first; without the line ``sep=;`` that Excel wants above it."""
    lines, line, fed = io.StringIO(text, newline=""), 1, list[str]()
    if re.match(r"sep=[^\r\n](\r|\n)", text):
        lines.readline()
        line = 2
    before = line - 1
    blank = form.separator == "space"

    def feed() -> Iterator[str]:
        for each in lines:
            fed.append(each)
            yield re.sub(r" +(?=[\r\n]*$)", "", each) if blank else each

    reader = csv.reader(feed(), strict=True, delimiter=form.cuts_at, skipinitialspace=blank)
    try:
        for row in reader:
            if any(map(str.strip, row)):
                yield Row(line, [cell.strip() for cell in row], fed[0].lstrip().startswith('"'))
            line = before + reader.line_num + 1
            fed.clear()
    except csv.Error as error:
        looks, step = csv_looks.broken("".join(fed), form, closed="expected after" in str(error))
        raise BadInput(f"data.path={path}: line {line} has {looks}", "a CSV file in UTF-8", step) from error


def _has_row_names(header: Sequence[str], row: Row, form: FileForm) -> bool:
    """Whether the ``row`` below the ``header`` begins with a name that has none there, as R's ``write.table`` does it.

    In quotes, where it could also be a number that a decimal comma has cut.
    """
    return len(row.cells) == len(header) + 1 and row.cells[-1] != "" and (form.cuts_at != "," or row.quoted)


def _keep(path: Path, rows: Iterator[Row], header: Sequence[str], form: FileForm) -> _Kept:
    kept, block = _Kept(), list[list[str]]()

    def close() -> None:
        if block:
            kept.blocks.append(["\0".join(column) for column in zip(*block, strict=True)])
            block.clear()

    try:
        for row in rows:
            if len(kept.top) < MOST_NAMES:
                kept.top.append(row)
            if kept.fault is None and len(row.cells) != len(header):
                kept.fault = _uneven(path, row, header, form, not kept.lines)
            if kept.fault is not None:
                if len(kept.top) == MOST_NAMES:
                    break
                continue
            if any("\n" in cell or "\r" in cell for cell in row.cells):
                kept.folded[len(kept.lines)] = row.cells
            kept.lines.append(row.line)
            block.append(row.cells)
            if len(block) == BLOCK:
                close()
    except BadInput as broken:
        kept.fault = kept.fault or broken
    close()
    return kept


def _uneven(path: Path, row: Row, header: Sequence[str], form: FileForm, first: bool) -> BadInput:
    looks, step = csv_looks.row(row.cells, header, form, first)
    count = len(row.cells)
    return BadInput(
        f"data.path={path}: line {row.line} has {count} cell{'s' * (count != 1)}, the header has {len(header)}{looks}",
        f"as many cells in every row as in the header, with {csv_looks.PLURALS[form.separator]} between them",
        step,
    )


def _troubles(
    path: Path, kept: _Kept, header: Sequence[str], indexes: Sequence[int], form: FileForm
) -> Iterator[tuple[int, BadInput]]:
    """By row, what is not formed as rows of numbers at ``indexes`` are."""
    folded = (row for row, found in kept.folded.items() if _swallows(found, indexes, form))
    swallows = next(folded, None)
    if swallows != 0 and len(kept.lines) and _is_second_header(kept.top, indexes, form):
        what = f"data.path={path}: line {kept.lines[0]} has no numbers; it looks like a row of units or a second header"
        step = "delete the line; units have data.input_unit and data.target_unit"
        yield 0, BadInput(what, "one header line, and numbers below it", step)
    if swallows is not None:
        what = f"data.path={path}: line {kept.lines[swallows]} has a quote that closes only after other rows"
        step = "close it, or take both quotes away"
        yield swallows, BadInput(what, "quotes that close before the row ends", step)
    if kept.fault is not None:
        yield len(kept.lines), kept.fault


def _is_second_header(top: Sequence[Row], indexes: Sequence[int], form: FileForm) -> bool:
    """Whether the first row has no number at ``indexes``, and something else, and the second has one at each."""
    found = [row.cells[index] for row in top[:1] for index in indexes]
    if len(top) < 2 or all(map(cells.MISSING_NUMBER.fullmatch, found)):
        return False
    return bool(np.isnan(cells.numbers(found, form)).all()) and _has_numbers(top[1].cells, indexes, form)


def _swallows(row: Sequence[str], indexes: Sequence[int], form: FileForm) -> bool:
    """Whether a cell goes on over line breaks into what would be a row: a stray quote takes rows away silently."""
    for place, cell in enumerate(row):
        for text in cell.splitlines()[1:] if "\n" in cell or "\r" in cell else ():
            inside = text.split(None if form.separator == "space" else form.cuts_at)
            for found in (inside, [*inside, *row[place + 1 :]]):
                if len(found) == len(row) and _has_numbers(found, indexes, form):
                    return True
    return False


def _has_numbers(row: Sequence[str], indexes: Sequence[int], form: FileForm) -> bool:
    """Whether ``row`` has a number at each of ``indexes``."""
    if max(indexes) >= len(row):
        return False
    return bool(np.isfinite(cells.numbers([row[index].strip() for index in indexes], form)).all())
