"""The plans of grids, for the parts of ours that are timed without the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.grid import Grid
from sweep.data.readings import Readings
from sweep.data.sources import thermometer
from sweep.models.spec import canonical
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import ProblemKind, Start


def plan(grid: Grid) -> Plan:
    """Every point of ``grid``, on the thermometer's readings."""
    data = thermometer()
    points = [_point(data, grid.epochs, lr, scale) for lr, scale in grid.points]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_inputs(data: Readings, rates: Sequence[float], epochs: int) -> Plan:
    """A point of least squares on ``data`` for each lr of ``rates``."""
    points = [_point(data, epochs, lr, problem=ProblemKind.linear, start=Start.random) for lr in rates]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_perceptrons(
    data: Readings, width: int, rates: Sequence[float], epochs: int, curvature: bool, seeds: Sequence[int] = (0,)
) -> Plan:
    """A point of the shipped perceptron with two hidden layers of ``width`` units for each lr of ``rates`` and seed."""
    model = canonical({"width": width, "depth": 2, "activation": "tanh"})
    own: dict[str, Any] = {"problem": ProblemKind.mlp, "start": Start.random, "model": model, "curvature": curvature}
    points = [_point(data, epochs, lr, seed=seed, **own) for lr in rates for seed in seeds]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def plan_of_lines(*fields: Mapping[str, Any]) -> Plan:
    """A point of the thermometer's line, at its usual scale, for each of ``fields``, which a point is given."""
    data = thermometer()
    points = [replace(_point(data, 1, 1.0, 0.1), **own) for own in fields]
    return Plan(tuple(points), {data.fingerprint: data}, tolerance=0.001)


def _point(data: Readings, epochs: int, lr: float, scale: float = 1.0, **own: Any) -> Point:
    """A point of the line, or, by ``own`` fields, of another problem; what came later is as it was before."""
    line = {"lr": lr, "scale": scale, "epochs": epochs, "init.w": 1.0, "init.b": 0.0, "data": data.fingerprint}
    how = {"gradient": "analytic", "delta": 0.1, "dtype": "float32", "device": "cpu"}
    return replace(Point.from_stored({**line, **how}), **own)
