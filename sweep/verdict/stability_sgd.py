"""Theory of torch's SGD, which is exact: plain descent, and momentum in Polyak's and in Nesterov's form."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from sweep.problem.quadratic import Quadratic
from sweep.verdict.swing import Left, swing


@dataclass(frozen=True)
class Plain:
    """``θ ← θ − lr·∇L(θ)``: each direction's offset shrinks by ``1 − lr·λ`` an update."""

    formula = "2/λmax"
    is_exact = True
    memory = 1.0

    def threshold(self, largest: float) -> float:
        """Stable exactly when lr is smaller than ``2/λmax``."""
        return 2 / largest

    def decay(self, lr: float, eigenvalue: float) -> Left:
        """``(1 − lr·λ)^2k`` after k updates: the loss is quadratic in the offset."""
        step = lr * eigenvalue
        if step < 0.5:  # 1 − step would lose the digits of a small step.
            return partial(_exponential, 2 * math.log1p(-step))
        if 1.5 < step < 2.5:  # And the product, unless it is exact, those of the distance from the threshold.
            return partial(_exponential, 2 * math.log1p(-float(2 - Fraction(lr) * Fraction(eigenvalue))))
        return partial(pow, (1 - step) * (1 - step))


@dataclass(frozen=True)
class Momentum:
    """``v ← β·v + ∇L(θ)``, and a step along ``v``, or in Nesterov's form along ``∇L(θ) + β·v``; 0 < β < 1.

    References
    ----------
    Polyak: Some methods of speeding up the convergence of iteration methods, USSR Comp. Math. 4 (5), 1964. Sutskever
    et al.: On the importance of initialization and momentum in deep learning, ICML 2013 (Nesterov's form, as torch's).
    """

    beta: float
    nesterov: bool = False

    is_exact = True

    @property
    def formula(self) -> str:
        """In symbols, λmax being the largest eigenvalue."""
        return "(2+2β)/((1+2β)·λmax)" if self.nesterov else "(2+2β)/λmax"

    @property
    def memory(self) -> float:
        """``1/(1 − β)``: a slope that stays moves parameters as many times as far as by plain descent."""
        return 1 / (1 - self.beta)

    def turning(self, quadratic: Quadratic, count: int = 12) -> Sequence[float]:
        """Learning rates, even by their logarithm, at which offsets turn along every direction; none where none are.

        A direction turns for ``lr·λ`` between the roots of ``T² = 4·D``.
        """
        root, smallest = math.sqrt(self.beta), quadratic.eigenvalues[quadratic.flat]
        first = (1 - self.beta) / (1 + (self.beta if self.nesterov else root))
        low, high = first * first, 1.0 if self.nesterov else (1 + root) ** 2
        if not low * quadratic.largest < high * smallest:
            return ()
        found: list[float] = np.geomspace(low / smallest, high / quadratic.largest, count).tolist()
        return found

    def threshold(self, largest: float) -> float:
        """Where a root of ``z² − T·z + D`` passes -1: ``1 + T + D = 0``."""
        return (2 + 2 * self.beta) / (1 + 2 * self.beta if self.nesterov else 1) / largest

    def decay(self, lr: float, eigenvalue: float) -> Left:
        """The square of what a 2×2 matrix leaves of the offset; see :mod:`sweep.verdict.swing`."""
        if not math.isfinite(lr * eigenvalue):
            return partial(pow, math.inf)
        return swing(lr, eigenvalue, self.beta, nesterov=self.nesterov)


def _exponential(rate: float, count: int) -> float:
    return math.exp(rate * count)
