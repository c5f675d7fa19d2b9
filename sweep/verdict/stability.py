"""Theory of plain descent (to be replaced)."""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any


class PlainDescent:
    """``θ ← θ − lr·∇L(θ)``: on a quadratic, each direction's offset shrinks by ``1 − lr·λ`` an update."""

    formula = "2/λmax"

    def threshold(self, largest: float) -> float:
        """Stable exactly when lr is smaller than ``2/λmax``."""
        return 2 / largest

    def decay(self, lr: float, eigenvalue: float) -> Callable[[int], float]:
        """``(1 − lr·λ)^2k`` after k updates: the loss is quadratic in the offset."""
        step = lr * eigenvalue
        if step < 0.5:  # 1 − step would lose the digits of a small step.
            return partial(_exponential, 2 * math.log1p(-step))
        if 1.5 < step < 2.5:  # And the product, unless it is exact, those of the distance from the threshold.
            return partial(_exponential, 2 * math.log1p(-float(2 - Fraction(lr) * Fraction(eigenvalue))))
        return partial(pow, (1 - step) * (1 - step))


def _exponential(rate: float, count: int) -> float:
    return math.exp(rate * count)


PLAIN_DESCENT = PlainDescent()


def stability_of(point: Any) -> PlainDescent:
    """Of a point."""
    return PLAIN_DESCENT
