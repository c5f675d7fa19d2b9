"""Three ways to a slope: what the reference prints of one, and that all agree on a quadratic."""

import pytest
import torch

from sweep.problem.line_tensors import LineObjective
from sweep.settings.schema import DType, Gradient
from sweep.training import gradients
from tests.conftest import SEED, THERMOMETER, point
from tests.problem.made import line_of


def objective(dtype: DType = DType.float32) -> LineObjective:
    """The notebook's first state: params (1, 2), x (1, 11), t (11,)."""
    return LineObjective.of(line_of(THERMOMETER).prepared, [point(scale=1.0, dtype=dtype)], [SEED.init])


def test_difference_quotients_and_the_step_are_those_the_reference_prints() -> None:
    first = objective()
    _, slopes = gradients.finite_difference(0.1)(first, first.start, 0, 0)
    assert [f"{slope:.4f}" for slope in slopes[0].tolist()] == ["4517.2974", "82.5995"]
    assert [f"{value:.4f}" for value in (first.start - 1e-2 * slopes)[0].tolist()] == ["-44.1730", "-0.8260"]


def test_central_difference_of_a_quadratic_is_its_gradient() -> None:
    first = objective(DType.float64)
    (_, central), (_, exact) = (
        way(first, first.start, 0, 0) for way in (gradients.finite_difference(0.1), gradients.own)
    )
    torch.testing.assert_close(central, exact, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("gradient", list(Gradient))
def test_every_way_brings_the_loss_along(gradient: Gradient) -> None:
    first = objective()
    loss, slope = gradients.of(point(gradient=gradient))(first, first.start, 0, 0)
    assert loss.tolist() == first.loss(first.start).tolist()
    assert (slope.shape, loss.requires_grad, slope.requires_grad) == (first.start.shape, False, False)
