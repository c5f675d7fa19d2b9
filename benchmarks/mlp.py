"""A tanh MLP with two hidden layers, as a user of torch trains it by a plain loop; and many at once by ``torch.vmap``.

Both are written here without ``sweep``: the benchmark must not depend on what it measures.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

INPUTS = 2


def table(samples: int) -> tuple[Tensor, Tensor]:
    """Normal inputs and a curved target with noise, shapes ``(samples, 2)`` and ``(samples,)``."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randn((samples, INPUTS), generator=dice)
    t = torch.sin(2 * x[:, 0]) * x[:, 1] + 0.1 * torch.randn(samples, generator=dice)
    return x, t


def rates(points: int, low: float = 1e-3, high: float = 0.1) -> list[float]:
    """Learning rates, log-spaced, of which none diverges."""
    return [float(f"{low * (high / low) ** (k / max(points - 1, 1)):.6g}") for k in range(points)]


def module(width: int) -> nn.Module:
    """The model."""
    return nn.Sequential(nn.Linear(INPUTS, width), nn.Tanh(), nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))


def train(x: Tensor, t: Tensor, model: nn.Module, lr: float, epochs: int) -> list[float]:
    """Train ``model`` by full-batch descent.

    Returns
    -------
    The loss before each update.
    """
    target = t[:, None]
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), target)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return losses


def train_batched(x: Tensor, t: Tensor, width: int, lr: Sequence[float], epochs: int, rows: int = 128) -> Tensor:
    """A model a learning rate, ``rows`` at once by ``torch.vmap``, all from one start.

    Returns
    -------
    The losses before each update, shape ``(len(lr), epochs)``.
    """
    torch.manual_seed(0)
    model = module(width)
    names = [name for name, _ in model.named_parameters()]

    def loss(*params: Tensor) -> Tensor:
        own = dict(zip(names, params, strict=True))
        return nn.functional.mse_loss(torch.func.functional_call(model, own, (x,)), t[:, None])

    found = []
    for part in torch.tensor(lr).split(rows):
        params = [each.detach().expand(len(part), *each.shape).clone() for each in model.parameters()]
        kept = torch.empty(epochs, len(part))
        for epoch in range(epochs):
            for each in params:
                each.requires_grad_()
            losses = torch.vmap(loss)(*params)
            slopes = torch.autograd.grad(losses.sum(), params)
            with torch.no_grad():
                kept[epoch] = losses.detach()
                params = [p - part.view(-1, *[1] * (p.ndim - 1)) * s for p, s in zip(params, slopes, strict=True)]
        found.append(kept.T)
    return torch.cat(found)
