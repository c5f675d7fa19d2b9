"""Whether a text file that cannot be read has other separators or decimals than told: found by trying its beginning."""

from pathlib import Path

import numpy as np

from sweep.errors import BadInput
from sweep.problem import cells
from sweep.problem.columns import Asked, places, takes_all
from sweep.problem.csv_file import csv_table
from sweep.problem.csv_looks import PLURALS
from sweep.settings.file_form import DECIMALS, SEPARATORS, FileForm

BEGINNING = 1 << 16
"""Letters of a file that are tried."""


def explained(told: BadInput, path: Path, text: str, asked: Asked, form: FileForm) -> BadInput:
    """``told`` of the file at ``path``; where another form reads its beginning, with the settings that say so."""
    head = text if len(text) <= BEGINNING else text[: max(text.rfind(end, 0, BEGINNING) for end in "\r\n") + 1]
    best, found = _readable(path, head, asked, form), form
    forms = [
        FileForm(separator, decimal, form.missing)
        for separator in (form.separator, *SEPARATORS)
        for decimal in (form.decimal, *DECIMALS)
    ]
    for each in forms:
        cells_read = _readable(path, head, asked, each)
        if cells_read > best:
            best, found = cells_read, each
    if found == form or (found.separator == form.separator and "looks like" in told.what):
        return told
    between = f"{PLURALS[found.separator]} between the cells" if found.separator != form.separator else ""
    decimals = f"decimal {'commas' if found.decimal == 'comma' else 'points'}" if found.decimal != form.decimal else ""
    what = told.what.partition("; it looks like")[0]
    looks = " and ".join(filter(None, (between, decimals)))
    words = " ".join(f"{key}={value}" for key, value in found.overrides(form).items())
    return BadInput(f"{what}; it looks like {looks}", told.allowed, f"read it with {words}")


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
    good = [~np.isnan(each.numbers) for each in columns]
    gone = [np.array([cells.MISSING_NUMBER.fullmatch(each.text(row)) is not None for row in rows]) for each in columns]
    if not takes_all(table, asked) and not all((a | b).all() for a, b in zip(good, gone, strict=True)):
        return 0
    return int(sum(each.sum() for each in good))
