"""The line's tensor maths against the reference's printed numbers, and its gradient against autograd."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.problem import line_tensors
from sweep.problem.line_tensors import LineObjective
from sweep.training import gradients
from tests.conftest import SEED, THERMOMETER, point
from tests.problem.made import line_of


def test_first_prediction_and_first_loss_are_those_the_reference_prints() -> None:
    objective = LineObjective.of(line_of(THERMOMETER).prepared, [point(scale=1.0)], [SEED.init])
    p = line_tensors.predict(objective.start, objective.x)
    assert p[0].tolist() == objective.x[0].tolist()
    assert f"{line_tensors.mean_squared_error(p, objective.t).item():.4f}" == "1763.8848"
    assert objective.loss(objective.start).tolist() == line_tensors.mean_squared_error(p, objective.t).tolist()


@given(
    w=st.floats(-5, 5),
    b=st.floats(-50, 50),
    scale=st.floats(0.01, 2),
    samples=st.integers(2, 40),
    seed=st.integers(0, 99),
)
def test_analytic_gradient_agrees_with_autograd(w: float, b: float, scale: float, samples: int, seed: int) -> None:
    noise = torch.Generator().manual_seed(seed)
    x = scale * torch.randn(1, samples, generator=noise, dtype=torch.float64)
    t = 10 * torch.randn(samples, generator=noise, dtype=torch.float64)
    params = torch.tensor([[w, b]], dtype=torch.float64)
    objective = LineObjective(params, x, t)
    (loss, ours), (same, theirs) = (way(objective, params, 0, 0) for way in (gradients.own, gradients.autograd))
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-9)
    torch.testing.assert_close(line_tensors.gradient(x, t, line_tensors.predict(params, x)), ours, rtol=0, atol=0)
    assert loss.tolist() == same.tolist()


def test_loss_is_the_full_mean_of_squares() -> None:
    p, t = torch.tensor([[1.0, 3.0]]), torch.tensor([0.0, 0.0])
    assert line_tensors.mean_squared_error(p, t).tolist() == [5.0]


def test_loss_refuses_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(RuntimeError, match="size"):
        line_tensors.mean_squared_error(torch.zeros(1, 3), torch.zeros(2))


def test_some_rows_of_an_objective_have_the_losses_that_they_have_among_all() -> None:
    objective = LineObjective.of(
        line_of(THERMOMETER).prepared, [point(scale=scale) for scale in (1.0, 0.1, 0.01)], [SEED.init] * 3
    )
    some = objective.take(slice(2))
    assert some.loss(some.start).tolist() == objective.loss(objective.start).tolist()[:2]
