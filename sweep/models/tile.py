"""Tiles: how many points of a model are computed as one tensor, and where in it a point has its place.

Products of matrices round otherwise where a matrix begins elsewhere in memory: of a tile, those of one row begin at a
multiple of a row's size, and what counts is where that is within 64 bytes. So places repeat after at most 16 rows. A
point has its place by what it is, and not by its company: then its bits are those that it has alone.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

LINE = 64
"""Bytes after which memory is aligned alike, for every processor that torch knows on a CPU."""

SIZES = ((1 << 17, 32),)
"""Up to so much work a row, a tile of so many rows pays; beyond, a row is computed as in a loop: docs/performance.md.

Fewer than 32 rows are not enough: operations that take 32 numbers at a time treat the last ones of a tensor otherwise.
"""

AT_ONCE = 128
"""Rows of several tiles that are computed at once where there are so many: on a CPU, 32 and more have the same bits."""

ON_DEVICES = ((1 << 24, 128), (1 << 27, 16))
"""The same where tensors live on an accelerator, where it is memory that ends a tile."""


class Tiling(NamedTuple):
    """How points stand in tiles.

    Parameters
    ----------
    rows : T, points of a tile.
    period : rows after which places are alike, as :func:`period_of` has it.
    at_once : rows that are computed at once at most, in whole tiles.
    """

    rows: int
    period: int
    at_once: int

    @classmethod
    def of(cls, rows: int, strides: Sequence[int], itemsize: int, device: str) -> "Tiling":
        """Of tiles of ``rows``; see :func:`period_of` and :func:`at_once`."""
        return cls(rows, 1 if rows == 1 else period_of(strides, itemsize), at_once(rows, device))


ALONE = Tiling(1, 1, 1)
"""One by one."""


def rows_of(work: int, device: str) -> int:
    """T, how many points share a tile: no clock is asked, so that it is the same in every grid.

    Parameters
    ----------
    work : of a point and update, in multiplications.
    device : its type.
    """
    for most, rows in SIZES if device == "cpu" else ON_DEVICES:
        if work <= most:
            return rows
    return 1


def at_once(rows: int, device: str) -> int:
    """How many rows are computed at once at most, in whole tiles of ``rows``."""
    return AT_ONCE // rows * rows if device == "cpu" and 1 < rows < AT_ONCE else rows


def period_of(strides: Sequence[int], itemsize: int) -> int:
    """After how many rows places are alike: a power of 2, from 1 to 16 with numbers of 4 bytes.

    Parameters
    ----------
    strides : of each tensor that a product of matrices meets, how many numbers a row is after the one before.
    """
    common = math.gcd(LINE // itemsize, *strides)
    return LINE // itemsize // common


class Seating(NamedTuple):
    """Which row stands where in several tiles.

    Parameters
    ----------
    taken : shape ``(n_tiles * T,)``: the row at each place; an empty place repeats one of its tile.
    places : shape ``(n_rows,)``: the place of each row.
    """

    taken: "torch.Tensor"
    places: "torch.Tensor"


def seated(numbers: Sequence[int], rows: int, period: int) -> Seating:
    """Rows in as few tiles as their places allow; in each tile, a row has a place that is its number, by the period.

    Parameters
    ----------
    numbers : that of each row, as its point has it in any company.
    rows : T, a multiple of ``period``.
    """
    import torch

    seats, each = [0] * period, rows // period
    places = []
    for number in numbers:
        kind = number % period
        tile, seat = divmod(seats[kind], each)
        places.append(tile * rows + seat * period + kind)
        seats[kind] += 1
    tiles = -(-max(seats) // each)
    taken = [-1] * (tiles * rows)
    for row, place in enumerate(places):
        taken[place] = row
    for tile in range(tiles):
        some = next(row for row in taken[tile * rows : (tile + 1) * rows] if row >= 0)
        for place in range(tile * rows, (tile + 1) * rows):
            taken[place] = some if taken[place] < 0 else taken[place]
    return Seating(torch.tensor(taken), torch.tensor(places))
