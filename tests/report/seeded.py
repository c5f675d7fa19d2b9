"""Points with repeats: the reference's line from several random starts."""

from collections.abc import Iterable
from typing import Any

from sweep.plan.point import Point
from sweep.settings.schema import Start
from tests.conftest import point


def seeded(*lrs: float, seeds: Iterable[int] = range(4), **changes: Any) -> list[Point]:
    """A point for each lr and seed, the seeds of an lr side by side."""
    told = {"epochs": 60, "start": Start.random} | changes
    return [point(lr=lr, seed=seed, **told) for lr in lrs for seed in seeds]
