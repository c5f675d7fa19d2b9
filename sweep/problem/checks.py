"""What of a point its data must allow: a dtype that holds the losses, and a batch of some of the samples."""

import numpy as np

from sweep.errors import BadInput
from sweep.problem.problem import Problem
from sweep.settings.schema import EPS, DType


def check_dtype(problem: Problem, dtype: DType, tolerance: float) -> None:
    """Raise :class:`BadInput` where ``dtype`` cannot hold the losses that decide a verdict.

    A loss that rounds to 0, or to inf, would make a verdict of noise.
    """
    held, data = np.finfo(str(dtype)), problem.prepared.readings
    smallest, largest = float(held.tiny), float(held.max)
    least = max(tolerance, EPS[dtype]) * problem.spread
    most = 4 * len(data.inputs) * problem.magnitude  # Twice a target is as far off as a model near the readings is.
    if least < smallest or most > largest:
        raise BadInput(
            f"data: the squares of the target of {data.name} are too {'small' if least < smallest else 'large'}"
            f" for {dtype}",
            f"squares and sums of squares from {smallest:.2g} to {largest:.2g}, also times outcome.tolerance",
            f"{'' if dtype is DType.float64 else 'use dtype=float64, or '}give the target in another unit",
        )


def check_batch(problem: Problem, size: int) -> None:
    """Raise :class:`BadInput` where a batch is larger than the data; ``size`` 0 is all of it."""
    if size > (count := len(problem.prepared.targets)):
        raise BadInput(
            f"batch_size={size}: {problem.prepared.readings.name} has {count:,} samples that train",
            f"null: all of them; or a whole number from 1 to {count}",
            "leave batch_size out, or give a smaller one",
        )
