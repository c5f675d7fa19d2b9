"""The shipped perceptron as a torch module."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

FUNCTIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "sigmoid": torch.sigmoid,
    "softplus": functional.softplus,
    "identity": lambda x: x,
}
"""What each activation is; gelu is the exact one."""


class MLP(nn.Module):
    """A perceptron: ``x ← activation(W·x + b)`` for each hidden layer, then ``W·x + b``.

    Parameters
    ----------
    inputs, outputs : numbers that go in and come out of a sample.
    width, depth, activation : units of a hidden layer, how many of these, and one of :data:`FUNCTIONS`.
    """

    def __init__(self, inputs: int, outputs: int, width: int, depth: int, activation: str) -> None:
        super().__init__()
        sizes = [inputs, *[width] * depth]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.out = nn.Linear(sizes[-1], outputs)
        self.activation = FUNCTIONS[activation]

    def forward(self, x: Tensor) -> Tensor:
        """From shape ``(n, inputs)`` to ``(n, outputs)``."""
        for layer in self.hidden:
            x = self.activation(layer(x))
        found: Tensor = self.out(x)
        return found
