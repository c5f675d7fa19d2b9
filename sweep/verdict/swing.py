"""What a step with momentum leaves of an offset along a direction, after any number of updates: in closed form.

With ``a = lr·λ`` the offset of torch's SGD follows ``x[k+1] = T·x[k] − D·x[k−1]``; from rest ``x[0] = 1`` and
``x[1] = (T + S)/2``, where ``S = 1 − β − γ·a``:

- Polyak's momentum: ``γ = 1``, ``T = 1 + β − a``, ``D = β``;
- Nesterov's, in torch's form: ``γ = 1 + β``, ``T = (1 + β)·(1 − a)``, ``D = β·(1 − a)``.

The roots of ``z² − T·z + D`` say how it goes on: a pair that turns (:class:`Turning`), or two that are real
(:class:`Straight`). They are found in decimals of 100 digits, so that neither a tiny step, nor the threshold, nor a
double root costs any of a float's.

References
----------
Polyak: Some methods of speeding up the convergence of iteration methods, USSR Comp. Math. 4 (5), 1964. O'Donoghue,
Candès: Adaptive restart for accelerated gradient schemes, Found. Comp. Math. 15, 2015, section 3 (the turning pair).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats

DIGITS = Context(prec=100)

NEXT_TO_NOTHING = Decimal("1e-60")
"""Parts a double root, and a root of 0, from what has no closed form: no float tells them apart."""


Left = Callable[[int], float]
"""From a number of updates to what they leave of the excess loss along a direction.

May raise ``OverflowError`` where that is beyond any float."""


class Swing(Protocol):
    """What is left of the excess loss along a direction: of it, ``x[k]²``; it may rise again before it falls."""

    def __call__(self, count: int) -> float:
        """After ``count`` updates, as :data:`Left`."""

    def at(self, counts: NDArray[np.int64]) -> Floats:
        """The same of many counts at once."""

    def least(self, first: int, last: int) -> float:
        """What it is not below after any number of updates from ``first`` to ``last``."""

    def most(self, count: int) -> float:
        """What it is not above after ``count`` updates or more, where it is stable; never more for a larger count."""


@dataclass(frozen=True)
class Turning:
    """``x[k] = e^(rate·k)·(cos turn·k + lag·sin turn·k)``, up to its sign."""

    rate: float
    turn: float
    lag: float

    def __call__(self, count: int) -> float:
        """See :class:`Swing`."""
        return float(self._squared(count, math))

    def at(self, counts: NDArray[np.int64]) -> Floats:
        """See :class:`Swing`."""
        found: Floats = self._squared(counts, np)
        return found

    def _squared(self, count: Any, maths: ModuleType) -> Any:
        swung = maths.cos(self.turn * count) + self.lag * maths.sin(self.turn * count)
        return maths.exp(2 * self.rate * count) * swung * swung

    def least(self, first: int, last: int) -> float:
        """0: it passes through the optimum."""
        return 0.0

    def most(self, count: int) -> float:
        """By its envelope."""
        return _envelope(self.rate, math.hypot(1, self.lag), abs(self.lag) * self.turn, count)


@dataclass(frozen=True)
class Straight:
    """``x[k] = e^(rate·k)·(1 + more·(1 − ratio^k))``, up to its sign.

    Parameters
    ----------
    rate, log_ratio : logarithms of the larger root, and of the smaller one over it; of their absolute values.
    more : what there is beside the larger root's own part, > 0: at first the step gathers speed.
    falls : whether the larger root is positive, so that the offset shrinks at every update.
    alternates : whether the roots have different signs.
    """

    rate: float
    log_ratio: float
    more: float
    falls: bool
    alternates: bool

    def __call__(self, count: int) -> float:
        """See :class:`Swing`."""
        return float(self._squared(count, math))

    def at(self, counts: NDArray[np.int64]) -> Floats:
        """See :class:`Swing`."""
        found: Floats = self._squared(counts, np)
        return found

    def _squared(self, count: Any, maths: ModuleType) -> Any:
        sign = 1 - 2 * (count % 2) if self.alternates else 1
        gathered = 1 + self.more * (1 - sign - sign * maths.expm1(self.log_ratio * count))
        return maths.exp(2 * self.rate * count) * gathered * gathered

    def least(self, first: int, last: int) -> float:
        """The least speed of the first with what is left after the last."""
        gathered = 1 - self.more * math.expm1(self.log_ratio * first)
        return math.exp(2 * min(self.rate, 0.0) * last) * gathered * gathered

    def most(self, count: int) -> float:
        """Itself, where it falls; else by what bounds it, which nothing does where it grows."""
        if self.rate > 0:
            return math.inf
        if self.falls:
            return self(count)
        if self.alternates:
            gathered = 1 + self.more * (1 + math.exp(self.log_ratio * count))
            return math.exp(2 * self.rate * count) * gathered * gathered
        return _envelope(self.rate, 1 + self.more, -self.more * self.log_ratio, count)


def _envelope(rate: float, height: float, climb: float, count: int) -> float:
    """``(e^(rate·k)·min(height, 1 + climb·k))²``, the larger one of any k from ``count`` on; ``rate`` is < 0."""
    peak = max(count, -1 / rate - 1 / climb) if climb and rate else count
    lower = min(math.exp(rate * count) * height, math.exp(rate * peak) * (1 + climb * peak))
    return lower * lower


@lru_cache(1024)  # A verdict asks for the same directions several times.
def swing(lr: float, eigenvalue: float, beta: float, *, nesterov: bool) -> Swing:
    """What is left along a direction of curvature ``eigenvalue``; ``beta`` is > 0, ``lr·eigenvalue`` is finite."""
    with localcontext(DIGITS):
        memory, a = Decimal(beta), Decimal(lr) * Decimal(eigenvalue)
        if nesterov and a == 1:  # Both roots are 0 there.
            a -= NEXT_TO_NOTHING
        steeper = (1 + memory) * a if nesterov else a
        total, product = 1 + memory - steeper, memory * (1 - a) if nesterov else memory
        speed, apart = 1 - memory - steeper, total * total - 4 * product
        width = (abs(apart) or NEXT_TO_NOTHING * NEXT_TO_NOTHING).sqrt().copy_sign(total)
        lag = speed / width
        if apart <= 0:
            turn = math.atan2(float(abs(width)), float(abs(total)))
            return Turning(_log(product) / 2, turn, float(lag))
        larger = (total + width) / 2
        ratio = product / (larger * larger)
        return Straight(_log(abs(larger)), _log(abs(ratio)), float(lag - 1) / 2, larger > 0, ratio < 0)


def _log(value: Decimal) -> float:
    """The logarithm of a number > 0, to all digits of a float also beside 1."""
    if 0.5 < value < 2:
        return math.log1p(float(value - 1))
    power = value.adjusted()  # It may be beyond any float.
    return math.log(value.scaleb(-power)) + power * math.log(10)
