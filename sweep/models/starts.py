"""Random starts: from a seed to parameters, the same on every machine and in every release.

Numbers are drawn as float32, so that a point has the same start in either dtype; from the raw bits of a generator,
since what a library makes of those may change between its versions.
"""

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats

STEPS = 1 << 24
"""How many different numbers a float32 has evenly between 0 and 1."""


def uniform(seed: int, count: int, bound: float | Floats) -> tuple[float, ...]:
    """``count`` numbers, evenly from ``-bound`` to ``bound``; each is one of float32.

    Parameters
    ----------
    seed : a whole number >= 0.
    bound : >= 0; one for all, or one for each number, shape ``(count,)``.

    References
    ----------
    Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011 (Philox).
    """
    raw: NDArray[np.uint64] = np.random.Philox(key=seed).random_raw(count)
    part = (raw >> np.uint64(40)).astype(np.float64) / STEPS
    drawn = np.asarray(bound, np.float32) * (2 * part - 1).astype(np.float32)
    return tuple(drawn.astype(np.float64).tolist())
