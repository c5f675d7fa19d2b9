"""Theory of momentum on a quadratic, against update rules that are written out and taken one by one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.problem.quadratic import Quadratic
from sweep.verdict.stability_sgd import Momentum, Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of

LINE = line_of(THERMOMETER)
ALLOWED = 0.001 * LINE.spread
START = (1.0, 0.0)


def at(scale: float, beta: float, nesterov: bool = False) -> Theory:
    return Theory(LINE.quadratic(point(scale=scale)), Momentum(beta, nesterov))


def descended(theory: Theory, lr: float, beta: float, nesterov: bool, updates: int) -> np.ndarray:
    """The excess loss before each of so many updates from :data:`START`, and after the last."""
    known = theory.quadratic
    curvature = np.array(known.eigenvalues)
    x = np.array(known.directions) @ (np.array(START) - np.array(known.optimum))
    v, found = np.zeros_like(x), []
    for _ in range(updates + 1):
        found.append(float((curvature * x * x).sum()) / 2)
        slope = curvature * x
        v = beta * v + slope
        x = x - lr * (slope + beta * v if nesterov else v)
    return np.array(found)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("beta", [0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("scale", [0.1, 0.01])
def test_the_predicted_epoch_is_the_first_within_and_curves_agree(scale: float, beta: float, nesterov: bool) -> None:
    theory = at(scale, beta, nesterov)
    for part in (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99):
        lr = part * theory.threshold
        found = descended(theory, lr, beta, nesterov, 4000)
        first = int((found <= ALLOWED).argmax())
        if not first:
            assert (theory.epochs_until(START, lr, ALLOWED) or 0) > 4000
            continue
        assert theory.epochs_until(START, lr, ALLOWED) == first
        for count in (1, 2, 10, first):
            assert theory.excess(START, lr, count) == pytest.approx(found[count], rel=1e-7, abs=1e-9 * found[0])
        if (found[-100:] <= ALLOWED).all():
            assert theory.settles(START, lr, ALLOWED) == 1 + int((found > ALLOWED).nonzero()[0][-1])
        assert (found[first:] <= theory.excess_at_most(START, lr, first) * (1 + 1e-9)).all()


def test_above_the_threshold_theory_promises_no_epoch_and_a_start_within_needs_none() -> None:
    theory = at(0.1, 0.9)
    assert theory.epochs_until(START, 1.001 * theory.threshold, ALLOWED) is None
    assert theory.settles(START, 1.001 * theory.threshold, ALLOWED) is None
    assert theory.epochs_until(theory.quadratic.optimum, 0.5 * theory.threshold, ALLOWED) == 0


@given(beta=st.floats(1e-3, 0.9999), nesterov=st.booleans(), gap=st.floats(1e-16, 1e-3))
def test_beside_the_threshold_there_is_an_answer_and_no_exception(beta: float, nesterov: bool, gap: float) -> None:
    theory = at(0.1, beta, nesterov)
    for lr in ((1 - gap) * theory.threshold, theory.threshold, (1 + gap) * theory.threshold):
        count = theory.epochs_until(START, lr, ALLOWED)
        assert count is None or theory.excess(START, lr, count) <= theory.excess_at_most(START, lr, count) * (1 + 1e-12)


@pytest.mark.parametrize("gap", [1e-3, 1e-5, 1e-7])
def test_of_millions_of_epochs_the_first_within_is_found_without_taking_each(gap: float) -> None:
    theory = at(0.1, 0.5)
    lr = (1 - gap) * theory.threshold
    count = theory.epochs_until(START, lr, 1e-6 * ALLOWED)
    assert count is not None
    # One direction is left by then, whose root is beside -1: what it leaves falls at every update.
    assert theory.excess(START, lr, count) <= 1e-6 * ALLOWED < theory.excess(START, lr, count - 1)


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e150, 1e300])
@pytest.mark.parametrize("nesterov", [False, True])
def test_extreme_scales_give_numbers_and_no_exception(scale: float, nesterov: bool) -> None:
    theory = at(scale, 0.9, nesterov)
    assert theory.epochs_until(START, 0.1, 0.01) is None
    assert theory.fastest(START, 0.01) is None
    assert theory.fastest_momentum(START, 0.01) is None
    assert isinstance(theory.excess(START, 0.1, 100), float)


def quadratic(*eigenvalues: float) -> Quadratic:
    directions = np.eye(len(eigenvalues)).tolist()
    return Quadratic(eigenvalues, tuple(map(tuple, directions)), (0.0,) * len(eigenvalues))


@pytest.mark.parametrize("condition", [10.0, 1e3, 1e5])
def test_the_best_momentum_is_about_polyaks_for_a_tight_tolerance_and_beats_its_neighbours(condition: float) -> None:
    theory, start = Theory(quadratic(1 / condition, 0.1, 1.0), Plain()), (condition**0.5, 3.0, 1.0)
    excess = 1e-12 * sum(theory.quadratic.parts(start))
    plain, found = theory.fastest(start, excess), theory.fastest_momentum(start, excess)
    assert plain
    assert found
    lr, beta, epochs = found
    root = math.sqrt(condition)
    assert 1 - beta == pytest.approx(1 - ((root - 1) / (root + 1)) ** 2, rel=0.5)
    assert lr == pytest.approx((2 / (1 + 1 / root)) ** 2, rel=0.2)
    assert epochs < 2 * plain[1] / root
    for other_lr, other in ((lr, beta), (0.7 * lr, beta), (lr, 0.8 * beta), (lr, 1 - (1 - beta) / 4)):
        assert (Theory(theory.quadratic, Momentum(other)).settles(start, other_lr, excess) or math.inf) >= epochs


def test_with_much_momentum_the_fastest_lr_is_far_below_the_threshold() -> None:
    theory = at(0.01, 0.99)
    found = theory.fastest(START, ALLOWED)
    assert found
    assert found[0] < 0.05 * theory.threshold
    for part in (0.001, 0.1, 0.5, 0.9, 0.99):
        assert (theory.settles(START, part * theory.threshold, ALLOWED) or math.inf) > found[1]


def test_where_all_directions_are_alike_plain_descent_is_fastest() -> None:
    assert Theory(quadratic(1.0, 1.0), Plain()).fastest_momentum((1.0, 1.0), 1e-6) is None
