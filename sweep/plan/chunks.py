"""A long list cut into chunks that stay within bounds: what keeps memory the same, however large a sweep."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def chunks(items: Sequence[T], *bounds: tuple[Callable[[T], int], int]) -> Iterator[Sequence[T]]:
    """Cut ``items``, in order, into chunks of at least one.

    Parameters
    ----------
    bounds : each a size of an item, and the most that the sizes of a chunk's items may sum up to.
    """
    start, sums = 0, [0] * len(bounds)
    for end, item in enumerate(items):
        sizes = [size(item) for size, _ in bounds]
        if end > start and any(s + size > most for s, size, (_, most) in zip(sums, sizes, bounds, strict=True)):
            yield items[start:end]
            start, sums = end, [0] * len(bounds)
        sums = [s + size for s, size in zip(sums, sizes, strict=True)]
    if items:
        yield items[start:]
