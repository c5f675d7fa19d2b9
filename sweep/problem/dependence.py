"""Columns that depend on one another, or are too many for the samples: no data tells their weights apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.prepared import Prepared

ROUNDING = 32 * 2.0**-52
"""Part of a column, a weight, that is taken for rounding."""

SHARE = 1e-6
"""Of what a column is made of, the least part of a column that counts; both of length 1."""

ROWS = 4
"""Rows for each weight that are looked at before all are."""

MOST = 5
"""Dependences that are named."""


@dataclass(frozen=True)
class Dependence:
    """Columns of which each is a sum of multiples of the others, and of a constant with the ``intercept`` among them.

    None of them can be left out: the rest does not depend on one another.
    """

    columns: tuple[str, ...]
    intercept: bool


@dataclass(frozen=True)
class Undetermined:
    """Weights, the intercept among them, that samples do not determine.

    Parameters
    ----------
    weights, samples : how many there are; of samples, those that train.
    ways : how many directions of the weights change no prediction of them.
    dependences : one for each of the first :data:`MOST` ways; none where there are more weights than samples.
    """

    weights: int
    samples: int
    ways: int
    dependences: tuple[Dependence, ...] = ()

    @property
    def determined(self) -> int:
        """How many directions of the weights there are in which predictions change."""
        return self.weights - self.ways


def undetermined(prepared: Prepared) -> Undetermined | None:
    """What is not determined of one weight for each input and an intercept; None where everything is.

    Found of the inputs as they were read: taking their means off would leave rounding that looks like a difference.
    """
    samples, size = prepared.inputs.shape
    few = max(1, samples // (ROWS * (size + 1)))
    for step in sorted({few, 1}, reverse=True):  # What some rows determine, all do.
        read = prepared.inputs[::step] * prepared.divisor + prepared.shift
        columns = _reduced(np.column_stack([np.ones(len(read)), read]))
        singular = np.linalg.svd(columns, compute_uv=False)
        ways = size + 1 - int((singular > ROUNDING * (size + 1)).sum())
        if not ways:
            return None
    if samples <= size:
        return Undetermined(size + 1, samples, ways)
    names, centred = prepared.readings.input_names, bool(prepared.shift.any())
    found = [
        Dependence(tuple(names[place - 1] for place in places if place), places[0] == 0 and not centred)
        for places in _circuits(columns, min(ways, MOST))
    ]
    return Undetermined(size + 1, samples, ways, tuple(found))


def _reduced(columns: Floats) -> Floats:
    """The triangular factor of ``columns``, each taken to length 1."""
    largest = np.abs(columns).max(axis=0)  # Squares of the very large or small would overflow, or be 0.
    triangle: Floats = np.linalg.qr(columns / np.where(largest > 0, largest, 1))[1]
    lengths = np.linalg.norm(triangle, axis=0)
    found: Floats = triangle / np.where(lengths > 0, lengths, 1)
    return found


def _circuits(columns: Floats, most: int) -> Iterator[list[int]]:
    """Of the first ``most`` columns that depend on earlier ones, itself and the fewest of those, in order."""
    places = list(range(columns.shape[1]))
    for _ in range(most):
        triangle: Floats = np.linalg.qr(columns[:, places])[1]
        apart = np.abs(np.diag(triangle))  # How far each column is from the span of those before it.
        if not (apart <= ROUNDING * columns.shape[1]).any():
            return
        last = int((apart <= ROUNDING * columns.shape[1]).argmax())
        shares = np.linalg.solve(triangle[:last, :last], triangle[:last, last])
        yield [*(places[i] for i in np.flatnonzero(np.abs(shares) > SHARE)), places[last]]
        del places[last]
