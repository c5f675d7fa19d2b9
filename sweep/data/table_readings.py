"""From a table and the names of its columns to :class:`Readings`; what cannot be used is named by row and column."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data import cells, csv_looks, labels
from sweep.data.columns import Asked, choice, places, takes_all
from sweep.data.readings import Floats, Readings
from sweep.data.table import MOST_NAMES, Column, Table
from sweep.errors import BadInput
from sweep.settings.file_form import FileForm

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Taken:
    """A column that is used.

    Parameters
    ----------
    missing : whether each row has no value in it, shape ``(n_rows,)``.
    unfit : whether each row has something in it that is no value.
    labels : whether its cells are labels of classes.
    """

    name: str
    column: Column
    missing: Mask
    unfit: Mask
    labels: bool = False


def readings_of(table: Table, asked: Asked, form: FileForm) -> Readings:
    """The readings that are ``asked`` of a ``table``; its rows with a missing cell refused or left out.

    Raises
    ------
    BadInput : naming what cannot be used, what it looks like, and the next step.
    """
    indexes, target_index = places(table, asked)
    inputs = _all_inputs(table, indexes) if takes_all(table, asked) else [_number(table, each) for each in indexes]
    labelled = _is_text(_number(table, target_index)) if asked.labelled is None else asked.labelled
    target = _label(table, target_index) if labelled else _number(table, target_index)
    taken = [*inputs, target]
    _refuse_text(table, inputs, None if labelled else target)
    _refuse_unfit(table, taken, [*indexes, *([] if labelled else [target_index])], form)
    gone = np.logical_or.reduce([each.missing for each in taken])
    kept = table.rows - int(gone.sum())
    if kept < 2:
        raise _too_few(table, taken, kept)
    columns = [each.column.numbers[~gone] for each in inputs]
    if labelled:
        texts, codes = target.column.coded()
        where = f"data.path={table.path}: column {target.name}"
        targets, classes = labels.classes(where, texts, codes[~gone], form)
    else:
        targets, classes = target.column.numbers[~gone], ()
    _refuse_constant(table, inputs, columns, None if labelled else (target, targets))
    return Readings(
        np.column_stack(columns),
        targets,
        name=table.path.stem,
        source=table.path.name,
        input_names=tuple(each.name for each in inputs),
        target_name=target.name,
        classes=classes,
        form=form,
        dropped=table.rows - kept,
    )


def _number(table: Table, index: int) -> Taken:
    column = table.column(index)
    unfit = np.isnan(column.numbers)
    missing = np.zeros(table.rows, bool)
    rows = np.flatnonzero(unfit)
    missing[rows] = [cells.MISSING_NUMBER.fullmatch(column.text(row)) is not None for row in rows.tolist()]
    unfit = unfit & ~missing | (np.abs(column.numbers) > cells.LARGEST)
    return Taken(table.names[index], column, missing, unfit)


def _label(table: Table, index: int) -> Taken:
    column = table.column(index)
    texts, codes = column.coded()
    missing = np.array([cells.MISSING_LABEL.fullmatch(text) is not None for text in texts], bool)[codes]
    return Taken(table.names[index], column, missing, np.zeros(table.rows, bool), labels=True)


def _all_inputs(table: Table, indexes: Sequence[int]) -> list[Taken]:
    """The columns at ``indexes``, which ``all`` stands for."""
    inputs, odd = [], []
    for index in indexes:
        try:
            found = _number(table, index)
        except BadInput:
            odd.append(table.names[index])
            continue
        if table.rows and np.isnan(found.column.numbers).all():
            first = next(filter(None, map(found.column.text, range(min(table.rows, MOST_NAMES)))), "")
            odd.append(f"{found.name} ({first[:40]!r})" if first else f"{found.name} (empty)")
        else:
            inputs.append(found)
    if odd and (inputs or not table.trouble(indexes)):
        more = f" and {len(odd) - MOST_NAMES:,} more" if len(odd) > MOST_NAMES else ""
        what = f"data.input=all: {', '.join(odd[:MOST_NAMES])}{more} of {table.path} cannot be used as numbers"
        raise BadInput(what, "columns of numbers", choice([each.name for each in inputs]))
    return inputs


def _refuse_text(table: Table, inputs: Sequence[Taken], target: Taken | None) -> None:
    """Raise :class:`BadInput` where a column has text in every cell, and not only in some."""
    for each in (*inputs, *([target] if target else [])):
        if not _is_text(each):
            continue
        texts = _texts(each)
        some = ", ".join(repr(text[:40]) for text in texts[:3])
        what = f"data.path={table.path}: column {each.name} has text, as {some}{' …' if len(texts) > 3 else ''}"
        others = [other.name for other in inputs if not np.isnan(other.column.numbers).all()]
        step = (
            "for classes: problem=logistic, or problem.loss=cross_entropy of a model"
            if each is target
            else choice(others)
        )
        if each is not target and {text.strip().casefold() for text in texts} <= {"true", "false"}:
            step = f"write 1 for true and 0 for false, or {step}"
        raise BadInput(what, "numbers as 12, -3.5 or 1e-4 in every cell", step)


def _texts(taken: Taken) -> list[str]:
    """What stands in its first cells that are no numbers."""
    return list(dict.fromkeys(map(taken.column.text, np.flatnonzero(taken.unfit)[:1000].tolist())))


def _is_text(taken: Taken) -> bool:
    """Whether it has text in every cell, and none that looks like a number of another form."""
    if not np.isnan(taken.column.numbers).all() or np.count_nonzero(taken.unfit) < 2:
        return False
    return not any(csv_looks.cell(text, FileForm())[0] for text in _texts(taken)[:MOST_NAMES])


def _refuse_unfit(table: Table, taken: Sequence[Taken], indexes: Sequence[int], form: FileForm) -> None:
    """Raise :class:`BadInput` at the first row that cannot be used, and that may not be left out."""
    drop = form.missing == "drop"
    stops = [each.unfit if drop else each.unfit | each.missing for each in taken]
    firsts = [int(each.argmax()) if each.any() else table.rows for each in stops]
    row, trouble = min(firsts), table.trouble(indexes)
    if trouble and trouble[0] <= row:
        raise trouble[1]
    if row == table.rows:
        return
    each = taken[firsts.index(row)]
    text = each.column.text(row)
    where = f"data.path={table.path}: {table.row_name(row)}, column {each.name}"
    if each.missing[row]:
        cells_gone = sum(int(one.missing.sum()) for one in taken)
        rows_gone = int(np.logical_or.reduce([one.missing for one in taken]).sum())
        others = f", one of {cells_gone:,}" if cells_gone > 1 else ""
        wanted = "is no label" if each.labels else "is not a number that can be used"
        raise BadInput(
            f"{where}: {text[:40]!r} {wanted}; it looks like a missing value{others}",
            "a value in every cell of the columns that are used",
            f"fill it in, or add data.missing=drop: it leaves out {rows_gone:,} of {table.rows:,} rows",
        )
    looks, step = csv_looks.cell(text, form)
    value = each.column.numbers[row]
    if np.isfinite(value) or (np.isinf(value) and each.column.texts is not None):  # Of text, 1e999.
        looks, step = "; it is too large", "use a larger unit"
    example = "12, -3.5 or 1e-4" if form.decimal == "point" else "12, -3,5 or 1e-4"
    raise BadInput(
        f"{where}: {text[:40]!r} is not a number that can be used{looks}",
        f"finite numbers as {example} in every cell, up to {cells.LARGEST:g}",
        step,
    )


def _too_few(table: Table, taken: Sequence[Taken], kept: int) -> BadInput:
    what, allowed = f"data.path={table.path}: {kept} row(s) of data", "at least 2 rows below the header"
    if kept == table.rows:
        return BadInput(what, allowed, "add readings")
    most = max(taken, key=lambda each: int(each.missing.sum()))
    without = f"{what} without a missing cell; column {most.name} has {int(most.missing.sum()):,} of them"
    return BadInput(without, "at least 2 rows with a value in every column that is used", "choose other columns")


def _refuse_constant(
    table: Table, inputs: Sequence[Taken], columns: Sequence[Floats], target: tuple[Taken, Floats] | None
) -> None:
    named = [(each.name, values) for each, values in zip(inputs, columns, strict=True)]
    named += [(target[0].name, target[1])] if target else []
    constant = {name: values[0] for name, values in named if values.max() - values.min() < cells.SMALLEST_SPREAD}
    if not constant:
        return
    left = [each.name for each in inputs if each.name not in constant]
    is_input = len(inputs) > 1 and not (target and target[0].name in constant)
    told = [f"{name} is constant ({value:g})" for name, value in constant.items()]
    raise BadInput(
        f"data.path={table.path}: column {', '.join(told)}",
        "a column that varies",
        choice(left) if is_input and left else "choose another column",
    )
