"""The plans of grids, for the parts of ours that are timed without the rest."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.grid import Grid
from sweep.data.readings import Readings
from sweep.data.sources import thermometer
from sweep.models.spec import canonical
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import DType, Gradient, ProblemKind, Start


def plan(grid: Grid) -> Plan:
    """Every point of ``grid``, on the thermometer's readings."""
    data = thermometer()
    points = [_point(data, grid.epochs, lr, scale) for lr, scale in grid.points]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_inputs(data: Readings, rates: Sequence[float], epochs: int) -> Plan:
    """A point of least squares on ``data`` for each lr of ``rates``."""
    points = [_point(data, epochs, lr, problem=ProblemKind.linear, start=Start.random) for lr in rates]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_perceptrons(data: Readings, width: int, rates: Sequence[float], epochs: int, curvature: bool) -> Plan:
    """A point of the shipped perceptron with two hidden layers of ``width`` units for each lr of ``rates``."""
    model = canonical({"width": width, "depth": 2, "activation": "tanh"})
    own: dict[str, Any] = {"problem": ProblemKind.mlp, "start": Start.random, "model": model, "curvature": curvature}
    return Plan(tuple(_point(data, epochs, lr, **own) for lr in rates), {data.fingerprint: data}, tolerance=0.001)


def _point(data: Readings, epochs: int, lr: float, scale: float = 1.0, **own: Any) -> Point:
    """A point of the line, or, by ``own`` fields, of another problem."""
    line = Point(
        lr=lr,
        scale=scale,
        epochs=epochs,
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
        model="{}",
        loss=canonical("mse"),
        loss_delta=1.0,
        spread=0.0,
        curvature=True,
        code="",
    )
    return replace(line, **own)
