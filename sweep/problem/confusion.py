"""Which classes a model takes for which: counts of samples by their class and by the likeliest one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats


@dataclass(frozen=True, eq=False)
class Confusion:
    """Of some samples.

    Parameters
    ----------
    samples : which ones, in a few words.
    classes : their names.
    counts : shape ``(n_classes, n_classes)``: a row a class, a column the likeliest class by the model.
    """

    samples: str
    classes: tuple[str, ...]
    counts: NDArray[np.intp]

    @classmethod
    def of(cls, samples: str, classes: tuple[str, ...], targets: Floats, likeliest: NDArray[np.intp]) -> "Confusion":
        """From the number of each sample's class, and of the likeliest one; both of shape ``(n_samples,)``."""
        counts = np.zeros((len(classes), len(classes)), np.intp)
        np.add.at(counts, (targets.astype(np.intp), likeliest), 1)
        return cls(samples, classes, counts)

    @property
    def right(self) -> int:
        """How many samples have their own class as the likeliest."""
        return int(np.trace(self.counts))

    @property
    def mistakes(self) -> list[tuple[str, str, int]]:
        """Class, likeliest class and how many samples, where these differ; the most frequent first."""
        found = [
            (self.classes[one], self.classes[other], int(self.counts[one, other]))
            for one, other in zip(*np.nonzero(self.counts), strict=True)
            if one != other
        ]
        return sorted(found, key=lambda each: -each[2])
