"""Coupled weight decay: what is known of ``F = L + ½·decay·‖θ‖²``, against exact arithmetic, ridge and autograd."""

import math
import operator
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression, Ridge

from sweep.data.readings import Readings
from sweep.problem.separable import Separation
from tests.conftest import point
from tests.problem import classes, tables
from tests.problem.autograd import hessian_of
from tests.problem.made import line_of, posed, readings

DECAYS = st.floats(-10, 3).map(lambda power: 10.0**power)
SCALES = st.floats(-3, 2).map(lambda power: 10.0**power)
OFFSETS = st.sampled_from([0.0, 3.0, -1e5])


@given(seed=st.integers(0, 999), samples=st.integers(2, 20), scale=SCALES, decay=DECAYS, offset=OFFSETS)
def test_optimum_and_least_of_a_line_are_those_of_exact_arithmetic(
    seed: int, samples: int, scale: float, decay: float, offset: float
) -> None:
    noise = np.random.default_rng(seed)
    u, t = noise.normal(size=samples) + offset, 3 * noise.normal(size=samples) - 10 * offset
    problem, one = line_of(readings(u, t)), point(scale=scale, weight_decay=decay)
    x, y, n = [Fraction(each) * Fraction(scale) for each in u], [*map(Fraction, t)], samples
    a, b, d = 2 * sum(v * v for v in x) / n + Fraction(decay), 2 * sum(x) / n, 2 + Fraction(decay)
    g, h = 2 * sum(v * z for v, z in zip(x, y, strict=True)) / n, 2 * sum(y) / n
    determinant = a * d - b * b
    w, c = (d * g - b * h) / determinant, (a * h - b * g) / determinant
    least = sum((w * v + c - z) ** 2 for v, z in zip(x, y, strict=True)) / n + Fraction(decay) * (w * w + c * c) / 2
    found = problem.quadratic(one)
    assert found.optimum == pytest.approx((float(w), float(c)), rel=1e-9)
    assert problem.least_loss(one) == pytest.approx(float(least), rel=1e-12)
    assert math.prod(found.eigenvalues) == pytest.approx(float(determinant), rel=1e-12)
    assert sum(found.eigenvalues) == pytest.approx(float(a + d), rel=1e-12)


@given(shape=st.tuples(st.integers(3, 40), st.integers(1, 9), st.integers(0, 999)), scale=SCALES, decay=DECAYS)
def test_optimum_and_least_of_several_inputs_are_those_of_ridge_regression(
    shape: tuple[int, int, int], scale: float, decay: float
) -> None:
    data = tables.table(*shape)
    one = tables.run(data, scale=scale, weight_decay=decay)
    problem, x, n = posed(one, data), np.column_stack([scale * data.inputs, np.ones(len(data))]), len(data)
    found = problem.quadratic(one)
    assert found is not None
    assert found.flat == 0
    theirs = Ridge(alpha=decay * n / 2, fit_intercept=False, solver="svd").fit(x, data.targets).coef_
    size = np.abs(theirs).max()
    assert found.optimum == pytest.approx(theirs, rel=1e-9, abs=1e-9 * size)
    least = np.mean((x @ theirs - data.targets) ** 2) + decay * theirs @ theirs / 2
    assert problem.least_loss(one) == pytest.approx(least, rel=1e-9)
    hessian = 2 / n * x.T @ x + decay * np.eye(x.shape[1])
    for value, way in zip(found.eigenvalues, np.array(found.directions), strict=True):
        assert np.abs(hessian @ way - value * way).max() <= 1e-12 * found.largest
    away = np.array(found.optimum) + size * np.linspace(-1, 1, x.shape[1])
    excess = np.mean((x @ away - data.targets) ** 2) + decay * away @ away / 2 - least
    assert sum(found.parts(away.tolist())) == pytest.approx(excess, rel=1e-8)


@pytest.mark.parametrize("decay", [1e-3, 1e-9])
def test_a_condition_of_a_million_millions_costs_the_optimum_few_digits(decay: float) -> None:
    data = tables.table(100, 4, 4, offset=1e4)
    one = tables.run(data, weight_decay=decay)
    problem = posed(one, data)
    found = problem.quadratic(one)
    assert found is not None
    assert found.condition > 5e11
    rows, t = [[*map(Fraction, row), Fraction(1)] for row in data.inputs], [*map(Fraction, data.targets)]
    columns, pull = list(zip(*rows, strict=True)), Fraction(50 * decay)
    squares = [[dot(one, other) + pull * (one is other) for other in columns] for one in columns]
    best = solved(squares, [dot(each, t) for each in columns])
    assert found.optimum == pytest.approx([float(each) for each in best], rel=1e-9)
    errors = [dot(row, best) - each for row, each in zip(rows, t, strict=True)]
    least = dot(errors, errors) / 100 + pull * dot(best, best) / 100
    assert problem.least_loss(one) == pytest.approx(float(least), rel=1e-9)


def dot(one: Iterable[Fraction], other: Iterable[Fraction]) -> Fraction:
    return sum(map(operator.mul, one, other), Fraction(0))


