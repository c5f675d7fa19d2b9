"""Numbers under names of a user's own, in the columns of a part: names of a row as one text, and its numbers as a list.

A column for each name would be as many as points may have, each with another; and a name might be one of ours.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.training import yielded
from sweep.training.curve import Curve, Floats

if TYPE_CHECKING:
    import pyarrow as pa

METRIC_NAMES, METRICS, FINAL_NAMES, FINALS = "metric_names", "metrics", "final_names", "finals"
"""Columns, all or none of them: names, in order, with blanks between; metrics one after the other, each as long as its
curve; final values."""

NAMES = (METRIC_NAMES, FINAL_NAMES)

MOST_NAMES = 1_000_000
"""Names in a column of a part, each counted in every row: what its curves take in memory beside their numbers."""

LONGEST_NAMES = yielded.MOST_FINALS * (yielded.KEPT + 1)
"""Characters of the names of a row."""


def columns(curves: Sequence[Curve]) -> "dict[str, pa.Array]":
    """What ``curves`` have of that, rows of other curves being empty; nothing where none has any."""
    import pyarrow as pa

    followed = [curve.watched if curve.is_named else {} for curve in curves]
    found = [curve.measured if curve.is_named else {} for curve in curves]
    if not any(followed) and not any(found):
        return {}
    metrics = [np.concatenate([np.array([]), *each.values()]) for each in followed]
    finals = [np.array([*each.values()], np.float64) for each in found]
    return {
        METRIC_NAMES: pa.array([" ".join(each) for each in followed], pa.string()),
        METRICS: lists(metrics, np.float64),
        FINAL_NAMES: pa.array([" ".join(each) for each in found], pa.string()),
        FINALS: lists(finals, np.float64),
    }


def lists(each: Sequence[Floats], dtype: type[np.floating]) -> "pa.LargeListArray":
    """A column of lists of numbers of that ``dtype``."""
    import pyarrow as pa

    values = np.concatenate(each).astype(dtype, copy=False)
    return pa.LargeListArray.from_arrays(pa.array(offsets(each), pa.int64()), pa.array(values))


def offsets(each: Sequence[Floats]) -> NDArray[np.int64]:
    """Where each of several begins, and where the last ends."""
    return np.cumsum([0, *map(len, each)])


def form(text: "pa.DataType") -> "dict[str, pa.DataType]":
    """The types of the columns, as they are read."""
    import pyarrow as pa

    return dict.fromkeys(NAMES, text) | dict.fromkeys((METRICS, FINALS), pa.large_list(pa.float64()))


def read(table: "pa.Table", lengths: Sequence[int]) -> list[tuple[dict[str, Floats], dict[str, float]]]:
    """By row, metrics and final values; nothing of rows of other curves.

    Parameters
    ----------
    lengths : of each row's metrics.

    Raises
    ------
    ValueError : names are not as :func:`columns` writes them, or there are other numbers than names.
    """
    if METRIC_NAMES not in table.column_names:
        return [({}, {}) for _ in lengths]
    metrics, finals = parted(table, METRICS), parted(table, FINALS)
    followed = _names(table, METRIC_NAMES, yielded.MOST_METRICS)
    found = _names(table, FINAL_NAMES, yielded.MOST_FINALS)
    rows: list[tuple[dict[str, Floats], dict[str, float]]] = []
    for values, ends, names, last, length in zip(metrics, finals, followed, found, lengths, strict=True):
        each = values.reshape(len(names), length)  # Which raises where there are other numbers than names.
        rows.append((dict(zip(names, each, strict=True)), dict(zip(last, ends.tolist(), strict=True))))
    return rows


def parted(table: "pa.Table", name: str) -> list[Floats]:
    """The lists of a column."""
    column = table.column(name).chunk(0)
    values, bounds = column.values.to_numpy(), column.offsets.to_numpy()
    return [values[start:end] for start, end in pairwise(bounds)]


def _names(table: "pa.Table", name: str, most: int) -> list[tuple[str, ...]]:
    """By row, the names that its text has."""
    import pyarrow.compute as pc

    column = table.column(name).chunk(0)
    rows = column.indices.to_numpy()
    counts = pc.add(pc.count_substring(column.dictionary, " "), 1).to_numpy()
    if counts[rows].sum() > MOST_NAMES:
        raise ValueError(f"more than {MOST_NAMES:,} names")

    @cache
    def split(at: int) -> tuple[str, ...]:
        names = (
            tuple(column.dictionary[at].as_py().split(" ")) if counts[at] > 1 or column.dictionary[at].as_py() else ()
        )
        if len(names) > most or len({*names}) < len(names) or not all(map(yielded.may_be_kept, names)):
            raise ValueError("names that no metric has")
        return names

    return [split(at) for at in rows.tolist()]
