"""The plan of a grid, for the parts of ours that are timed without the rest."""

from benchmarks.grid import Grid
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.sources import thermometer
from sweep.settings.schema import DType, Gradient


def plan(grid: Grid) -> Plan:
    """Every point of ``grid``, on the thermometer's readings."""
    data = thermometer()
    points = (
        Point(lr, scale, grid.epochs, (1.0, 0.0), Gradient.analytic, 0.1, DType.float32, "cpu", data.fingerprint)
        for lr, scale in grid.points
    )
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)
