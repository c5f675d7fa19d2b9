"""In which order samples are taken: shuffled anew each epoch, by a run's seed and the epoch alone.

Written in whole numbers of 64 bits, so that no release of a library and no machine has another order.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]

GOLDEN, FIRST, SECOND = (np.uint64(each) for each in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def orders(seeds: Sequence[int], epoch: int, samples: int) -> NDArray[np.int64]:
    """Permutations of ``range(samples)``, shape ``(len(seeds), samples)``; batches are pieces of a row in order.

    Samples are sorted by the numbers of a generator that starts from seed and epoch. No two of them are equal, as they
    come one to one from a counter: there is one order, whatever sorts them.

    Parameters
    ----------
    seeds : whole numbers from 0 to 2⁶⁴ − 1, of which some may be the same. epoch : from 0.

    References
    ----------
    Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014, with the constants of their
    ``mix64variant13`` (splitmix64).
    """
    start = _mixed(_mixed(np.asarray(seeds, np.uint64) + GOLDEN) + np.full(1, epoch, np.uint64))
    counter = np.arange(1, samples + 1, dtype=np.uint64) * GOLDEN
    return _mixed(start[:, None] + counter).argsort(axis=1)


def _mixed(words: Words) -> Words:
    words = (words ^ (words >> np.uint64(30))) * FIRST
    words = (words ^ (words >> np.uint64(27))) * SECOND
    return words ^ (words >> np.uint64(31))
