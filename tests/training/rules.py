"""What tests of update rules share: runs of each optimizer with arguments of their own, and torch's to compare with."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind
from tests.conftest import point

SGD, ADAM, ADAMW, RMSPROP, ADAGRAD = OptimizerKind
KINDS: Mapping[str, Mapping[str, Any]] = {
    "sgd": {"optimizer": SGD},
    "sgd, decay": {"optimizer": SGD, "weight_decay": (1e-3, 0.5)},
    "momentum": {"optimizer": SGD, "momentum": (0.1, 0.99)},
    "momentum, decay": {"optimizer": SGD, "momentum": (0.1, 0.99), "weight_decay": (1e-3, 0.5)},
    "nesterov": {"optimizer": SGD, "momentum": (0.1, 0.99), "nesterov": True},
    "nesterov, decay": {"optimizer": SGD, "momentum": (0.1, 0.99), "nesterov": True, "weight_decay": (1e-3, 0.5)},
    "nesterov without momentum": {"optimizer": SGD, "nesterov": True},
    "adam": {"optimizer": ADAM, "beta1": (0.0, 0.99), "beta2": (0.5, 0.999), "eps": (1e-10, 1e-2)},
    "adam, decay": {"optimizer": ADAM, "beta1": (0.5, 0.99), "beta2": (0.5, 0.9999), "weight_decay": (1e-3, 0.5)},
    "adamw": {"optimizer": ADAMW, "beta1": (0.5, 0.99), "beta2": (0.9, 0.999), "weight_decay": (1e-3, 0.5)},
    "adamw without decay": {"optimizer": ADAMW},
    "rmsprop": {"optimizer": RMSPROP, "alpha": (0.5, 0.999), "eps": (1e-10, 1e-2)},
    "rmsprop, decay": {"optimizer": RMSPROP, "alpha": (0.5, 0.999), "weight_decay": (1e-3, 0.5)},
    "rmsprop, momentum": {"optimizer": RMSPROP, "alpha": (0.5, 0.999), "momentum": (0.1, 0.9)},
    "rmsprop, centered": {"optimizer": RMSPROP, "alpha": (0.9, 0.99), "centered": True, "eps": (0.01, 0.1)},
    "rmsprop, all": {"optimizer": RMSPROP, "alpha": (0.9, 0.99), "centered": True, "momentum": (0.1, 0.9),
                     "weight_decay": (1e-3, 0.5), "eps": (0.01, 0.1)},
    "adagrad": {"optimizer": ADAGRAD, "initial_accumulator_value": (0.0, 2.0), "eps": (1e-10, 1e-2)},
    "adagrad, slower": {"optimizer": ADAGRAD, "lr_decay": (1e-3, 0.1), "weight_decay": (1e-3, 0.5)},
}  # fmt: skip
"""Arguments of each: of a pair, each run has its own between the two."""


def runs(kind: str, count: int, seed: int = 0) -> list[Point]:
    """``count`` runs of ``KINDS[kind]``."""
    dice = np.random.default_rng(seed)

    def drawn(value: Any) -> Any:
        return float(dice.uniform(*value)) if isinstance(value, tuple) else value

    usual = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "alpha": 0.99}
    return [point(**usual | {name: drawn(value) for name, value in KINDS[kind].items()}) for _ in range(count)]


def torchs(run: Point, params: Tensor, lr: float) -> torch.optim.Optimizer:
    """torch's own of a run, on a tensor that it moves in place."""
    plain: dict[str, Any] = {"lr": lr, "weight_decay": run.weight_decay, "foreach": False}
    if run.optimizer is SGD:
        nesterov = run.nesterov and run.momentum > 0  # Elsewhere torch refuses it.
        return torch.optim.SGD([params], momentum=run.momentum, nesterov=nesterov, fused=False, **plain)
    if run.optimizer is RMSPROP:
        own = {name: getattr(run, name) for name in ("alpha", "eps", "momentum", "centered")}
        return torch.optim.RMSprop([params], **own, **plain)
    if run.optimizer is ADAGRAD:
        own = {name: getattr(run, name) for name in ("lr_decay", "initial_accumulator_value", "eps")}
        return torch.optim.Adagrad([params], fused=False, **own, **plain)
    kind = torch.optim.AdamW if run.optimizer is ADAMW else torch.optim.Adam
    return kind([params], betas=(run.beta1, run.beta2), eps=run.eps, fused=False, **plain)


Slope = Callable[[Tensor], Tensor]


def quadratic(params: Tensor) -> Tensor:
    """The slope of ``½·Σ λᵢ(θᵢ − 1)²``, λ from 0.1 to 3."""
    return (params - 1) * torch.linspace(0.1, 3, params.shape[-1], dtype=params.dtype)


def waves(params: Tensor) -> Tensor:
    """The slope of ``Σ log(cosh(θᵢ − 1)) + θᵢ·sin(θᵢ₊₁)/8``, each number with the next, the last with the first."""
    following, before = params.roll(-1, dims=-1), params.roll(1, dims=-1)
    return torch.tanh(params - 1) + (torch.sin(following) + before * torch.cos(params)) / 8
