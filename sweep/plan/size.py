"""How large a sweep's store becomes, told before anything is trained."""

from collections.abc import Iterable

from sweep.plan.point import Point

RUN = 6_000
"""Bytes of a run in a SQLite store: params, tags and single metrics, with their indexes; measured on MLflow 3.17."""

POINT = 270
"""Bytes of a point of a curve there; measured on MLflow 3.17."""

LOSS = 8
"""Bytes of a loss in the columnar file at most, before it is compressed."""


def estimate(points: Iterable[Point], curve_points: int) -> int:
    """Bytes at most: a curve that diverges early takes less, and the columnar file is compressed."""
    return sum(RUN + POINT * min(point.epochs, curve_points) + LOSS * point.epochs for point in points)


def readable(count: int) -> str:
    """Bytes for reading, of two digits: ``6.0 kB``, ``1.2 GB``."""
    size, units = float(count), ["B", "kB", "MB", "GB", "TB", "PB"]
    while size >= 999.5 and len(units) > 1:
        size, units = size / 1000, units[1:]
    return f"{size:.0f} {units[0]}" if size >= 10 or units[0] == "B" else f"{size:.1f} {units[0]}"
