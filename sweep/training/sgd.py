"""torch's SGD: plain descent, with momentum by Polyak or Nesterov, and with coupled weight decay."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from sweep.plan.point import Point
from sweep.training.by_row import decayed, some, used_by_row
from sweep.training.optimizer import State


@dataclass(frozen=True)
class SGD:
    """``g ← ∇L(θ) + wd·θ``, ``v ← β·v + g`` from ``v = 0``, ``θ ← θ − lr·v``; by Nesterov ``θ ← θ − lr·(g + β·v)``.

    Parameters
    ----------
    momentum, weight_decay : β and wd by row; None where they are 0.
    nesterov : means nothing without momentum.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum, ICML 2013. Theirs has lr within
    v; ours is torch's, which differs while the lr moves.
    """

    momentum: Tensor | None = None
    weight_decay: Tensor | None = None
    nesterov: bool = False
    timeless = True

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor) -> Self:
        """That of ``points``, a row each of ``like``."""
        return cls(
            used_by_row([point.momentum for point in points], like),
            used_by_row([point.weight_decay for point in points], like),
            points[0].nesterov,
        )

    def state(self, params: Tensor) -> State:
        """The velocity v, where there is momentum."""
        return () if self.momentum is None else (params.new_zeros(params.shape),)

    def update(self, params: Tensor, slope: Tensor, lr: Tensor, state: State, step: int) -> tuple[Tensor, State]:
        """A step along the slope, or along the velocity."""
        slope = decayed(slope, params, self.weight_decay)
        if self.momentum is None:
            return params - lr * slope, state
        velocity = (state[0] * self.momentum).add_(slope)
        direction = (velocity * self.momentum).add_(slope) if self.nesterov else velocity
        return params - lr * direction, (velocity,)

    def preconditioner(self, state: State, step: int) -> None:
        """None: a direction is divided by nothing."""

    def take(self, which: Tensor | slice) -> Self:
        """Of some of its rows."""
        return some(self, which)
