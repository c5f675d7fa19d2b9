"""torch's Adam and AdamW."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from torch import Tensor

from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind
from sweep.training.by_row import by_row, decayed, some, used_by_row
from sweep.training.corrections import Corrections
from sweep.training.optimizer import State


@dataclass(frozen=True)
class Adam:
    """``m ← β1·m + (1 − β1)·g``, ``v ← β2·v + (1 − β2)·g²``, ``θ ← θ − lr·m̂/(√v̂ + ε)``.

    ``m̂ = m/(1 − β1^t)`` and ``v̂ = v/(1 − β2^t)``, t counting updates from 1. Coupled, ``g = ∇L(θ) + wd·θ``; decoupled
    (AdamW), ``g = ∇L(θ)``, and θ is multiplied by ``1 − lr·wd`` before it moves.

    Parameters
    ----------
    beta2, rest1, rest2, weight_decay : β2, 1 − β1, 1 − β2 and wd by row; ``weight_decay`` is None where it is 0.

    References
    ----------
    Kingma, Ba: Adam, ICLR 2015, algorithm 1. Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019,
    algorithm 2; torch multiplies wd by the lr there.
    """

    beta2: Tensor
    rest1: Tensor
    rest2: Tensor
    corrections: Corrections
    weight_decay: Tensor | None = None
    decoupled: bool = False
    timeless = False

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor) -> Self:
        """That of ``points``, a row each of ``like``."""
        beta1, beta2 = [point.beta1 for point in points], [point.beta2 for point in points]
        return cls(
            by_row(beta2, like),
            by_row([1 - beta for beta in beta1], like),
            by_row([1 - beta for beta in beta2], like),
            Corrections(beta1, beta2, [point.eps for point in points], like),
            used_by_row([point.weight_decay for point in points], like),
            points[0].optimizer is OptimizerKind.adamw,
        )

    def state(self, params: Tensor) -> State:
        """The means m and v."""
        return params.new_zeros(params.shape), params.new_zeros(params.shape)

    def update(self, params: Tensor, slope: Tensor, lr: Tensor, state: State, step: int) -> tuple[Tensor, State]:
        """A step along the mean slope, divided by the root of its mean square."""
        mean, square = state
        if not self.decoupled:
            slope = decayed(slope, params, self.weight_decay)
        elif self.weight_decay is not None:
            params = params * (1 - lr * self.weight_decay)
        mean = (slope - mean).mul_(self.rest1).add_(mean)
        square = (square * self.beta2).add_((slope * self.rest2).mul_(slope))
        rate, eps = self.corrections.at(step + 1)
        direction = (mean * (lr * rate)).div_(square.sqrt().add_(eps))
        return params - direction, (mean, square)

    def preconditioner(self, state: State, step: int) -> Tensor:
        """``(1 − β1^t)·(√v̂ + ε)``, which m was divided by, in float64."""
        rate, eps = self.corrections.at(step)
        return state[1].double().sqrt().add_(eps).div_(rate)

    def take(self, which: Tensor | slice) -> Self:
        """Of some of its rows."""
        return replace(some(self, which), corrections=self.corrections.take(which))
