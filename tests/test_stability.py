"""Theory against numpy's eigenvalues and least squares, against training, and against published figures."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sweep import engine
from sweep.data import Readings
from sweep.settings import DType
from sweep.stability import Line
from tests.conftest import THERMOMETER, point

COLUMN = st.lists(st.floats(-100, 100).map(lambda v: round(v, 3)), min_size=3, max_size=12)


def readings(inputs: list[float], targets: list[float]) -> Readings:
    return Readings(tuple(inputs), tuple(targets), "made", "made", "x", "y")


def made(inputs: list[float], targets: list[float]) -> Readings:
    size = min(len(inputs), len(targets))
    assume(np.std(inputs[:size]) > 0.1)
    assume(np.std(targets[:size]) > 0.1)
    return readings(inputs[:size], targets[:size])


@pytest.mark.parametrize(
    ("scale", "smallest", "largest", "condition", "threshold", "w"),
    [
        (1, 0.175107762, 5883.42126, 3.36e4, 3.39938e-4, 0.536771921),
        (0.1, 0.16987621, 60.64608743, 357, 3.29782e-2, 5.36771921),
        (0.01, 0.0404374, 2.54772223, 63, 0.785, 53.6771921),
    ],
)
def test_the_thermometer_has_its_published_curvature(
    scale: float, smallest: float, largest: float, condition: float, threshold: float, w: float
) -> None:
    found = Line(THERMOMETER).at(scale)
    assert found.eigenvalues == pytest.approx((smallest, largest), rel=5e-7)
    assert found.condition == pytest.approx(condition, rel=5e-3)
    assert found.threshold == pytest.approx(threshold, rel=5e-5)
    assert found.optimum == pytest.approx((w, -17.3047855), rel=1e-8)


def test_the_least_loss_of_the_thermometer_is_its_published_one() -> None:
    assert Line(THERMOMETER).best_loss == pytest.approx(2.9276455709, rel=1e-10)


@given(inputs=COLUMN, targets=COLUMN, scale=st.floats(0.01, 10), shift=st.sampled_from([0.0, 10.0, 1e5]))
def test_curvature_and_optimum_agree_with_numpy(
    inputs: list[float], targets: list[float], scale: float, shift: float
) -> None:
    data = made([u + shift for u in inputs], targets)
    x, t = scale * np.array(data.inputs), np.array(data.targets)
    hessian = 2 / len(x) * np.array([[x @ x, x.sum()], [x.sum(), len(x)]])
    found = Line(data).at(scale)
    assert found.eigenvalues[1] == pytest.approx(np.linalg.eigvalsh(hessian)[1], rel=1e-12)
    assert math.prod(found.eigenvalues) == pytest.approx(4 * np.var(x), rel=1e-5)
    for value, direction in zip(found.eigenvalues, found.directions, strict=True):
        residual = hessian @ direction - value * np.array(direction)
        assert np.abs(residual).max() <= 1e-12 * found.eigenvalues[1]
    w, b = np.linalg.lstsq(np.stack([x - x.mean(), np.ones_like(x)], 1), t, rcond=None)[0]
    assert found.optimum == pytest.approx((w, b - w * x.mean()), rel=1e-6, abs=1e-9)


@given(lr=st.floats(1e-4, 0.032), epochs=st.integers(0, 300), w=st.floats(-5, 5), b=st.floats(-20, 20))
def test_the_closed_form_curve_agrees_with_training(lr: float, epochs: int, w: float, b: float) -> None:
    run = point(lr=lr, epochs=epochs + 1, init=(w, b), dtype=DType.float64)
    (curve,) = engine.in_process([run], {THERMOMETER.fingerprint: THERMOMETER})
    line = Line(THERMOMETER)
    assert line.best_loss + line.at(0.1).excess((w, b), lr, epochs) == pytest.approx(curve.losses[epochs], rel=1e-8)


@given(lr=st.floats(1e-4, 0.0329), part=st.floats(1e-4, 0.5))
def test_the_predicted_epoch_is_the_first_within(lr: float, part: float) -> None:
    line = Line(THERMOMETER)
    curvature, goal = line.at(0.1), part * line.target_variance
    count = curvature.epochs_until((1.0, 0.0), lr, goal)
    assert count is not None
    assert curvature.excess((1.0, 0.0), lr, count) <= goal
    assert count == 0 or curvature.excess((1.0, 0.0), lr, count - 1) > goal


def test_above_the_threshold_theory_promises_no_epoch() -> None:
    curvature = Line(THERMOMETER).at(0.1)
    assert curvature.epochs_until((1.0, 0.0), curvature.threshold * 1.001, 0.1) is None


def test_an_excess_that_rounds_to_nothing_is_reached_where_the_loss_underflows() -> None:
    curvature = Line(THERMOMETER).at(0.1)
    count = curvature.epochs_until((1.0, 0.0), curvature.threshold * 0.5, 0.0)
    assert count is not None
    assert curvature.excess((1.0, 0.0), curvature.threshold * 0.5, count) == 0


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e150, 1e300])
def test_extreme_scales_give_numbers_and_no_exception(scale: float) -> None:
    curvature = Line(THERMOMETER).at(scale)
    assert isinstance(curvature.condition, float)
    assert curvature.epochs_until((1.0, 0.0), 0.1, 0.01) is None  # Too steep, or too flat to ever get there.


def test_inputs_without_a_mean_have_the_axes_as_directions() -> None:
    curvature = Line(readings([-1.0, 1.0], [0.0, 1.0])).at(1.0)
    assert curvature.eigenvalues == (2.0, 2.0)
    assert sorted(np.abs(curvature.directions).tolist()) == [[0.0, 1.0], [1.0, 0.0]]
