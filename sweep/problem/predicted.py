"""What a model makes of samples where a run ended: all that a page needs of it, so that no page imports a model."""

from dataclasses import dataclass

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.prepared import Prepared

PLACES = 200
"""Places along at which the outputs of a model of one input are kept."""

MOST = 2000
"""Samples whose outputs are kept; of more, evenly many."""


@dataclass(frozen=True)
class Predicted:
    """Of a model of a quantity its outputs, of classes which it takes for which.

    Parameters
    ----------
    line : of one input, outputs at :func:`places`.
    outputs : of several inputs, outputs at the samples of :func:`kept`.
    trained, held : of classes, of the samples that train and of those held out: class, likeliest class, and how many
        samples, where there are any; no two of the same pair.
    """

    line: list[float]
    outputs: list[float]
    trained: list[list[int]]
    held: list[list[int]]

    def fits(self, prepared: Prepared) -> bool:
        """Whether it may be of a model of these readings; a store may say anything."""
        classes, held = len(prepared.readings.classes), prepared.held
        one = prepared.inputs.shape[1] == 1
        lengths = (0, 0) if classes else (PLACES, 0) if one else (0, len(kept(len(held))))
        numbers = (len(held) - int(held.sum()), int(held.sum())) if classes else (0, 0)
        return (len(self.line), len(self.outputs)) == lengths and all(
            _are_counts(counts, classes, number)
            for counts, number in zip((self.trained, self.held), numbers, strict=True)
        )


def _are_counts(counts: list[list[int]], classes: int, samples: int) -> bool:
    if not all(len(row) == 3 and max(row[:2]) < classes and min(row) >= 0 for row in counts):
        return False
    return len({tuple(row[:2]) for row in counts}) == len(counts) and sum(row[2] for row in counts) == samples


def places(prepared: Prepared) -> Floats:
    """:data:`PLACES` values of the only input, evenly from the least to the largest among its readings."""
    column = prepared.readings.inputs[:, 0]
    return np.linspace(column.min(), column.max(), PLACES)


def kept(count: int) -> range:
    """Which of ``count`` samples have their outputs kept."""
    return range(0, count, max(1, -(-count // MOST)))
