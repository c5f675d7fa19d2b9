"""How much memory a sweep takes at most: what this process has taken by now, and what grows with the sweep."""

import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sweep.cost.forecast import Forecast
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import DType
from sweep.tracking.database_writer import POINTS, RUNS

POINT = 15_000
"""Bytes of a point in the driver: its run, its place in the plan and in the report; measured, docs/scale.md."""

ROW = 500
"""Bytes of a point of a curve while a transaction is made; measured as well."""

CHUNK = 12
"""Bytes of an epoch in a chunk, where it trains: its loss, and that once more as it is handed on."""

BARE, TORCH = 60_000_000, 200_000_000
"""Bytes of a worker without torch, and of torch."""


def peak() -> int:
    """Bytes of memory that this process has had at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@dataclass(frozen=True)
class Memory:
    """Of a sweep, in bytes.

    Parameters
    ----------
    base : that this process has had by now, everything brought in. trains : what of it came with training.
    grows : and what the driver has more in the end, wherever points are trained.
    """

    base: int
    trains: int
    grows: int

    @classmethod
    def of(cls, plan: Plan, todo: Sequence[Point], curve_points: int, base: int, trains: int) -> Self:
        """Of ``plan``, of which ``todo`` is left, with so many points of a curve in the store."""
        losses = sum(point.epochs * (4 if point.dtype is DType.float32 else 8) for point in plan.points)
        shown = sorted((min(point.epochs, curve_points) for point in todo), reverse=True)
        return cls(base, trains, len(plan.points) * POINT + losses + ROW * min(POINTS, sum(shown[:RUNS])))

    def driver(self, found: Forecast) -> int:
        """Of the process that is started."""
        return self.base - self.trains + self.grows if found.workers else self.base + self.grows + found.epochs * CHUNK

    def worker(self, found: Forecast) -> int:
        """Of each worker."""
        return BARE + max(self.trains, TORCH) + found.epochs * CHUNK
