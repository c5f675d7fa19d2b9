"""Loops as a peer's user writes them, one point at a time; and the same arithmetic on all points at once.

All are written here in plain torch, without ``sweep``: the benchmark must not depend on what it measures.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from benchmarks.grid import Grid

T_U = (35.7, 55.9, 58.2, 81.9, 56.3, 48.9, 33.9, 21.8, 48.4, 60.4, 68.4)
T_C = (0.5, 14.0, 15.0, 28.0, 11.0, 8.0, 3.0, -4.0, 6.0, 13.0, 21.0)


def train(lr: float, scale: float, epochs: int) -> tuple[list[float], float, float]:
    """Fit a line to eleven thermometer readings by gradient descent, in float32.

    Returns
    -------
    The loss before each update, and the final w and b.

    References
    ----------
    Stevens, Antiga, Viehmann: Deep Learning with PyTorch, Manning 2020, section 5.4.
    """
    x, t = scale * torch.tensor(T_U), torch.tensor(T_C)
    params = torch.tensor([1.0, 0.0])
    losses = []
    for _ in range(epochs):
        w, b = params
        p = w * x + b
        losses.append(((p - t) ** 2).mean().item())
        dloss_dp = 2 * (p - t) / p.size(0)
        params = params - lr * torch.stack([(dloss_dp * x).sum(), dloss_dp.sum()])
    return losses, params[0].item(), params[1].item()


def train_batched(grid: "Grid") -> tuple[Tensor, Tensor]:
    """Every point of ``grid`` as a row of one tensor.

    Returns
    -------
    losses : shape ``(n_points, epochs)``, float32.
    params : final w and b, shape ``(n_points, 2)``.
    """
    torch.set_num_threads(1)
    lr, scale = torch.tensor(grid.points).T[:, :, None]
    x, t = scale * torch.tensor(T_U), torch.tensor(T_C)
    w, b = torch.ones_like(lr), torch.zeros_like(lr)
    losses = torch.empty(grid.epochs, len(x))
    for epoch in range(grid.epochs):
        p = w * x + b
        losses[epoch] = ((p - t) ** 2).mean(dim=1)
        dloss_dp = 2 * (p - t) / len(t)
        w = w - lr * (dloss_dp * x).sum(dim=1, keepdim=True)
        b = b - lr * dloss_dp.sum(dim=1, keepdim=True)
    return losses.T.contiguous(), torch.cat([w, b], dim=1)


def wide_table(inputs: int, samples: int) -> tuple[Tensor, Tensor]:
    """Normal inputs and a target that follows them with noise, shapes ``(samples, inputs)`` and ``(samples,)``."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn((samples, inputs), generator=dice)
    t = x @ torch.randn(inputs, generator=dice) + torch.randn(samples, generator=dice)
    return x, t


def train_wide(x: Tensor, t: Tensor, start: Sequence[float], lr: float, epochs: int) -> list[float]:
    """Fit ``t = w · x + b`` by gradient descent, in float32, with the slope written by hand.

    Returns
    -------
    The loss before each update.
    """
    params = torch.tensor(start)
    w, b = params[:-1], params[-1]
    losses = []
    for _ in range(epochs):
        p = x @ w + b
        losses.append(((p - t) ** 2).mean().item())
        dloss_dp = 2 * (p - t) / p.size(0)
        w = w - lr * (dloss_dp @ x)
        b = b - lr * dloss_dp.sum()
    return losses
