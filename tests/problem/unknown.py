"""A problem that theory says nothing of: a line that keeps its curvature to itself."""

import math
from collections.abc import Mapping, Sequence

from sweep.data.readings import Readings
from sweep.problem.fit import Fit, Fitted
from sweep.problem.problem import LOCAL, Objective, Setup
from sweep.problem.quadratic import Quadratic
from tests.problem.made import line_of


class Unknown:
    """:class:`sweep.problem.problem.Problem` that trains as a line and tells neither theory nor fit.

    Parameters
    ----------
    has_least_loss : whether it tells the least loss there is.
    """

    undetermined: None = None
    facts: None = None
    work = 0

    def __init__(self, readings: Readings, *, has_least_loss: bool) -> None:
        self._line = line_of(readings)
        self.prepared = self._line.prepared
        self.shapes: Mapping[str, tuple[int, ...]] = {"theta": (2,)}
        self.spread, self.spread_name = self._line.spread, "the loss of a constant"
        self.magnitude = self._line.magnitude
        self.knows_least = has_least_loss

    def start(self, point: Setup) -> tuple[float, ...]:
        return self._line.start(point)

    def objective(self, points: Sequence[Setup]) -> Objective:
        return self._line.objective(points)

    def evenest_scale(self, point: Setup) -> None:
        return None

    def least_loss(self, point: Setup) -> float | None:
        return self._line.least_loss(point) if self.knows_least else None

    def quadratic(self, point: Setup) -> Quadratic | None:
        return None

    def convexity(self, point: Setup) -> None:
        return None

    def measure(self, point: Setup, parameters: Sequence[float]) -> Mapping[str, float]:
        return {} if self.knows_least else dict.fromkeys(LOCAL, math.nan)

    def measure_all(
        self, points: Sequence[Setup], ends: Sequence[Sequence[float]], preconditioners: object = None
    ) -> Sequence[Mapping[str, float]]:
        return [self.measure(*each) for each in zip(points, ends, strict=True)]

    def confusion(self, fitted: Fitted) -> tuple[()]:
        return ()

    def fit(self, fitted: Fitted | None) -> Fit | None:
        return None
