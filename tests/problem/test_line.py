"""A line's curvature, optimum and least loss, against numpy and against published figures."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sweep.data.readings import Readings
from sweep.problem.quadratic import Quadratic
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of, readings

COLUMN = st.lists(st.floats(-100, 100).map(lambda v: round(v, 3)), min_size=3, max_size=12)


def made(inputs: list[float], targets: list[float]) -> Readings:
    size = min(len(inputs), len(targets))
    assume(np.std(inputs[:size]) > 0.1)
    assume(np.std(targets[:size]) > 0.1)
    return readings(inputs[:size], targets[:size])


def quadratic(scale: float, data: Readings = THERMOMETER) -> Quadratic:
    return line_of(data).quadratic(point(scale=scale))


@pytest.mark.parametrize(
    ("scale", "smallest", "largest", "condition", "w"),
    [
        (1, 0.175107762, 5883.42126, 3.36e4, 0.536771921),
        (0.1, 0.16987621, 60.64608743, 357, 5.36771921),
        (0.01, 0.0404374, 2.54772223, 63, 53.6771921),
    ],
)
def test_the_thermometer_has_its_published_curvature(
    scale: float, smallest: float, largest: float, condition: float, w: float
) -> None:
    found = quadratic(scale)
    assert found.eigenvalues == pytest.approx((smallest, largest), rel=5e-7)
    assert found.condition == pytest.approx(condition, rel=5e-3)
    assert found.optimum == pytest.approx((w, -17.3047855), rel=1e-8)


def test_the_least_loss_of_the_thermometer_is_its_published_one() -> None:
    assert line_of(THERMOMETER).least_loss(point()) == pytest.approx(2.9276455709, rel=1e-10)


@given(inputs=COLUMN, targets=COLUMN, scale=st.floats(0.01, 10), shift=st.sampled_from([0.0, 10.0, 1e5]))
def test_curvature_and_optimum_agree_with_numpy(
    inputs: list[float], targets: list[float], scale: float, shift: float
) -> None:
    data = made([u + shift for u in inputs], targets)
    x, t = scale * data.inputs[:, 0], data.targets
    hessian = 2 / len(x) * np.array([[x @ x, x.sum()], [x.sum(), len(x)]])
    found = quadratic(scale, data)
    assert found.eigenvalues[1] == pytest.approx(np.linalg.eigvalsh(hessian)[1], rel=1e-12)
    assert math.prod(found.eigenvalues) == pytest.approx(4 * np.var(x), rel=1e-5)
    for value, direction in zip(found.eigenvalues, found.directions, strict=True):
        residual = hessian @ direction - value * np.array(direction)
        assert np.abs(residual).max() <= 1e-12 * found.eigenvalues[1]
    w, b = np.linalg.lstsq(np.stack([x - x.mean(), np.ones_like(x)], 1), t, rcond=None)[0]
    assert found.optimum == pytest.approx((w, b - w * x.mean()), rel=1e-6, abs=1e-9)


@given(
    part=st.floats(0.3, 3).filter(lambda part: abs(part - 1) > 0.01),
    decay=st.sampled_from([0.0, 1e-6, 0.01, 0.1, 0.15]),
)
def test_the_condition_is_least_at_the_evenest_scale(decay: float, part: float) -> None:
    line, one = line_of(THERMOMETER), point(weight_decay=decay)
    even = line.evenest_scale(one)
    assert even is not None
    here, there = (line.quadratic(replace(one, scale=scale)).condition for scale in (even, part * even))
    assert here < there


def test_with_much_decay_the_smallest_scale_is_the_most_even_one() -> None:
    line, one = line_of(THERMOMETER), point(weight_decay=1.0)
    assert line.evenest_scale(one) is None
    conditions = [line.quadratic(replace(one, scale=scale)).condition for scale in (1e-6, 1e-4, 1e-2, 1.0)]
    assert conditions == sorted(conditions)


def test_inputs_without_a_mean_have_the_axes_as_directions() -> None:
    found = quadratic(1.0, readings([-1.0, 1.0], [0.0, 1.0]))
    assert found.eigenvalues == (2.0, 2.0)
    assert sorted(np.abs(found.directions).tolist()) == [[0.0, 1.0], [1.0, 0.0]]
