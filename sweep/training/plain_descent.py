"""The first optimizer: plain descent, as torch's SGD without momentum."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from sweep.training.optimizer import State


class PlainDescent:
    """``θ ← θ − lr·∇L(θ)``: on a quadratic, each direction's offset shrinks by ``1 − lr·λ`` an update."""

    threshold_formula = "2/λmax"

    def state(self, params: "Tensor") -> "State":
        """None is carried."""
        return ()

    def update(self, params: "Tensor", slope: "Tensor", lr: "Tensor", state: "State") -> "tuple[Tensor, State]":
        """A step along the slope."""
        return params - lr * slope, state

    def threshold(self, largest: float) -> float:
        """Stable exactly when lr is smaller than ``2/λmax``."""
        return 2 / largest

    def decay(self, lr: float, eigenvalue: float) -> Callable[[int], float]:
        """``(1 − lr·λ)^2k`` after k updates: the loss is quadratic in the offset."""
        return partial(pow, (1 - lr * eigenvalue) * (1 - lr * eigenvalue))


PLAIN_DESCENT = PlainDescent()
