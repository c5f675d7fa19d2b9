"""After how many updates a loss is near enough to the least: of one that only falls, and of one that swings."""

import math
from collections.abc import Sequence

import numpy as np

from sweep.verdict.rule import within
from sweep.verdict.swing import Left, Swing

FARTHEST = 1 << 62
"""How many updates theory looks ahead."""

FIRST_LOOK, LARGEST_LOOK = 256, 4096
"""Updates that are looked at one by one, together: at first, and at most."""

MOST_LOOKED = 1 << 18
"""All that are, at most: beyond, a loss counts as within from when it stays within."""

Modes = Sequence[tuple[float, Left]]
"""Of each direction: its part of the excess loss at the start, and what so many updates leave of that."""

Swings = Sequence[tuple[float, Swing]]
"""The same of directions in which it may rise again."""


def decayed(modes: Modes, epochs: int) -> float:
    """The excess loss after ``epochs`` updates; inf where it is beyond any float."""
    try:
        return sum([part * left(epochs) for part, left in modes if part])
    except OverflowError:
        return math.inf


def falls_within(modes: Modes, excess: float) -> int | None:
    """The fewest updates, at least 1, after which a loss that falls at every update is at most ``excess``.

    None where there are more than :data:`FARTHEST`.
    """
    high, step = _slowest_alone(modes, excess), 1
    low = 0 if within(decayed(modes, high - 1), excess) else high - 1
    while not within(decayed(modes, high), excess):
        if high == FARTHEST:
            return None
        low, high, step = high, min(high + step, FARTHEST), step * 4
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if within(decayed(modes, middle), excess) else (middle, high)
    return high


def first_within(modes: Swings, excess: float) -> int | None:
    """The fewest updates, at least 1, after which a loss is at most ``excess``.

    None where there are more than :data:`FARTHEST`. What cannot hold it is skipped, the rest is looked at.
    """
    if not math.isfinite(sum(part for part, _ in modes)):
        return None
    first, size, looked = 1, FIRST_LOOK, 0
    while first <= FARTHEST and looked < MOST_LOOKED:
        last = min(first + size - 1, FARTHEST)
        if sum(part * left.least(first, last) for part, left in modes) > excess:
            first, size = last + 1, size * 8
        elif size > LARGEST_LOOK:
            size //= 8
        else:
            counts = np.arange(first, last + 1)
            found = np.asarray(sum(part * left.at(counts) for part, left in modes)) <= excess
            if found.any():
                return first + int(found.argmax())
            first, size, looked = last + 1, min(size * 2, LARGEST_LOOK), looked + len(counts)
    return settled(modes, excess, first)


def settled(modes: Swings, excess: float, first: int = 0) -> int | None:
    """The fewest updates, at least ``first``, from which on a loss stays at most ``excess``.

    None where there are more than :data:`FARTHEST`. Before its bounds say so, :data:`MOST_LOOKED` are looked at.
    """

    def stays(count: int) -> bool:
        return within(sum(part * left.most(count) for part, left in modes), excess)

    if first > FARTHEST or not stays(FARTHEST):
        return None
    low, step = first, 1
    while not stays(high := min(low + step, FARTHEST)):
        low, step = low + step, step * 4
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if stays(middle) else (middle, high)
    return _back(modes, excess, first, high)


def _back(modes: Swings, excess: float, first: int, count: int) -> int:
    """The fewest updates, at least ``first``, from which up to ``count`` a loss is at most ``excess``."""
    size, least = FIRST_LOOK, max(first, count - MOST_LOOKED)
    while count > least:
        counts = np.arange(max(least, count - size), count)
        above = np.asarray(sum(part * left.at(counts) for part, left in modes)) > excess
        if above.any():
            return count - int(above[::-1].argmax())
        count, size = int(counts[0]), min(size * 2, LARGEST_LOOK)
    return count


def _slowest_alone(modes: Modes, excess: float) -> int:
    """How many updates until each direction alone is within ``excess``, from 1 to :data:`FARTHEST`.

    That is hardly ever more than all together take.
    """
    alone = [
        (math.log(excess) - math.log(part)) / rate
        for part, left in modes
        if part > excess > 0 and (rate := _log_rate(left)) < 0
    ]
    return math.ceil(min(max(1, *alone), FARTHEST)) if alone else 1


def _log_rate(left: Left) -> float:
    """The logarithm of what an update leaves, from as many updates as it takes to see it; 0 where none can be told."""
    count = 1
    while left(count) > 0.9 and count < FARTHEST:
        count *= 4
    after = left(count)
    return math.log(after) / count if 0 < after < 1 else 0.0
