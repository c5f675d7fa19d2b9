"""What theory says of an optimizer on a quadratic loss: how large an lr is stable, and what updates leave.

Curvature comes in as eigenvalues of the Hessian of what really descends: with coupled weight decay that is the loss and
``½·weight_decay·‖θ‖²``. ``docs/theory.md`` derives every formula.
"""

from typing import Protocol

from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind
from sweep.verdict.stability_held import HeldMean, HeldSum
from sweep.verdict.stability_sgd import Momentum, Plain
from sweep.verdict.swing import Left


class Stability(Protocol):
    """Of one optimizer with its arguments."""

    @property
    def formula(self) -> str:
        """The largest stable learning rate in symbols, λmax being the largest eigenvalue."""

    @property
    def is_exact(self) -> bool:
        """Whether a run is stable exactly below it; else it is a measured ratio, and nothing is promised."""

    @property
    def memory(self) -> float:
        """Over how many updates a slope is remembered, ``1/(1 − β)``; 1 where it is not."""

    def threshold(self, largest: float) -> float:
        """The lr from which on descent is not stable; ``largest``, > 0, is λmax."""


class Exact(Stability, Protocol):
    """Of one whose updates are foretold."""

    def decay(self, lr: float, eigenvalue: float) -> Left:
        """What updates leave along a direction of that curvature, as a part of what it was; from rest, exactly."""


def stability_of(point: Point) -> Stability:
    """What is known of the optimizer of ``point``, at a constant lr on all samples."""
    if point.optimizer is OptimizerKind.sgd:
        return Momentum(point.momentum, point.nesterov) if point.momentum else Plain()
    if point.optimizer is OptimizerKind.rmsprop:
        return HeldSum(point.momentum)
    if point.optimizer is OptimizerKind.adagrad:
        return HeldSum()
    return HeldMean(point.beta1, point.weight_decay if point.optimizer is OptimizerKind.adamw else 0.0)


def exact_of(point: Point) -> Exact | None:
    """The same where each update is foretold: at a constant lr on all samples by SGD; None elsewhere."""
    found = stability_of(point)
    return found if point.is_steady and isinstance(found, Plain | Momentum) else None
