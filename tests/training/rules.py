"""What tests of update rules share: runs of each optimizer with arguments of their own, and torch's to compare with."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.training.adagrad import Adagrad
from sweep.training.adam import Adam
from sweep.training.optimizer import Optimizer
from sweep.training.rmsprop import RMSprop
from sweep.training.sgd import SGD

RULES: Mapping[str, Callable[[Sequence[Point], Tensor], Optimizer]] = {
    "sgd": SGD.of, "adam": Adam.of, "adamw": Adam.of, "rmsprop": RMSprop.of, "adagrad": Adagrad.of
}  # fmt: skip

NONE = {
    "momentum": 0.0, "nesterov": False, "weight_decay": 0.0, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "alpha": 0.99,
    "centered": False, "lr_decay": 0.0, "initial_accumulator_value": 0.0,
}  # fmt: skip

KINDS: Mapping[str, Mapping[str, Any]] = {
    "sgd": {"optimizer": "sgd"},
    "sgd, decay": {"optimizer": "sgd", "weight_decay": (1e-3, 0.5)},
    "momentum": {"optimizer": "sgd", "momentum": (0.1, 0.99)},
    "momentum, decay": {"optimizer": "sgd", "momentum": (0.1, 0.99), "weight_decay": (1e-3, 0.5)},
    "nesterov": {"optimizer": "sgd", "momentum": (0.1, 0.99), "nesterov": True},
    "nesterov, decay": {"optimizer": "sgd", "momentum": (0.1, 0.99), "nesterov": True, "weight_decay": (1e-3, 0.5)},
    "nesterov without momentum": {"optimizer": "sgd", "nesterov": True},
    "adam": {"optimizer": "adam", "beta1": (0.0, 0.99), "beta2": (0.5, 0.999), "eps": (1e-10, 1e-2)},
    "adam, decay": {"optimizer": "adam", "beta1": (0.5, 0.99), "beta2": (0.5, 0.9999), "weight_decay": (1e-3, 0.5)},
    "adamw": {"optimizer": "adamw", "beta1": (0.5, 0.99), "beta2": (0.9, 0.999), "weight_decay": (1e-3, 0.5)},
    "adamw without decay": {"optimizer": "adamw"},
    "rmsprop": {"optimizer": "rmsprop", "alpha": (0.5, 0.999), "eps": (1e-10, 1e-2)},
    "rmsprop, decay": {"optimizer": "rmsprop", "alpha": (0.5, 0.999), "weight_decay": (1e-3, 0.5)},
    "rmsprop, momentum": {"optimizer": "rmsprop", "alpha": (0.5, 0.999), "momentum": (0.1, 0.9)},
    "rmsprop, centered": {"optimizer": "rmsprop", "alpha": (0.9, 0.99), "centered": True, "eps": (0.01, 0.1)},
    "rmsprop, all": {"optimizer": "rmsprop", "alpha": (0.9, 0.99), "centered": True, "momentum": (0.1, 0.9),
                     "weight_decay": (1e-3, 0.5), "eps": (0.01, 0.1)},
    "adagrad": {"optimizer": "adagrad", "initial_accumulator_value": (0.0, 2.0), "eps": (1e-10, 1e-2)},
    "adagrad, slower": {"optimizer": "adagrad", "lr_decay": (1e-3, 0.1), "weight_decay": (1e-3, 0.5)},
}  # fmt: skip
"""Arguments of each: of a pair, each run has its own between the two."""


def runs(kind: str, count: int, seed: int = 0) -> list[Point]:
    """``count`` runs of ``KINDS[kind]``."""
    dice = np.random.default_rng(seed)

    def drawn(value: Any) -> Any:
        return float(dice.uniform(*value)) if isinstance(value, tuple) else value

    found = [{name: drawn(value) for name, value in KINDS[kind].items()} for _ in range(count)]
    return [cast(Point, SimpleNamespace(**{**NONE, **each})) for each in found]


def rule_of(points: Sequence[Point], like: Tensor) -> Optimizer:
    """Our own of runs, a row each of ``like``."""
    return RULES[points[0].optimizer](points, like)


def torchs(point: Point, params: Tensor, lr: float) -> torch.optim.Optimizer:
    """torch's own of a run, on a tensor that it moves in place."""
    plain: dict[str, Any] = {"lr": lr, "weight_decay": point.weight_decay, "foreach": False}
    if point.optimizer == "sgd":
        nesterov = point.nesterov and point.momentum > 0  # Elsewhere torch refuses it.
        return torch.optim.SGD([params], momentum=point.momentum, nesterov=nesterov, fused=False, **plain)
    if point.optimizer == "rmsprop":
        own = {name: getattr(point, name) for name in ("alpha", "eps", "momentum", "centered")}
        return torch.optim.RMSprop([params], **own, **plain)
    if point.optimizer == "adagrad":
        own = {name: getattr(point, name) for name in ("lr_decay", "initial_accumulator_value", "eps")}
        return torch.optim.Adagrad([params], fused=False, **own, **plain)
    kind = torch.optim.AdamW if point.optimizer == "adamw" else torch.optim.Adam
    return kind([params], betas=(point.beta1, point.beta2), eps=point.eps, fused=False, **plain)


Slope = Callable[[Tensor], Tensor]


def quadratic(params: Tensor) -> Tensor:
    """The slope of ``½·Σ λᵢ(θᵢ − 1)²``, λ from 0.1 to 3."""
    return (params - 1) * torch.linspace(0.1, 3, params.shape[-1], dtype=params.dtype)


def waves(params: Tensor) -> Tensor:
    """The slope of ``Σ log(cosh(θᵢ − 1)) + θᵢ·sin(θᵢ₊₁)/8``, each number with the next, the last with the first."""
    following, before = params.roll(-1, dims=-1), params.roll(1, dims=-1)
    return torch.tanh(params - 1) + (torch.sin(following) + before * torch.cos(params)) / 8


SLOPES: Mapping[str, Slope] = {"quadratic": quadratic, "waves": waves}
