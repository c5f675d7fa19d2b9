"""Least squares of many inputs, against numpy: curvature, optimum, least loss, flat directions, and its training."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.data.readings import Floats, Readings
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.linear import Linear
from sweep.problem.problem import parameter_names
from sweep.settings.schema import DType, Gradient
from sweep.training.bitwise import first_difference
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import Theory, theory_of
from tests.problem.tables import of, run, table

SHAPES = st.tuples(st.integers(3, 60), st.integers(1, 9), st.integers(0, 10_000))
"""Samples, inputs and a seed."""


def linear(data: Readings, **changes: object) -> Linear:
    (found,) = problems({data.fingerprint: data}, [run(data, **changes).task]).values()
    assert isinstance(found, Linear)
    return found


def trained(data: Readings, *points: Point) -> list[Curve]:
    return in_process(points, problems({data.fingerprint: data}, [each.task for each in points]))


def design(data: Readings, scale: float = 1.0) -> Floats:
    return np.column_stack([scale * data.inputs, np.ones(len(data))])


@given(shape=SHAPES, scale=st.floats(0.01, 10))
def test_curvature_optimum_and_least_loss_agree_with_numpy(shape: tuple[int, int, int], scale: float) -> None:
    data = table(*shape)
    x, n = design(data, scale), len(data)
    found, problem = linear(data).quadratic(run(data, scale=scale)), linear(data)
    eigenvalues = np.linalg.eigvalsh(2 / n * x.T @ x)
    assert found.eigenvalues == pytest.approx(np.maximum(eigenvalues, 0), rel=1e-10, abs=1e-10 * eigenvalues[-1])
    best, *_ = np.linalg.lstsq(x, data.targets, rcond=None)
    assert x @ np.array(found.optimum) == pytest.approx(x @ best, abs=1e-8)
    assert problem.least_loss(run(data)) == pytest.approx(np.mean((x @ best - data.targets) ** 2), rel=1e-10, abs=1e-18)
    assert problem.spread == pytest.approx(np.var(data.targets), rel=1e-12)
    away = np.array(found.optimum) + np.linspace(-1, 1, x.shape[1])
    excess = np.mean((x @ away - data.targets) ** 2) - problem.least_loss(run(data))
    assert sum(found.parts(away.tolist())) == pytest.approx(excess, rel=1e-8)


def test_columns_that_depend_on_one_another_leave_the_threshold_and_make_one_direction_flat() -> None:
    data = table(40, 3, 1)
    double = of(np.column_stack([data.inputs, data.inputs[:, 0] - 2 * data.inputs[:, 1]]), data.targets)
    found = linear(double).quadratic(run(double))
    assert found.flat == 1
    assert math.isfinite(found.condition)
    assert np.abs(np.array(found.directions[0]) @ [1, -2, 0, -1, 0]) == pytest.approx(math.sqrt(6))
    assert linear(double).least_loss(run(double)) == pytest.approx(linear(data).least_loss(run(data)), rel=1e-10)
    lr = 0.5 * Theory(found, Plain()).threshold
    longer = run(double, lr=lr, epochs=4000, dtype=DType.float64)
    (curve,) = trained(double, longer)
    assert judge(curve, longer, linear(double), 1e-6).outcome is Outcome.CONVERGED


def test_more_columns_than_rows_fit_exactly_and_are_judged() -> None:
    data = table(6, 9, 3)
    found = linear(data).quadratic(run(data))
    assert (found.flat, len(found.eigenvalues), len(found.directions)) == (4, 10, 10)
    assert np.array(found.directions) @ np.array(found.directions).T == pytest.approx(np.eye(10), abs=1e-12)
    assert linear(data).least_loss(run(data)) == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("seed", range(4))
def test_the_verdict_flips_at_the_threshold_with_eight_inputs(seed: int) -> None:
    data = table(50, 8, seed)
    problem, base = linear(data), run(data, epochs=4000, dtype=DType.float64)
    theory = theory_of(problem, base)
    assert theory is not None
    runs = [replace(base, lr=part * theory.threshold) for part in (0.98, 1.02)]
    outcomes = [judge(c, r, problem, 0.001).outcome for c, r in zip(trained(data, *runs), runs, strict=True)]
    assert outcomes == [Outcome.CONVERGED, Outcome.DIVERGED]


@pytest.mark.parametrize("seed", range(4))
def test_the_epochs_that_theory_promises_are_the_fewest_that_arrive(seed: int) -> None:
    data = table(50, 8, seed)
    problem, base = linear(data), run(data, seed=seed, dtype=DType.float64)
    theory = theory_of(problem, base)
    assert theory is not None
    lr, epochs = theory.fastest(problem.start(base), 0.001 * problem.spread) or (0.0, 0)
    assert epochs > 2
    runs = [replace(base, lr=lr, epochs=count) for count in (epochs - 1, epochs)]
    outcomes = [judge(c, r, problem, 0.001).outcome for c, r in zip(trained(data, *runs), runs, strict=True)]
    assert outcomes == [Outcome.UNFINISHED, Outcome.CONVERGED]


@pytest.mark.parametrize(("dtype", "near"), [(DType.float64, 1e-12), (DType.float32, 1e-4)])
def test_descent_is_torchs_own(dtype: DType, near: float) -> None:
    data = table(30, 5, 2)
    start, scale, lr = run(data, dtype=dtype), 0.5, 0.05
    one = replace(start, lr=lr, scale=scale, epochs=60)
    (curve,) = trained(data, one)
    kind = getattr(torch, dtype)
    x, t = torch.tensor(scale * data.inputs, dtype=kind), torch.tensor(data.targets, dtype=kind)
    layer = torch.nn.Linear(5, 1, dtype=kind)
    *w, b = linear(data).start(one)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([w]))
        layer.bias.copy_(torch.tensor([b]))
    optimizer, losses = torch.optim.SGD(layer.parameters(), lr=lr), []
    for _ in range(60):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(layer(x)[:, 0], t)
        losses.append(loss.item())
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert curve.losses.tolist() == pytest.approx(losses, rel=near)
    assert curve.parameters == pytest.approx((*layer.weight[0].tolist(), layer.bias.item()), rel=near)


@given(
    shape=SHAPES,
    dtype=st.sampled_from(DType),
    gradient=st.sampled_from(Gradient),
    count=st.integers(2, 70),
    order=st.randoms(use_true_random=False),
)
def test_a_run_has_the_bits_that_it_has_alone_whatever_it_is_trained_beside(
    shape: tuple[int, int, int], dtype: DType, gradient: Gradient, count: int, order: random.Random
) -> None:
    data = table(*shape)
    points = [
        run(data, lr=0.01 * (1 + k % 7), seed=k, epochs=2 + k % 3, scale=1 + k % 2, dtype=dtype, gradient=gradient)
        for k in range(count)
    ]
    order.shuffle(points)
    together = trained(data, *points)
    for one in (0, count // 2, count - 1):
        assert first_difference(trained(data, points[one])[0], together[one], parameter_names(linear(data))) == ""
