"""How large a sweep's store becomes, told before anything is trained."""

from collections.abc import Iterable, Sequence

from sweep.plan import usage
from sweep.plan.point import Point

RUN = 10_000
"""Bytes of a run in a SQLite store: params, tags and single metrics, with their indexes; measured on MLflow 3.17
(of lines 9,700, of models more)."""

POINT = 250
"""Bytes of a point of a curve there; measured on MLflow 3.17."""

LOSS = 8
"""Bytes of a loss in the columnar file at most, before it is compressed."""


def estimate(points: Iterable[Point], curve_points: int) -> int:
    """Bytes at most: a curve that diverges early takes less, and the columnar file is compressed.

    A training function is taken to yield a loss an epoch, and nothing where it does not take the epochs.
    """
    epochs = (point.epochs if Point.DECLARED["epochs"].used(point) else 0 for point in points)
    return sum(RUN + POINT * min(each, curve_points) + LOSS * each for each in epochs)


def rows(points: Iterable[Point], curve_points: int) -> int:
    """Bytes of the runs alone, as they stand in a database."""
    epochs = (point.epochs if Point.DECLARED["epochs"].used(point) else 0 for point in points)
    return sum(RUN + POINT * min(each, curve_points) for each in epochs)


def growth(points: Sequence[Point], curve_points: int) -> str:
    """By how much the store grows, as a sentence."""
    size = readable(estimate(points, curve_points))
    functions = [point for point in points if usage.is_function(point)]
    if not functions:
        return f"The store grows by {size} at most."
    known = all(map(Point.DECLARED["epochs"].used, functions))
    more = "what functions print and leave" if known else "what functions yield, print and leave"
    return f"The store grows by {size}{', at a loss an epoch,' if known else ''} and by {more}."


def readable(count: int) -> str:
    """Bytes for reading, of two digits: ``6.0 kB``, ``1.2 GB``."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if size >= 10 or units[0] == "B" else f"{size:.1f} {units[0]}"
