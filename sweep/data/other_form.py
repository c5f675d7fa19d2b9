"""Whether a text file that cannot be read has other separators or decimals than told: found by trying its beginning."""

import re
from itertools import product
from pathlib import Path

import numpy as np

from sweep.data import cells
from sweep.data.columns import Asked, places, takes_all
from sweep.data.csv_file import csv_table
from sweep.data.csv_looks import PLURALS
from sweep.errors import BadInput
from sweep.settings.file_form import DECIMALS, SEPARATORS, FileForm

BEGINNING = 1 << 16
"""Letters of a file that are tried."""

THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+")


def other_form(path: Path, text: str, asked: Asked, form: FileForm) -> FileForm | None:
    """The form in which the beginning of ``text`` can be read; None where ``form`` is as good as any."""
    head = text if len(text) <= BEGINNING else text[: max(text.rfind(end, 0, BEGINNING) for end in "\r\n") + 1]
    best, found = _readable(path, head, asked, form), None
    for separator, decimal in product((form.separator, *SEPARATORS), (form.decimal, *DECIMALS)):
        other = FileForm(separator, decimal, form.missing)
        if (cells_read := _readable(path, head, asked, other)) > best:
            best, found = cells_read, other
    return found


def in_that_form(told: BadInput, other: FileForm, form: FileForm) -> BadInput:
    """What was ``told`` of a file that was read in ``form``, and that can be read in the ``other``."""
    looks = []
    if other.separator != form.separator:
        looks.append(f"{PLURALS[other.separator]} between the cells")
    elif "looks like" in told.what:
        return BadInput(told.what, told.allowed, told.next_step)  # By the very cell: that may say more.
    if other.decimal != form.decimal:
        looks.append(f"decimal {'commas' if other.decimal == 'comma' else 'points'}")
    what = told.what.partition("; it looks like")[0]
    words = " ".join(f"{key}={value}" for key, value in other.overrides(form).items())
    return BadInput(f"{what}; it looks like {' and '.join(looks)}", told.allowed, f"read it with {words}")


def _readable(path: Path, head: str, asked: Asked, form: FileForm) -> int:
    """How many cells of numbers that are asked for can be read of ``head``; 0 where one cannot."""
    try:
        table = csv_table(path, head, form)
        inputs, target = places(table, asked)
        if table.rows == 0 or table.trouble([*inputs, target]) is not None:
            return 0
        columns = [table.column(index) for index in (*inputs, *([] if asked.labelled else [target]))]
    except BadInput:
        return 0
    rows = range(table.rows)
    commas = [text for each in columns for text in each.texts or () if "," in text]
    if form.separator == form.decimal == "comma" and all(map(THOUSANDS.fullmatch, commas)):
        return 0  # Whoever wrote 1,500 between commas hardly meant 1.5.
    good = [~np.isnan(each.numbers) for each in columns]
    gone = [np.array([cells.MISSING_NUMBER.fullmatch(each.text(row)) is not None for row in rows]) for each in columns]
    if not takes_all(table, asked) and not all((a | b).all() for a, b in zip(good, gone, strict=True)):
        return 0
    return int(sum(each.sum() for each in good))
