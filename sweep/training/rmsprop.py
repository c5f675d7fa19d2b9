"""torch's RMSprop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from torch import Tensor

from sweep.plan.point import Point
from sweep.training.by_row import by_row, decayed, some, used_by_row
from sweep.training.optimizer import State


@dataclass(frozen=True)
class RMSprop:
    """``v ← α·v + (1 − α)·g²`` from ``v = 0``, ``θ ← θ − lr·g/(√v + ε)``, where ``g = ∇L(θ) + wd·θ``.

    Centered, ``√(v − a²)`` stands for ``√v``, a being the mean of g as v is that of g². With momentum β,
    ``u ← β·u + g/(√v + ε)``, ``θ ← θ − lr·u``.

    Parameters
    ----------
    alpha, rest, eps, weight_decay, momentum : α, 1 − α, ε, wd and β by row; the last two are None where they are 0.

    References
    ----------
    Tieleman, Hinton: Neural networks for machine learning, lecture 6.5, 2012. Graves: Generating sequences with
    recurrent neural networks, 2013, equations 38 to 41 (centered).
    """

    alpha: Tensor
    rest: Tensor
    eps: Tensor
    weight_decay: Tensor | None = None
    momentum: Tensor | None = None
    centered: bool = False
    timeless = True

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor) -> Self:
        """That of ``points``, a row each of ``like``."""
        return cls(
            by_row([point.alpha for point in points], like),
            by_row([1 - point.alpha for point in points], like),
            by_row([point.eps for point in points], like),
            used_by_row([point.weight_decay for point in points], like),
            used_by_row([point.momentum for point in points], like),
            points[0].centered,
        )

    def state(self, params: Tensor) -> State:
        """The mean square v; centered, the mean a; with momentum, the velocity u."""
        return tuple(params.new_zeros(params.shape) for _ in range(1 + self.centered + (self.momentum is not None)))

    def update(self, params: Tensor, slope: Tensor, lr: Tensor, state: State, step: int) -> tuple[Tensor, State]:
        """A step along the slope, divided by the root of its mean square."""
        slope = decayed(slope, params, self.weight_decay)
        square, *others = state
        means: State = ((square * self.alpha).add_((slope * self.rest).mul_(slope)),)
        if self.centered:
            means = *means, (slope - others[0]).mul_(self.rest).add_(others[0])
        root = self._root(means)
        if self.momentum is None:
            return params - (lr * slope).div_(root), means
        velocity = (others[-1] * self.momentum).add_(slope / root)
        return params - lr * velocity, (*means, velocity)

    def _root(self, means: State) -> Tensor:
        square = means[0] - means[1] * means[1] if self.centered else means[0]
        return square.sqrt().add_(self.eps)

    def preconditioner(self, state: State, step: int) -> Tensor:
        """``√v + ε``, in float64."""
        return self._root(state).double()

    def take(self, which: Tensor | slice) -> Self:
        """Of some of its rows."""
        return some(self, which)
