"""What is known of cross-entropy: its least loss, how curved it is at most and at the optimum, and whether that is."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.problem.convexity import Slope, has_optimum
from sweep.problem.cross_entropy import CrossEntropy
from sweep.problem.problem import parameter_names
from tests.problem.classes import logistic, loss_in_torch, of, run, table

CLASSES = pytest.mark.parametrize("classes", [2, 3, 5])


def slope_of_two(place: float, wrong: float) -> Slope:
    """Of ``log(1 + e⁻ᵗ) + wrong·log(1 + eᵗ)``, which has its least where ``e⁻ᵗ = wrong``."""
    p = 1 / (1 + math.exp(place))
    loss = -math.log1p(-p) - wrong * math.log(p)
    curved = (1 + wrong) * p * (1 - p)
    return Slope(loss, np.array([wrong * (1 - p) - p]), np.array([[curved]]))


def test_an_optimum_is_sure_where_the_slope_is_small_beside_the_curvature() -> None:
    assert has_optimum(slope_of_two(0.0, 1.0), 0, 1.0, 1e-16)
    assert has_optimum(slope_of_two(-math.log(1e-9), 1e-9), 0, 1.0, 1e-16)
    assert not has_optimum(slope_of_two(-math.log(1e-9), 1e-9), 0, 1.0, 1e-9)
    for arrived in (1.0, 10.0, 30.0):
        assert not has_optimum(slope_of_two(arrived, 0.0), 0, 1.0, 1e-16)
    assert not has_optimum(slope_of_two(0.001, 1.0), 0, 1e4, 1e-16)
    flat = Slope(1.0, np.array([0.0, 0.0]), np.diag([0.0, 1.0]))
    assert has_optimum(flat, 1, 1.0, 1e-16)
    assert not has_optimum(flat, 0, 1.0, 1e-16)


def test_what_is_known_of_a_scale_is_found_once_and_of_another_without_the_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = table(40, 2, 3, 0)
    problem = logistic(data)
    once = problem.convexity(run(data, scale=0.5))
    assert problem.convexity(run(data, scale=0.5, lr=7.0)) is once
    assert problem.convexity(run(data, scale=0.25)) is not once
    monkeypatch.setattr(CrossEntropy, "log_probabilities", None)  # The map asks for some dozens of scales.
    assert problem.convexity(run(data, scale=0.125)) is not None


@CLASSES
@given(seed=st.integers(0, 500), spread=st.floats(0.01, 30))
def test_the_bound_of_the_curvature_holds_everywhere(classes: int, seed: int, spread: float) -> None:
    data = table(40, 3, classes, seed)
    problem, one = logistic(data), run(data, scale=0.5)
    known = problem.convexity(one)
    assert known is not None
    somewhere = spread * np.random.default_rng(seed).normal(size=len(parameter_names(problem)))
    assert problem.measure(one, somewhere.tolist())["lambda_max"] <= known.curvature * (1 + 1e-12)
    if classes == 2:  # Of more, it is reached where two share all probability.
        assert problem.measure(one, [0.0] * len(somewhere))["lambda_max"] == pytest.approx(known.curvature)


@CLASSES
def test_directions_that_change_no_probability_are_flat(classes: int) -> None:
    data = table(80, 3, classes, seed=2)
    double = of(np.column_stack([data.inputs, data.inputs @ [1, -2, 0]]), data.targets)
    for each, more in ((data, 0), (double, classes if classes > 2 else 1)):
        known = logistic(each).convexity(run(each))
        assert known is not None
        assert known.around is not None
        assert known.around.flat == more + (4 if classes > 2 else 0)
        at = torch.tensor(known.around.optimum, dtype=torch.float64)
        hessian = torch.autograd.functional.hessian(lambda theta, each=each: loss_in_torch(each, theta), at).numpy()  # type: ignore[no-untyped-call]
        values = np.linalg.eigvalsh(hessian)
        assert known.around.curvatures == pytest.approx(values, rel=1e-9, abs=1e-14)
        assert known.around.condition == pytest.approx(values[-1] / values[known.around.flat], rel=1e-9)
    one, other = (logistic(each).convexity(run(each)) for each in (data, double))
    assert one is not None
    assert other is not None
    assert one.least_loss == pytest.approx(other.least_loss, rel=1e-10)


@CLASSES
def test_an_offset_of_the_inputs_costs_the_least_loss_no_digits(classes: int) -> None:
    near, far = (logistic(d).convexity(run(d)) for d in (table(90, 2, classes, 3, offset) for offset in (0.0, 1e5)))
    assert near is not None
    assert far is not None
    assert far.least_loss == pytest.approx(near.least_loss, rel=1e-9)


def test_of_very_many_parameters_theory_knows_nothing_and_the_end_is_known_all_the_same() -> None:
    most = 599
    for inputs in (most, most + 1):
        data = table(20, inputs, 2, 0)
        problem, one = logistic(data), run(data)
        found = problem.measure(one, problem.start(one))
        assert (problem.convexity(one) is None) == (inputs > most)
        assert found["lambda_max"] > 0
        assert found["negative"] >= 0
        assert found["left"] > 0
        assert 0 <= found["accuracy"] <= 1


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e-30, 1e30, 1e160, 1e200])
def test_no_unit_of_the_inputs_changes_what_the_least_loss_is_and_how_large_an_lr_may_be(size: float) -> None:
    data = table(40, 2, 3, 1)
    near = logistic(data).convexity(run(data))
    assert near is not None
    assert near.around is not None
    for wide, scale in ((data, size), (of(data.inputs * size, data.targets), 1.0)):
        found = logistic(wide).convexity(run(wide, scale=scale))
        assert found is not None
        assert found.around is not None
        assert found.least_loss == pytest.approx(near.least_loss, rel=1e-12)
        assert found.around.flat == near.around.flat
        assert found.around.condition > 0
        assert math.isinf(found.curvature) == (size > 1e155)


def test_a_column_that_is_nothing_but_zeros_where_it_trains_changes_nothing() -> None:
    data = table(40, 2, 3, 1)
    zeros = np.append(np.zeros(39), 1.0)[:, None]
    wide = of(np.hstack([data.inputs, zeros]), data.targets)
    one, other = (logistic(each, holdout="last:1e-9").convexity(run(each)) for each in (data, wide))
    assert one is not None
    assert other is not None
    assert other.least_loss == pytest.approx(one.least_loss, rel=1e-12)
