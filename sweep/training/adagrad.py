"""torch's Adagrad."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.training.by_row import by_row, decayed, some, used_by_row
from sweep.training.optimizer import State


@dataclass(frozen=True)
class Adagrad:
    """``s ← s + g²``, ``θ ← θ − lr/(1 + (t − 1)·d)·g/(√s + ε)``, where ``g = ∇L(θ) + wd·θ`` and t counts from 1.

    Parameters
    ----------
    initial, eps, weight_decay : of s at the start, ε and wd by row; ``weight_decay`` is None where it is 0.
    lr_decay : d, shape ``(n_points, 1)``, float64; None where it is 0.

    References
    ----------
    Duchi, Hazan, Singer: Adaptive subgradient methods for online learning and stochastic optimization, JMLR 12, 2011,
    figure 1 with diagonal matrices.
    """

    initial: Tensor
    eps: Tensor
    weight_decay: Tensor | None = None
    lr_decay: Tensor | None = None

    @property
    def timeless(self) -> bool:
        """Not with ``lr_decay``: what the slope is divided by then grows with every update."""
        return self.lr_decay is None

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor) -> Self:
        """That of ``points``, a row each of ``like``."""
        decay = like.new_tensor([point.lr_decay for point in points], dtype=torch.float64)[:, None]
        return cls(
            by_row([point.initial_accumulator_value for point in points], like),
            by_row([point.eps for point in points], like),
            used_by_row([point.weight_decay for point in points], like),
            decay if decay.any() else None,
        )

    def state(self, params: Tensor) -> State:
        """The sum of squares s."""
        return (self.initial.expand(params.shape).clone(),)

    def update(self, params: Tensor, slope: Tensor, lr: Tensor, state: State, step: int) -> tuple[Tensor, State]:
        """A step along the slope, divided by the root of the sum of its squares so far."""
        slope = decayed(slope, params, self.weight_decay)
        square = (slope * slope).add_(state[0])
        if self.lr_decay is not None:
            lr = lr / (1 + step * self.lr_decay).to(lr.dtype)
        return params - (lr * slope).div_(square.sqrt().add_(self.eps)), (square,)

    def preconditioner(self, state: State, step: int) -> Tensor:
        """``(1 + (t − 1)·d)·(√s + ε)``, which the slope was divided by at update ``step``, from 1; in float64."""
        root = state[0].double().sqrt().add_(self.eps)
        return root if self.lr_decay is None else root * (1 + (step - 1) * self.lr_decay)

    def take(self, which: Tensor | slice) -> Self:
        """Of some of its rows."""
        return some(self, which)
