"""Modules whose curvature is hard to measure, or says something else than others'."""

from typing import Any

import torch
from torch import Tensor, nn

from tests.problem.any_modules import Net


class OnlySingle(Net):
    """Knows no float64."""

    def __init__(self, outputs: int = 1) -> None:
        super().__init__()
        self.b = nn.Linear(4, outputs)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.tanh(self.a(x)) @ torch.eye(4))
        return found


class Part(torch.autograd.Function):
    """A square whose slope does not say how it changes with its input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        x: Tensor = ctx.saved_tensors[0]
        return 2 * x.detach() * slope


class Once(Part):
    """The same, by torch's own word for it."""

    backward = staticmethod(torch.autograd.function.once_differentiable(Part.backward))  # type: ignore[assignment]


class Curved(Net):
    def __init__(self, by: str) -> None:
        super().__init__()
        self.by: Any = {"Part": Part, "Once": Once}[by]

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(self.by.apply(self.a(x)))
        return found


class Level(Net):
    """Starts where the loss has no slope but along one number, and descent keeps it there."""

    def __init__(self, width: int = 4) -> None:
        super().__init__(width)
        for each in self.parameters():
            nn.init.zeros_(each)


class Folded(nn.Module):
    """Multiplies a matrix that does not train with a vector that does: of many rows torch makes one product."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.w, self.shift = nn.Parameter(torch.randn(width) / 3), nn.Parameter(torch.zeros(()))
        self.register_buffer("fixed", torch.randn(inputs, width))

    fixed: Tensor

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x @ (self.fixed @ self.w)) + self.shift


class Narrow(nn.Module):
    """Raises a little beside of where it starts, though not along its own descent."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        width: Tensor = torch.linalg.cholesky((0.02 - (self.a - 1) ** 2)[None])
        return x * self.a + width[0, 0]
