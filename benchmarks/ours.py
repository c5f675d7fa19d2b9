"""The plan of a grid, for the parts of ours that are timed without the rest."""

from benchmarks.grid import Grid
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.sources import thermometer
from sweep.settings.schema import DType, Gradient, ProblemKind, Start


def plan(grid: Grid) -> Plan:
    """Every point of ``grid``, on the thermometer's readings."""
    data = thermometer()
    points = (
        Point(
            lr=lr,
            scale=scale,
            epochs=grid.epochs,
            problem=ProblemKind.line,
            start=Start.given,
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
        for lr, scale in grid.points
    )
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)
