"""What the rest of the house knows of an optimizer: how an update moves parameters, and when that is stable.

Whoever adds one writes a class with these members in a file of its own, and chooses it in :mod:`sweep.training.choice`.
No torch at run time: updates are written in the operators of whatever tensors come in, so that a report, which asks
for thresholds alone, need not import it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor

State = tuple["Tensor", ...]
"""What an optimizer carries from update to update, each of shape ``(n_points, n_parameters)``."""


class Optimizer(Protocol):
    """How parameters move; and, on a quadratic loss, when that is stable and how fast."""

    @property
    def threshold_formula(self) -> str:
        """The largest stable learning rate in symbols, λmax being the largest eigenvalue of the Hessian."""

    def state(self, params: "Tensor") -> State:
        """The state before the first update."""

    def update(self, params: "Tensor", slope: "Tensor", lr: "Tensor", state: State) -> tuple["Tensor", State]:
        """Parameters and state after an update.

        Parameters
        ----------
        params, slope : shape ``(n_points, n_parameters)``. lr : ``(n_points, 1)``.
        """

    def threshold(self, largest: float) -> float:
        """The lr from which on descent is not stable on a quadratic whose largest eigenvalue is ``largest``, > 0."""

    def decay(self, lr: float, eigenvalue: float) -> Callable[[int], float]:
        """From a number of updates to what they leave of the excess loss along a direction of that curvature.

        As a part of what it was, without rounding. May raise ``OverflowError`` where that is beyond any float.
        """
