"""Modules as users write them, of every kind that trains."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

SIZES = torch.arange(8)


class Net(nn.Module):
    order: Tensor

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(1, width), nn.Linear(width, 1)
        self.register_buffer("order", torch.arange(width).flip(0))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.tanh(self.a(x)))
        return found


class Flat(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, 0]


class KeepsItsInput(Net):
    def forward(self, x: Tensor) -> Tensor:
        self.seen, self.made, self.calls = x, super().forward(x), getattr(self, "calls", 0) + 1
        return self.made


class Reordered(Net):
    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.tanh(self.a(x))[:, self.order])
        return found


class DrawnBuffer(Net):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("factors", torch.randn(4))

    factors: Tensor

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.tanh(self.a(x)) * self.factors)
        return found


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(1, 4), nn.Linear(4, 1, bias=False), nn.Linear(4, 1, bias=False)
        self.c.weight = self.b.weight

    def forward(self, x: Tensor) -> Tensor:
        h = torch.tanh(self.a(x))
        found: Tensor = self.b(h) + self.c(h**2)
        return found


class HalfFrozen(Net):
    def __init__(self) -> None:
        super().__init__()
        self.a.requires_grad_(False)


class WithUnused(Net):
    def __init__(self) -> None:
        super().__init__()
        self.spare = nn.Linear(3, 3)


class Numbers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.p = nn.ParameterList([nn.Parameter(torch.tensor(0.1 * k)) for k in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        a, b, c = self.p
        found: Tensor = a + b * x + c * x**2
        return found


class Doubled(Net):
    def __init__(self) -> None:
        super().__init__()
        self.double()


class WritesIntoZeros(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(len(x), 1)
        h[:, 0] = super().forward(x)[:, 0]
        return h


class DoublesItsInput(Net):
    def forward(self, x: Tensor) -> Tensor:
        x *= 2
        return super().forward(x)


class Recurrent(nn.Module):
    def __init__(self, kind: str) -> None:
        super().__init__()
        self.r: nn.Module = getattr(nn, kind)(1, 3, batch_first=True)
        self.o = nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.o(self.r(x[:, :, None])[0][:, -1])
        return found


class Convolution(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c, self.o = nn.Conv1d(1, 3, 3, padding=1), nn.Linear(24, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.o(torch.tanh(self.c(x[:, None, :] * SIZES.to(x) / 8)).flatten(1))
        return found


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.e, self.m, self.o = nn.Linear(1, 4), nn.MultiheadAttention(4, 2, batch_first=True), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.stack([self.e(x), self.e(x * 2)], 1)
        found: Tensor = self.o(self.m(h, h, h, need_weights=False)[0].mean(1))
        return found


class Rounded(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.e, self.o = nn.Embedding(9, 4), nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.o(self.e((x[:, 0] * 2).round().long().clamp(-4, 4) + 4))
        return found


def between(*layers: nn.Module) -> nn.Module:
    """Layers of four numbers between two linear ones."""
    return nn.Sequential(nn.Linear(1, 4), *layers, nn.Tanh(), nn.Linear(4, 1))


def shared() -> nn.Module:
    layer = nn.Linear(4, 4)
    return between(layer, nn.Tanh(), layer)


def layer_norm() -> nn.Module:
    return between(nn.LayerNorm(4))


def group_norm() -> nn.Module:
    return between(nn.GroupNorm(2, 4))


def batch_norm(track_running_stats: bool) -> nn.Module:
    return between(nn.BatchNorm1d(4, track_running_stats=track_running_stats))


def weight_norm() -> nn.Module:
    return between(parametrizations.weight_norm(nn.Linear(4, 4)))


def orthogonal() -> nn.Module:
    return between(parametrizations.orthogonal(nn.Linear(4, 4)))


def spectral_norm() -> nn.Module:
    return between(parametrizations.spectral_norm(nn.Linear(4, 4)))


def relu_in_place() -> nn.Module:
    return between(nn.Linear(4, 4), nn.ReLU(inplace=True))


def transformer() -> nn.Module:
    layer = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
    return nn.Sequential(nn.Linear(1, 4), nn.Unflatten(1, (1, 4)), layer, nn.Flatten(), nn.Linear(4, 1))


def compiled() -> nn.Module:
    found: nn.Module = torch.compile(between(torch.compile(nn.Linear(4, 4))))  # type: ignore[arg-type, assignment]
    return found


def lazy(run: bool) -> nn.Module:
    found = nn.Sequential(nn.LazyLinear(4), nn.Tanh(), nn.LazyLinear(1))
    if run:
        found(torch.zeros(2, 1))
    return found


class CallsItem(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * (2 + torch.tanh(self.a.bias[0]).item())


class Branches(Net):
    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        return y if self.b.bias[0] < 1e9 else 2 * y


class AddsInPlace(Net):
    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros(len(x), 4, dtype=x.dtype)
        h += self.a(x)
        found: Tensor = self.b(torch.tanh(h))
        return found


class ThroughNumpy(Net):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * float(np.cos(self.b.bias.detach().numpy()[0]))


class Dropped(nn.Module):
    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.a, self.d, self.b = nn.Linear(1, width), nn.Dropout(0.3), nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.b(torch.tanh(self.d(self.a(x))))
        return found


class Skips(nn.Module):
    """Has no slope at most updates, by chance."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        kept = (torch.rand(1) < 0.3).to(x) if self.training else x.new_ones(1)
        return x * self.a * kept
