"""Repeats: points that differ in their seed alone are one setting, tried several times."""

from collections.abc import Sequence
from dataclasses import replace

from sweep.plan import usage
from sweep.plan.point import Point


def setting_key(point: Point) -> str:
    """What ``point`` has in common with its repeats and with nothing else: the key that it has with the seed 0."""
    return replace(point, seed=0).key if point.seed and usage.draws(point) else point.key


def settings(points: Sequence[Point]) -> list[list[int]]:
    """Places in ``points`` of those of each setting, all in the order of ``points``; empty where none has repeats."""
    found: dict[str, list[int]] = {}
    if len({point.seed for point in points}) > 1:  # Distinct points of one seed are no repeats.
        for place, point in enumerate(points):
            found.setdefault(setting_key(point), []).append(place)
    return list(found.values()) if len(found) < len(points) else []
