"""Labels of classes in a column: text, or whole numbers, each class with a number."""

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from sweep.data import cells
from sweep.data.readings import Floats
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm
from sweep.settings.ranges import TEXT

Codes = NDArray[np.intp]

MOST, MOST_LETTERS = 1000, 250
"""Classes, and letters of a label."""

FEW, MOST_OF_ROWS = 10, 0.9
"""Classes that may have a row each, as in a small table that is no sign of an id; and of more, the part of the rows."""

EXACT = 2.0**53
"""Up to here a float64 holds every whole number."""


def classes(where: str, texts: Sequence[str], codes: Codes, form: FileForm) -> tuple[Floats, tuple[str, ...]]:
    """The number of each row's class; and the names of the classes: numbers in their order, text by code points.

    Parameters
    ----------
    where : what messages call the column.
    texts : the distinct labels.
    codes : of each row, its place in ``texts``, shape ``(n_rows,)``.

    Raises
    ------
    BadInput : one class only, numbers that are not whole, an odd label, or a class for nearly each row.
    """
    used = np.unique(codes)
    found = [texts[code] for code in used]
    numbers = cells.numbers(found, form)
    whole = bool(np.isfinite(numbers).all())
    if whole and (odd := [text for text, value in zip(found, numbers.tolist(), strict=True) if not _is_whole(value)]):
        _refuse(f"{where} has numbers that are no labels, as {odd[0]}", "for a quantity: problem=linear")
    names, places = _in_order(found, numbers, whole)
    _refuse_odd(where, names, len(codes), whole)
    number = np.empty(len(texts))
    number[used] = places
    return number[codes], names


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) < EXACT


def _in_order(found: Sequence[str], numbers: Floats, whole: bool) -> tuple[tuple[str, ...], Codes]:
    """The names of classes; and of each label that was ``found``, its place among them."""
    if whole:
        values, places = np.unique(numbers, return_inverse=True)
        return tuple(map(cells.shown, values.tolist())), places.reshape(-1)
    order = sorted(range(len(found)), key=found.__getitem__)
    return tuple(found[each] for each in order), np.argsort(order)


def _refuse_odd(where: str, names: Sequence[str], rows: int, whole: bool) -> None:
    if len(names) == 1:
        what = f"{where} has one class only: every row is {names[0][:80]}"
        raise BadInput(what, "two classes or more", "choose another data.target, or more rows")
    if len(names) > MOST or (len(names) > FEW and len(names) > MOST_OF_ROWS * rows):
        looks = "a quantity, or an id of its row" if whole else "a name or an id of its row"
        step = "for a quantity: problem=linear" if whole else "choose another data.target"
        _refuse(f"{where} has {len(names):,} labels in {rows:,} rows, as {names[0][:40]}; it looks like {looks}", step)
    if odd := [name for name in names if len(name) > MOST_LETTERS or not TEXT.fullmatch(name)]:
        _refuse(f"{where} has the label {odd[0][:80]!r}, which is too long or not on one line", "shorten it")


def _refuse(what: str, step: str) -> NoReturn:
    raise BadInput(what, f"2 to {MOST:,} labels, as text or whole numbers, most of them on several rows", step)
