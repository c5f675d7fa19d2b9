"""Small networks in plain torch, in float64: what curvature says of them is held against torch's own Hessian."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import grad, hessian, vmap

Loss = Callable[[Tensor], Tensor]


class Slopes(NamedTuple):
    """A loss of one row of parameters, as functions of many rows."""

    loss: Callable[[Tensor], Tensor]
    gradient: Callable[[Tensor], Tensor]
    product: Callable[[Tensor, Tensor], Tensor]
    hessian: Callable[[Tensor], Tensor]


def slopes(loss: Loss) -> Slopes:
    """By autograd; products with the Hessian by reverse over reverse."""
    return Slopes(
        vmap(loss),
        vmap(grad(loss)),
        vmap(lambda at, along: grad(lambda place: (grad(loss)(place) * along).sum())(at)),
        vmap(hessian(loss)),
    )


def sizes_of(width: int, depth: int, inputs: int = 1) -> list[int]:
    return [inputs, *[width] * depth, 1]


def parameters_of(sizes: list[int]) -> int:
    return sum((before + 1) * after for before, after in pairwise(sizes))


def output(sizes: list[int], at: Tensor, x: Tensor, bend: Callable[[Tensor], Tensor] = torch.tanh) -> Tensor:
    """Of a perceptron, shape ``(n_samples, 1)``; ``at`` has the weights and the intercepts of each layer in turn."""
    for number, (before, after) in enumerate(pairwise(sizes)):
        weights, intercepts, at = at.tensor_split([before * after, (before + 1) * after])
        x = x @ weights.view(after, before).T + intercepts
        x = bend(x) if number < len(sizes) - 2 else x
    return x


def waves(samples: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets of a curve that bends thrice."""
    x = torch.linspace(-2, 2, samples, dtype=torch.float64)[:, None]
    return x, torch.sin(3 * x) + 0.1 * torch.cos(9 * x)
