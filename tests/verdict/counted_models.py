"""How often the rule for an unknown least loss is wrong on models, as ``problem=mlp`` trains and measures them.

Without a hidden layer a model is linear: its least loss is known by other means, and not told to the rule. A network's
truth is its own run trained :data:`LONGER` times as long, and a dead one's the best of all that were trained beside it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.optimize import linprog

from sweep.data.readings import Floats, Readings
from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.problem import Problem
from sweep.settings.schema import DType, ProblemKind, Start
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict import by_curvature
from sweep.verdict.judge import judge
from sweep.verdict.rule import bound
from tests.conftest import point
from tests.problem.tables import of
from tests.verdict.states import TOLERANCES, State

LONGER = 20
LENGTHS = (10, 30, 100, 300, 1000, 3000)
PARTS = (0.03, 0.3, 0.9)
"""Of the threshold of a linear model."""

CONDITIONS = (1e1, 1e3, 1e5, 1e11)


def model(data: Readings, loss: str = "mse", **arguments: int | str) -> Point:
    """A point of a perceptron."""
    posed = {"problem": ProblemKind.mlp, "model": canonical(arguments), "loss": canonical(loss)}
    return point(start=Start.random, scale=1.0, data=data.fingerprint, **posed)


def trained(data: Readings, points: Sequence[Point]) -> tuple[Problem, list[Curve]]:
    """The problem that points share, and their curves."""
    posed = problems({data.fingerprint: data}, [each.task for each in points])
    return posed[points[0].task], in_process(points, posed)


def linear(seed: int, tables: int, lengths: Sequence[int] = LENGTHS) -> Iterator[State]:
    """Least squares whose Hessian has each of :data:`CONDITIONS`."""
    for condition, number in product(CONDITIONS, range(tables)):
        data = leaning(seed + number, condition)
        x, t = _with_ones(data.inputs), data.targets
        best = np.array(np.linalg.lstsq(x, t, rcond=None)[0], np.float64)
        rates = [part * len(t) / float(np.linalg.eigvalsh(x.T @ x)[-1]) for part in PARTS]
        yield from _without_layers(data, "mse", rates, best, lengths, f"{condition:g}")


def absolute(seed: int, lengths: Sequence[int] = LENGTHS) -> Iterator[State]:
    """Absolute loss, which is flat but for its kinks: what is left is never known."""
    data = leaning(seed, 10.0)
    x, t = _with_ones(data.inputs), data.targets
    (n, size), one = x.shape, np.eye(len(x))
    # min Σ u, u ≥ ±(t − xθ).
    found = linprog(
        np.append(np.zeros(size), np.ones(n)),
        np.block([[x, -one], [-x, -one]]),
        np.append(t, -t),
        bounds=[(None, None)] * size + [(0, None)] * n,
    )
    yield from _without_layers(data, "l1", [0.01, 0.1, 0.5], found.x[:size], lengths, "l1")


def networks(seed: int, seeds: int, lengths: Sequence[int] = (100, 300, 1000)) -> Iterator[State]:
    """Networks of tanh; what is true of a run is what it comes to when trained on."""
    for name, data in bending(seed).items():
        for depth, dtype in ((1, DType.float32), (1, DType.float64), (2, DType.float64)):
            base = replace(model(data, width=4, depth=depth, activation="tanh"), dtype=dtype)
            runs = [replace(base, lr=lr, seed=each) for lr in (0.03, 0.1, 0.3) for each in range(seeds)]
            short = [replace(run, epochs=epochs) for run in runs for epochs in lengths]
            problem, curves = trained(data, [*short, *(replace(run, epochs=LONGER * run.epochs) for run in short)])
            for run, curve, later in zip(short, curves[: len(short)], curves[len(short) :], strict=True):
                kind = f"tanh, {name}, depth {depth}, {dtype}"
                yield from _judged(kind, run, curve, problem, _end(curve) - _end(later))


def dead(seed: int, seeds: int, lengths: Sequence[int] = LENGTHS) -> Iterator[State]:
    """Networks of ReLU that a large lr kills: they say the same of every input, and have no slope."""
    data = bending(seed)["curve"]
    base = replace(model(data, width=3, depth=1, activation="relu"), dtype=DType.float64)
    rates = (0.3, 0.5, 0.7, 0.9)
    runs = [replace(base, lr=lr, seed=each, epochs=n) for lr in rates for each in range(seeds) for n in lengths]
    problem, curves = trained(data, runs)
    least = min(_end(curve) for curve in curves if math.isfinite(curve.final_loss))
    for run, curve in zip(runs, curves, strict=True):
        if math.isfinite(curve.final_loss) and _is_dead(curve, data):
            yield from _judged("ReLU, all units dead", run, curve, problem, _end(curve) - least)


def leaning(seed: int, condition: float) -> Readings:
    """A table of four inputs whose widths differ, and a target that follows each, the narrow ones less."""
    chance = np.random.default_rng(seed)
    widths = condition ** (np.linspace(0, -1, 4) / 2)
    x = chance.normal(size=(60, 4)) * widths
    return of(x, x @ (2 * chance.normal(size=4)) + 0.5 * chance.normal(size=60))


def bending(seed: int) -> dict[str, Readings]:
    """A curve, one with some noise, and a straight line with much, which a network bends to in the end."""
    chance = np.random.default_rng(seed)
    x, noise = np.linspace(-2, 2, 20), chance.normal(size=(2, 20))
    targets = {"curve": np.sin(1.5 * x), "noise": np.tanh(2 * x) + 0.1 * noise[0], "line": x + 0.3 * noise[1]}
    return {name: of(x[:, None], t) for name, t in targets.items()}


def _without_layers(
    data: Readings, loss: str, rates: Sequence[float], best: Floats, lengths: Sequence[int], name: str
) -> Iterator[State]:
    for dtype in (DType.float64, DType.float32):
        base = replace(model(data, loss, width=1, depth=0, activation="identity"), dtype=dtype)
        runs = [replace(base, lr=lr, epochs=epochs) for lr in rates for epochs in lengths]
        problem, curves = trained(data, runs)
        for run, curve in zip(runs, curves, strict=True):
            excess = _loss(data, loss, np.array(curve.parameters)) - _loss(data, loss, best)
            kind = "absolute loss" if loss == "l1" else f"linear, condition {name}"
            yield from _judged(f"{kind}, {dtype}", run, curve, problem, excess)


def _judged(kind: str, run: Point, curve: Curve, problem: Problem, excess: float) -> Iterator[State]:
    for tolerance in TOLERANCES:
        verdict = judge(curve, run, problem, tolerance)
        left = math.nan if verdict.left is None else verdict.left
        yield State(kind, verdict.outcome, left, excess, bound(problem, tolerance), by_curvature.is_saddle(verdict))


def _with_ones(inputs: Floats) -> Floats:
    return np.column_stack([inputs, np.ones(len(inputs))])


def _loss(data: Readings, loss: str, parameters: Floats) -> float:
    off = _with_ones(data.inputs) @ parameters - data.targets
    return float(np.mean(np.abs(off) if loss == "l1" else off**2))


def _end(curve: Curve) -> float:
    return float(curve.final_loss)


def _is_dead(curve: Curve, data: Readings) -> bool:
    """Whether no hidden unit is above 0 at any sample."""
    units = (len(curve.parameters) - 1) // 3
    weights, intercepts = np.array(curve.parameters[:units]), np.array(curve.parameters[units : 2 * units])
    return bool((data.inputs * weights + intercepts <= 0).all())
