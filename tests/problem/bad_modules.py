"""Modules as users write them that cannot train, or raise, or have no second derivative."""

from asyncio import CancelledError
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tests.problem.any_modules import Net


class ThreeInputs(nn.Linear):
    def __init__(self) -> None:
        super().__init__(3, 1)


class TwoOutputs(nn.Linear):
    def __init__(self) -> None:
        super().__init__(1, 2)


class Pair(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x), x  # type: ignore[return-value]


class Nothing(Net):
    def forward(self, x: Tensor) -> Tensor:
        return None  # type: ignore[return-value]


class Complex(Net):
    def forward(self, x: Tensor) -> Tensor:
        return torch.complex(super().forward(x), x)


class Whole(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).round().long()


class Detached(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).detach()


class WithoutGrad(Net):
    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)


class Counts(Net):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x) * (1 + 1e-6 * self.calls)


class UsesTheLast(Net):
    last: Tensor | float = 0.0

    def forward(self, x: Tensor) -> Tensor:
        self.last = super().forward(x) + 0.1 * self.last
        return self.last


class DrawsByNumpy(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + float(np.random.rand())


class DrawsByItsOwn(Net):
    def __init__(self) -> None:
        super().__init__()
        self.own = torch.Generator().manual_seed(1)

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        return y + torch.randn(y.shape, generator=self.own, dtype=y.dtype) if self.training else y


class DrawsAlways(Net):
    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        return y + torch.randn_like(y)


class BufferAdded(Net):
    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x)


class BufferReplaced(BufferAdded):
    def forward(self, x: Tensor) -> Tensor:
        self.calls = self.calls + 1
        return Net.forward(self, x)


class Clamps(Net):
    """Changes a parameter, but only once updates have led it there."""

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            self.a.weight.clamp_(-1, 1)
        return super().forward(x)


class AllFrozen(Net):
    def __init__(self) -> None:
        super().__init__()
        self.requires_grad_(False)


class Empty(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class OddlyNamed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.p = nn.ParameterDict({"a|b": nn.Parameter(torch.zeros(()))})

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = x * self.p["a|b"]
        return found


class Large(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.e = nn.Parameter(torch.empty(10_000_001))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.e[0]


class RaisesMade(Net):
    def __init__(self, most: int = 0, width: int = 4) -> None:
        super().__init__(width)
        if width > most:
            raise ValueError(f"no width of {width}")


class Own(BaseException):
    """What no ``except Exception`` takes."""


RAISED = {each.__name__: each for each in (ValueError, KeyError, SystemExit, GeneratorExit, CancelledError, Own)}


class Raises(Net):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def forward(self, x: Tensor) -> Tensor:
        raise RAISED[self.kind]("as it is called")


class RaisesOnNan(Net):
    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        if torch.isnan(y).any():
            raise FloatingPointError("no number")
        return y


class Factored(nn.Module):
    """Raises where a matrix of its parameters has no factor: in a tile, for one row among others."""

    def __init__(self) -> None:
        super().__init__()
        self.p, self.q = nn.Parameter(torch.tensor(1.0)), nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        rows = torch.stack([self.p, self.q, self.q, self.p]).view(2, 2)
        factor: Tensor = torch.linalg.cholesky(rows)
        return x * factor[1, 1] + factor[1, 0]


class OtherSizes(nn.Module):
    """Has other shapes by another seed."""

    def __init__(self) -> None:
        super().__init__()
        self.p = nn.Parameter(torch.randn(int(torch.randint(2, 60, ()))))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.p.sum()


class NanAtOnce(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) / (x - x)


class Square(torch.autograd.Function):
    """Has a gradient, and no gradient of that."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, slope: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            raise NotImplementedError("no second derivative")
        x: Tensor = ctx.saved_tensors[0]
        return 2 * x * slope


class OnceDifferentiable(Net):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = Square.apply(super().forward(x))  # type: ignore[no-untyped-call]
        return found
