"""The plans of grids, for the parts of ours that are timed without the rest."""

from collections.abc import Sequence

from benchmarks.grid import Grid
from sweep.data.readings import Readings
from sweep.data.sources import thermometer
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import DType, Gradient, ProblemKind, Start


def plan(grid: Grid) -> Plan:
    """Every point of ``grid``, on the thermometer's readings."""
    data = thermometer()
    points = [_point(data, ProblemKind.line, Start.given, lr, scale, grid.epochs) for lr, scale in grid.points]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_inputs(data: Readings, rates: Sequence[float], epochs: int) -> Plan:
    """A point of least squares on ``data`` for each lr of ``rates``."""
    points = [_point(data, ProblemKind.linear, Start.random, lr, 1.0, epochs) for lr in rates]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def _point(data: Readings, problem: ProblemKind, start: Start, lr: float, scale: float, epochs: int) -> Point:
    return Point(
        lr=lr,
        scale=scale,
        epochs=epochs,
        problem=problem,
        start=start,
        seed=0,
        init=(1.0, 0.0),
        gradient=Gradient.analytic,
        delta=0.1,
        dtype=DType.float32,
        device="cpu",
        data=data.fingerprint,
        center=False,
        standardize=False,
        holdout="0",
        holdout_seed=0,
    )