def solved(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Exactly, by elimination without pivots: the matrix is positive definite."""
    rows = [[*row, each] for row, each in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = [each / rows[i][i] for each in rows[i]]
        rows = [[a - row[i] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        rows[i] = pivot
    return [row[-1] for row in rows]


def test_decay_determines_what_no_data_does_and_takes_the_shortest_of_what_is_as_good() -> None:
    data = tables.table(40, 3, 1)
    double = tables.of(np.column_stack([data.inputs, data.inputs[:, 0]]), data.targets)
    one = tables.run(double, weight_decay=0.3, center=True)
    found, free = (posed(each, double).quadratic(each) for each in (one, replace(one, weight_decay=0.0)))
    assert found is not None
    assert free is not None
    assert (found.flat, free.flat) == (0, 1)
    assert found.eigenvalues[0] == 0.3
    assert found.optimum[0] == pytest.approx(found.optimum[3], rel=1e-12)
    few = tables.table(6, 9, 3)
    wide = posed(tables.run(few), few).quadratic(tables.run(few, weight_decay=0.5))
    assert wide is not None
    assert (wide.flat, wide.eigenvalues[:4]) == (0, (0.5,) * 4)


def penalized(data: Readings, theta: torch.Tensor, scale: float, decay: float) -> torch.Tensor:
    return classes.loss_in_torch(data, theta, scale) + decay / 2 * theta @ theta


LOGISTIC = pytest.mark.parametrize(
    ("samples", "inputs", "kinds", "offset"),
    [(60, 2, 2, 0), (80, 3, 4, 0), (90, 2, 2, 1e4), (200, 5, 3, 100), (12, 20, 2, 0), (15, 20, 3, 0)],
)


@LOGISTIC
@pytest.mark.parametrize(("scale", "decay"), [(0.1, 1e-3), (2.0, 1e-6), (2.0, 10.0)])
def test_the_optimum_of_a_penalized_logistic_loss_is_where_autograd_has_no_slope(
    samples: int, inputs: int, kinds: int, offset: float, scale: float, decay: float
) -> None:
    data = classes.table(samples, inputs, kinds, 1, offset)
    known = classes.logistic(data).convexity(classes.run(data, scale=scale, weight_decay=decay))
    assert known is not None
    assert known.around is not None
    theta = torch.tensor(known.around.optimum, dtype=torch.float64, requires_grad=True)
    loss = penalized(data, theta, scale, decay)
    (slope,) = torch.autograd.grad(loss, theta)
    hessian = hessian_of(lambda at: penalized(data, at, scale, decay), theta.detach())
    assert known.least_loss == pytest.approx(loss.item(), rel=1e-9)
    assert torch.linalg.solve(hessian, slope).norm() <= 1e-9 * theta.norm()
    values = torch.linalg.eigvalsh(hessian).tolist()
    assert known.around.curvatures == pytest.approx(values, abs=1e-9 * values[-1])
    assert known.around.flat == 0
    if kinds > 2:  # What is the same for all classes, decay alone sees.
        assert theta.detach()[: kinds * inputs].view(kinds, inputs).sum(dim=0).abs().max() <= 1e-15 * inputs
    assert values[-1] <= known.curvature
    assert known.because == ""


@pytest.mark.parametrize("kinds", [2, 3])
def test_the_least_penalized_logistic_loss_is_that_of_scikit_learn(kinds: int) -> None:
    data = classes.table(150, 4, kinds, kinds)
    x, y, n = np.column_stack([data.inputs, np.ones(150)]), data.targets.astype(int), 150
    for decay in (1e-3, 0.1):
        theirs = LogisticRegression(C=1 / (n * decay), fit_intercept=False, tol=1e-12, max_iter=10_000).fit(x, y)
        logits = x @ theirs.coef_.T
        logs = log_softmax(logits if kinds > 2 else np.column_stack([np.zeros(n), logits]), axis=1)
        least = -logs[np.arange(n), y].mean() + decay * (theirs.coef_**2).sum() / 2
        known = classes.logistic(data).convexity(classes.run(data, weight_decay=decay))
        assert known is not None
        assert known.least_loss == pytest.approx(least, abs=1e-9)


def test_classes_that_can_be_told_apart_have_an_optimum_with_decay() -> None:
    x = np.linspace(-1, 1, 12)[:, None]
    data = classes.of(x, (x[:, 0] > 0).astype(float))
    problem = classes.logistic(data)
    assert problem.separation is Separation.ALL
    free, known = (problem.convexity(classes.run(data, weight_decay=decay)) for decay in (0.0, 1e-6))
    assert free is not None
    assert known is not None
    assert free.around is None
    assert known.around is not None
    assert 1e-6 < known.least_loss < 1e-2


@pytest.mark.parametrize("scale", [5e-324, 1e-160, 1e160, 1.5e308])
@pytest.mark.parametrize("decay", [1e-300, 1e10])
def test_no_scale_is_too_far_for_what_is_known_with_decay(scale: float, decay: float) -> None:
    line = line_of(readings([1.0, 2.0, 4.0], [1.0, 3.0, 2.0]))
    one = point(scale=scale, weight_decay=decay)
    assert 0 <= line.least_loss(one) <= 5
    assert all(map(math.isfinite, line.quadratic(one).optimum))
    for samples in (40, 3):
        data = tables.table(samples, 4, seed=1)
        one = tables.run(data, scale=scale, weight_decay=decay)
        least = posed(one, data).least_loss(one)
        assert least is not None
        assert 0 <= least <= np.mean(data.targets**2)
        kinds = classes.table(samples, 4, 2, seed=1)
        known = classes.logistic(kinds).convexity(classes.run(kinds, scale=scale, weight_decay=decay))
        assert known is not None
        assert known.around is not None
        assert 0 <= known.least_loss <= math.log(2)
        assert not any(map(math.isnan, (*known.around.optimum, *known.around.curvatures)))
