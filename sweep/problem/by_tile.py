"""Products of matrices over points, in tiles of a fixed number of them: a row has the bits that it has alone.

A product of matrices rounds otherwise in another shape, and at its edges otherwise than in its middle. So points are
taken :data:`TILE` at a time, a short tile filled up with zeros, and so are inputs and samples, up to whole blocks of
:data:`INPUTS` and :data:`SAMPLES`: then a row's bits depend neither on its place nor on its neighbours. Where each row
has samples of its own, there is a matrix for each row, and the same holds.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad

TILE = 32
"""Points of a tile."""

INPUTS, SAMPLES = 8, 16
"""Of 60 shapes on AVX-512, 18 (float32) and 42 (float64) had bits that depended on a row's place; in blocks, none. With
samples of each row's own, 1,562 of 10,452 shapes had, and in blocks none."""

SAMPLED, FEWER = 1 << 14, 8
"""Numbers of a point's own samples, up to which a tile has as many points as of others, and how many beyond. Then 1,000
samples of 48 numbers and 5 classes take a point 24 µs, and 38 in a larger tile, which leaves the cache."""


def by_tile(function: Callable[[Tensor], Tensor], rows: Tensor, tile: int = TILE) -> Tensor:
    """What ``function`` makes of each tile of ``rows``, one below the other.

    Parameters
    ----------
    function : from a tensor of ``tile`` rows to another of as many.
    rows : a whole number of tiles.
    """
    return torch.cat([function(rows[first : first + tile]) for first in range(0, len(rows), tile)])


def by_batch(
    function: Callable[[Tensor, Tensor], Tensor], rows: Tensor, which: Tensor, x: Tensor, tile: int = TILE
) -> Tensor:
    """The same where each row has samples of its own.

    Parameters
    ----------
    function : from a tile of rows and the numbers of their samples, ``(tile, n)``, to another of as many rows. Samples
        are filled up to a whole block with the last one of ``x``.
    rows : a row a row of ``which`` or more; those beyond are not asked for.
    which : shape ``(n_points, batch)``.
    x : inputs of all samples, in whole blocks, the last sample zeros.
    tile : rows of a tile at most.
    """
    (count, batch), empty = which.shape, len(x) - 1
    short = -batch % SAMPLES
    tile = tile if (batch + short) * x.shape[1] <= SAMPLED else min(tile, FEWER)
    numbers = pad(which, (0, short, 0, -count % tile), value=empty)
    rows = pad(rows[:count], (*(0, 0) * (rows.ndim - 1), 0, -count % tile))
    parts = range(0, len(rows), tile)
    return torch.cat([function(rows[first : first + tile], numbers[first : first + tile]) for first in parts])[:count]


def gathered(x: Tensor, numbers: Tensor) -> Tensor:
    """Of each row its own samples, shape ``(*numbers.shape, x.shape[1])``."""
    return x.index_select(0, numbers.flatten()).view(*numbers.shape, -1)
