"""Three ways to the slope of a loss; each returns the loss as well, which the loop keeps."""

from collections.abc import Callable

import torch
from torch import Tensor

from sweep.problem.problem import Objective
from sweep.settings.schema import Gradient

LossAndSlope = Callable[[Objective, Tensor], tuple[Tensor, Tensor]]
"""From an objective and parameters ``(n_points, n_parameters)`` to losses ``(n_points,)`` and slopes of that shape."""


def analytic(objective: Objective, params: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient that the problem has written by hand."""
    return objective.loss_and_gradient(params)


def finite_difference(delta: float) -> LossAndSlope:
    """The gradient by central difference, ``(L(θ + δ) − L(θ − δ)) / 2δ`` for each parameter in turn."""

    def loss_and_slope(objective: Objective, params: Tensor) -> tuple[Tensor, Tensor]:
        slopes = []
        for column in range(params.shape[-1]):
            above, below = params.clone(), params.clone()
            above[:, column] += delta
            below[:, column] -= delta
            slopes.append((objective.loss(above) - objective.loss(below)) / (2.0 * delta))
        return objective.loss(params), torch.stack(slopes, dim=-1)

    return loss_and_slope


def autograd(objective: Objective, params: Tensor) -> tuple[Tensor, Tensor]:
    """The gradient by reverse-mode differentiation; rows do not mix, so one backward pass of the sum serves all."""
    with torch.enable_grad():
        leaf = params.detach().requires_grad_()
        loss = objective.loss(leaf)
        (slope,) = torch.autograd.grad(loss.sum(), leaf)
    return loss.detach(), slope


def by_name(gradient: Gradient, delta: float) -> LossAndSlope:
    """The way that ``gradient`` names."""
    return {
        Gradient.analytic: analytic,
        Gradient.finite_difference: finite_difference(delta),
        Gradient.autograd: autograd,
    }[gradient]
