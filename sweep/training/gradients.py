"""Three ways to the slope of a loss; each returns the loss as well, which the loop keeps."""

from collections.abc import Callable

import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.problem.problem import Losses
from sweep.settings.schema import Gradient

LossAndSlope = Callable[[Losses, Tensor, int, int], tuple[Tensor, Tensor]]
"""From losses, parameters ``(n_points, n_parameters)``, the epoch and the update of that, both from 0, to losses
``(n_points,)`` and slopes of the parameters' shape."""


def own(objective: Losses, params: Tensor, epoch: int, update: int) -> tuple[Tensor, Tensor]:
    """The gradient that the problem has of its own: written by hand, or a model's by torch."""
    return objective.loss_and_gradient(params, epoch, update)


def finite_difference(delta: float) -> LossAndSlope:
    """The gradient by central difference, ``(L(θ + δ) − L(θ − δ)) / 2δ`` for each parameter in turn."""

    def loss_and_slope(objective: Losses, params: Tensor, epoch: int, update: int) -> tuple[Tensor, Tensor]:
        slopes = []
        for column in range(params.shape[-1]):
            above, below = params.clone(), params.clone()
            above[:, column] += delta
            below[:, column] -= delta
            slopes.append((objective.loss(above) - objective.loss(below)) / (2.0 * delta))
        return objective.loss(params), torch.stack(slopes, dim=-1)

    return loss_and_slope


def autograd(objective: Losses, params: Tensor, epoch: int, update: int) -> tuple[Tensor, Tensor]:
    """The gradient by reverse-mode differentiation; rows do not mix, so one backward pass of the sum serves all."""
    with torch.enable_grad():
        leaf = params.detach().requires_grad_()
        loss = objective.loss(leaf)
        (slope,) = torch.autograd.grad(loss.sum(), leaf)
    return loss.detach(), slope


def of(point: Point) -> LossAndSlope:
    """The way that ``point`` asks for; that of a problem with one way is its own."""
    if not Point.DECLARED["gradient"].used(point) or point.gradient is Gradient.analytic:
        return own
    return autograd if point.gradient is Gradient.autograd else finite_difference(point.delta)
