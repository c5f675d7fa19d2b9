"""Gradient descent on a line under mean squared error, as tensor maths over ``(n_points, n_samples)``.

One run is a batch of one: there is no second loop. Every operation acts on rows alone, reductions run along the last
axis, so a row of a batch has the same bits as the row alone (on one torch thread; ``sweep.engine`` sees to that).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sweep.settings import Gradient

GradientFunction = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def predict(params: Tensor, x: Tensor) -> Tensor:
    """``p = w·x + b``.

    Parameters
    ----------
    params : shape ``(n_points, 2)``, columns w and b.
    x : scaled inputs, shape ``(n_points, n_samples)``.

    Returns
    -------
    Tensor of shape ``(n_points, n_samples)``, in the target's unit.
    """
    w, b = params[:, 0:1], params[:, 1:2]
    return w * x + b


def loss(p: Tensor, t: Tensor) -> Tensor:
    """Mean squared error, ``mean((p − t)²)``: the full mean, not half of it.

    Parameters
    ----------
    p, t : predictions and targets, broadcast to ``(n_points, n_samples)``.

    Returns
    -------
    Tensor of shape ``(n_points,)``.
    """
    return ((p - t) ** 2).mean(dim=-1)


def analytic(params: Tensor, x: Tensor, t: Tensor, p: Tensor) -> Tensor:
    """The gradient by the chain rule: ``dL/dp = 2(p − t)/n``, ``dp/dw = x``, ``dp/db = 1``.

    Parameters
    ----------
    params, x, t, p : as in :func:`predict` and :func:`loss`; ``p`` is ``predict(params, x)``.

    Returns
    -------
    Tensor of shape ``(n_points, 2)``.
    """
    dloss_dp = 2 * (p - t) / t.shape[-1]
    return torch.stack([(dloss_dp * x).sum(dim=-1), dloss_dp.sum(dim=-1)], dim=-1)


def finite_difference(delta: float) -> GradientFunction:
    """The gradient by central difference, ``(L(θ + δ) − L(θ − δ)) / 2δ`` for each parameter in turn."""

    def gradient(params: Tensor, x: Tensor, t: Tensor, p: Tensor) -> Tensor:
        slopes = []
        for place in range(params.shape[-1]):
            above, below = params.clone(), params.clone()
            above[:, place] += delta
            below[:, place] -= delta
            slopes.append((loss(predict(above, x), t) - loss(predict(below, x), t)) / (2.0 * delta))
        return torch.stack(slopes, dim=-1)

    return gradient


def autograd(params: Tensor, x: Tensor, t: Tensor, p: Tensor) -> Tensor:
    """The gradient by reverse-mode differentiation; rows do not mix, so one backward pass of the sum serves all."""
    with torch.enable_grad():
        leaf = params.detach().requires_grad_()
        (slope,) = torch.autograd.grad(loss(predict(leaf, x), t).sum(), leaf)
    return slope


def gradient_function(gradient: Gradient, delta: float) -> GradientFunction:
    """The function that ``gradient`` names."""
    return {
        Gradient.analytic: analytic,
        Gradient.finite_difference: finite_difference(delta),
        Gradient.autograd: autograd,
    }[gradient]


@dataclass(frozen=True)
class Stop:
    """The state after ``epoch`` updates, of the rows that are still descending then: the first ``len(final_loss)``.

    Shapes: ``params (n_active, 2)``, ``final_loss (n_active,)``, ``stalled (n_active,)`` bool.
    """

    epoch: int
    params: Tensor
    final_loss: Tensor
    stalled: Tensor


@torch.no_grad()
def descend(
    params: Tensor,
    x: Tensor,
    t: Tensor,
    lr: Tensor,
    epochs: Sequence[int],
    stops: Sequence[int],
    gradient: GradientFunction,
) -> tuple[Tensor, list[Stop]]:
    """Repeat ``θ ← θ − lr·∇L(θ)`` and keep every loss.

    Parameters
    ----------
    params : start values, shape ``(n_points, 2)``.
    x, t : scaled inputs ``(n_points, n_samples)`` and targets ``(n_samples,)``.
    lr : learning rates, shape ``(n_points, 1)``.
    epochs : updates a row makes, each >= 1, in descending order.
    stops : ascending epochs at which to keep the state as well; the last is ``epochs[0]``.
    gradient : from :func:`gradient_function`.

    Returns
    -------
    losses : shape ``(epochs[0], n_points)``; ``losses[k, i]`` is row i's loss before update k + 1, and means nothing
        for ``k >= epochs[i]``.
    stops : one :class:`Stop` for each of ``stops``.
    """
    losses = params.new_empty((epochs[0], len(epochs)))
    kept: list[Stop] = []
    start = 0
    for stop in stops:
        active = sum(1 for count in epochs if count >= stop)
        params, x, lr = params[:active], x[:active], lr[:active]
        previous = params
        for k in range(start, stop):
            p = predict(params, x)
            losses[k, :active] = loss(p, t)
            previous, params = params, params - lr * gradient(params, x, t, p)
        stalled = (params == previous).all(dim=-1)
        kept.append(Stop(stop, params, loss(predict(params, x), t), stalled))
        start = stop
    return losses, kept
