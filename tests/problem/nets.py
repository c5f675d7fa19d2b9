"""Small networks in plain torch, in float64: what curvature says of them is held against torch's own Hessian."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, hessian, vmap

Loss = Callable[[Tensor], Tensor]


class Slopes(NamedTuple):
    """A loss of rows of parameters."""

    loss: Callable[[Tensor], Tensor]
    gradient: Callable[[Tensor], Tensor]
    product: Callable[[Tensor, Tensor], Tensor]
    hessian: Callable[[Tensor], Tensor]


def slopes(loss: Loss) -> Slopes:
    """By autograd, of a loss of one row and of many; products with the Hessian by reverse over reverse."""

    def gradient(at: Tensor) -> Tensor:
        leaf = at.detach().requires_grad_()
        (found,) = torch.autograd.grad(loss(leaf).sum(), leaf)
        return found

    along = vmap(lambda at, along: grad(lambda place: (grad(loss)(place) * along).sum())(at))
    return Slopes(loss, gradient, along, vmap(hessian(loss)))


def sizes_of(width: int, depth: int, inputs: int = 1) -> list[int]:
    return [inputs, *[width] * depth, 1]


def parameters_of(sizes: list[int]) -> int:
    return sum((before + 1) * after for before, after in pairwise(sizes))


def output(sizes: list[int], at: Tensor, x: Tensor, bend: Callable[[Tensor], Tensor] = torch.tanh) -> Tensor:
    """Of perceptrons, shape ``(…, n_samples, 1)``; ``at`` has the weights and the intercepts of each layer in turn."""
    for number, (before, after) in enumerate(pairwise(sizes)):
        weights, intercepts, at = at.tensor_split([before * after, (before + 1) * after], dim=-1)
        x = x @ weights.reshape(*weights.shape[:-1], after, before).mT + intercepts[..., None, :]
        x = bend(x) if number < len(sizes) - 2 else x
    return x


def waves(samples: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets of a curve that bends thrice."""
    x = torch.linspace(-2, 2, samples, dtype=torch.float64)[:, None]
    return x, torch.sin(3 * x) + 0.1 * torch.cos(9 * x)
