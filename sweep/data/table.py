"""A table in a user's file, whatever wrote it: columns by name, each taken out when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sweep.data.cells import shown
from sweep.data.readings import Floats
from sweep.errors import BadInput, nearest

MOST_NAMES = 20
"""Columns of a file that a message lists."""


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of a column, in order.

    Parameters
    ----------
    numbers : float64, shape ``(n_rows,)``; nan where a cell says no number.
    texts : what each cell says; None where all are numbers, or missing.
    """

    numbers: Floats
    texts: Sequence[str] | None = None

    def text(self, row: int) -> str:
        """What the cell in ``row`` says."""
        return shown(self.numbers[row]) if self.texts is None else self.texts[row]

    def says_something(self) -> bool:
        """Whether any of its cells is not empty."""
        return any(self.texts) if self.texts is not None else not np.isnan(self.numbers).all()

    def coded(self) -> tuple[list[str], NDArray[np.intp]]:
        """The distinct texts of its cells; and of each cell, which of those it says, shape ``(n_rows,)``."""
        if self.texts is None:
            values, codes = np.unique(self.numbers, return_inverse=True)
            return [shown(value) for value in values], codes.reshape(-1)
        places: dict[str, int] = {}
        codes = np.array([places.setdefault(text, len(places)) for text in self.texts], np.intp)
        return list(places), codes


def _is_there(names: Sequence[str], name: str) -> tuple[str, str]:
    near = nearest(name, names)
    return "", f"did you mean {near}?" if near else "choose one of them"


@dataclass(frozen=True, eq=False)
class Table:
    """Columns under names.

    Parameters
    ----------
    path : of its file.
    names : of its columns, in order; empty where one has none.
    rows : how many each has.
    column : from a column's place to its cells. It raises :class:`BadInput` where they can be of no use.
    row_name : what messages call a row, as ``line 7``.
    trouble : for the columns that are used, the first row that is not formed as rows are, and what to say of it.
    looks : for a name that is not among ``names``, why that may be, and the next step.
    groups : names that stand for several columns each, as a matrix for its own.
    """

    path: Path
    names: Sequence[str]
    rows: int
    column: Callable[[int], Column]
    row_name: Callable[[int], str] = lambda row: f"row {row + 1:,}"
    trouble: Callable[[Sequence[int]], tuple[int, BadInput] | None] = lambda indexes: None
    looks: Callable[[str], tuple[str, str]] | None = None
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def why_not(self, name: str) -> tuple[str, str]:
        """Why there may be no column called ``name`` (nothing where that is not known), and the next step."""
        return self.looks(name) if self.looks else _is_there(self.names, name)
