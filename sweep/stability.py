"""What theory knows before a run: curvature, the largest stable learning rate, the optimum, and how fast.

Mean squared error of a line is a quadratic, so all of it is closed form, in float64. In come readings, scale, learning
rate and a start; out go numbers. Sums are exactly rounded (``math.fsum``): the same on every machine.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from sweep.data import Readings

FARTHEST = 1 << 62
"""How many updates theory looks ahead."""


@dataclass(frozen=True)
class Curvature:
    """The loss around its optimum at one input scale: ``L(θ) − L* = ½ Σ λᵢ cᵢ²``, cᵢ the offset along direction i.

    Parameters
    ----------
    eigenvalues : of the Hessian, ascending, > 0, in loss per squared parameter.
    directions : unit eigenvectors, in the order of ``eigenvalues``.
    optimum : the least-squares parameters.
    """

    eigenvalues: tuple[float, ...]
    directions: tuple[tuple[float, ...], ...]
    optimum: tuple[float, ...]

    @property
    def threshold(self) -> float:
        """``2/λmax``: descent is stable exactly when lr is smaller."""
        return 2 / self.eigenvalues[-1]

    @property
    def condition(self) -> float:
        """``λmax/λmin``: how much slower the flat direction is than the steep one."""
        return self.eigenvalues[-1] / self.eigenvalues[0] if self.eigenvalues[0] else math.inf

    def excess(self, start: Sequence[float], lr: float, epochs: int) -> float:
        """``L − L*`` after ``epochs`` updates from ``start``, in exact arithmetic: ``Σ ½λᵢcᵢ²(1 − lr·λᵢ)^2k``."""
        return _decayed(self._modes(start, lr), epochs)

    def epochs_until(self, start: Sequence[float], lr: float, excess: float) -> int | None:
        """The fewest updates from ``start`` after which ``L − L* <= excess``.

        None where lr is not below the threshold, or where there are more than :data:`FARTHEST`.

        Parameters
        ----------
        start : parameters, finite. lr : > 0. excess : > 0, in squared units of the target.
        """
        modes = self._modes(start, lr)
        if _decayed(modes, 0) <= excess:
            return 0
        if not lr < self.threshold:
            return None
        high, step = _slowest_alone(modes, excess), 1
        low = 0 if _decayed(modes, high - 1) <= excess else high - 1
        while not _decayed(modes, high) <= excess:  # Not >, which is false of nan.
            low, high, step = high, high + step, step * 4
            if high > FARTHEST:
                return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _decayed(modes, middle) <= excess else (middle, high)
        return high

    def fastest(self, start: Sequence[float], excess: float) -> tuple[float, int] | None:
        """The lr for which :meth:`epochs_until` is least, and that number; None where there is none.

        Tried are whole percents of the threshold, rounded to three digits, from its half on: up to there a larger lr
        shrinks every direction faster.
        """
        tried = [float(f"{self.threshold * percent / 100:.3g}") for percent in range(50, 100)]
        counted = [(epochs, lr) for lr in tried if lr and (epochs := self.epochs_until(start, lr, excess)) is not None]
        if not counted:
            return None
        epochs, lr = min(counted)
        return lr, epochs

    def _modes(self, start: Sequence[float], lr: float) -> list[tuple[float, float]]:
        """Of each direction: its part of the excess loss at ``start``, and the factor that an update puts on it."""
        offset = [a - b for a, b in zip(start, self.optimum, strict=True)]
        along = [sum([d * o for d, o in zip(direction, offset, strict=True)]) for direction in self.directions]
        return [
            # An eigenvalue of 0 is one too small for float64: its part of the loss is not 0, but not known.
            (value * c * c / 2 if value else math.nan, (1 - lr * value) * (1 - lr * value))
            for value, c in zip(self.eigenvalues, along, strict=True)
        ]


def _decayed(modes: Sequence[tuple[float, float]], epochs: int) -> float:
    try:
        return sum([part * factor**epochs for part, factor in modes])
    except OverflowError:
        return math.inf


def _slowest_alone(modes: Sequence[tuple[float, float]], excess: float) -> int:
    """How many updates until each direction alone is within ``excess``, from 1 to :data:`FARTHEST`.

    That is hardly ever more than all together take.
    """
    alone = [
        (math.log(excess) - math.log(part)) / math.log(factor)
        for part, factor in modes
        if part > excess > 0 and 0 < factor < 1
    ]
    return math.ceil(min(max(1, *alone), FARTHEST)) if alone else 1


class Problem(Protocol):
    """What a judge needs to know of a problem. Attributes are in squared units of the target."""

    @property
    def best_loss(self) -> float:
        """The least loss there is, L*."""

    @property
    def target_variance(self) -> float:
        """Population variance of the target."""

    @property
    def target_square(self) -> float:
        """Mean of the squared target."""

    @property
    def evenest_scale(self) -> float:
        """The input scale, to three digits, at which the condition is least."""

    def at(self, scale: float) -> Curvature:
        """The curvature at an input scale > 0."""


class Line:
    """:class:`Problem` of a line through ``readings`` under mean squared error.

    References
    ----------
    Goodfellow, Bengio, Courville: Deep Learning, MIT Press 2016, sections 4.3 and 8.2.1. Strang: Introduction to
    Linear Algebra, 5th ed. 2016, section 4.3 (least squares).
    """

    def __init__(self, readings: Readings) -> None:
        self._u, self._t = readings.inputs, readings.targets
        self._n = len(self._u)
        self._curvatures: dict[float, Curvature] = {}

    @cached_property
    def _means(self) -> tuple[float, float]:
        return math.fsum(self._u) / self._n, math.fsum(self._t) / self._n

    @cached_property
    def _square(self) -> float:
        """``Σu²/n``."""
        return math.fsum(u * u for u in self._u) / self._n

    @cached_property
    def _spread(self) -> float:
        """``Σ(u − ū)²``."""
        u_mean, _ = self._means
        return math.fsum((u - u_mean) ** 2 for u in self._u)

    @cached_property
    def _slope(self) -> float:
        u_mean, t_mean = self._means
        products = ((u - u_mean) * (t - t_mean) for u, t in zip(self._u, self._t, strict=True))
        return math.fsum(products) / self._spread

    @cached_property
    def best_loss(self) -> float:
        """The least-squares loss, the same at every scale."""
        u_mean, t_mean = self._means
        residuals = (t - t_mean - self._slope * (u - u_mean) for u, t in zip(self._u, self._t, strict=True))
        return math.fsum(r * r for r in residuals) / self._n

    @cached_property
    def target_variance(self) -> float:
        """Population variance of the target."""
        _, t_mean = self._means
        return math.fsum((t - t_mean) ** 2 for t in self._t) / self._n

    @cached_property
    def target_square(self) -> float:
        """Mean of the squared target."""
        return math.fsum(t * t for t in self._t) / self._n

    @cached_property
    def evenest_scale(self) -> float:
        """``1/√(Σu²/n)``: of ``H = 2·[[s²·Σu²/n, s·ū], [s·ū, 1]]``, trace²/determinant is least there."""
        return float(f"{1 / math.sqrt(self._square):.3g}")

    def at(self, scale: float) -> Curvature:
        """Curvature for ``x = scale·u``, from ``H = (2/n)·[[Σx², Σx], [Σx, n]]``."""
        if scale not in self._curvatures:
            self._curvatures[scale] = self._curvature(scale)
        return self._curvatures[scale]

    def _curvature(self, scale: float) -> Curvature:
        u_mean, t_mean = self._means
        a = 2 * scale * scale * self._square
        b, d = 2 * scale * u_mean, 2.0
        determinant = 4 * scale * scale * self._spread / self._n
        largest = ((a + d) + math.hypot(a - d, 2 * b)) / 2
        smallest = determinant / largest
        # Of the two rows of H − λ, the one that does not cancel gives the direction.
        steep = (b, largest - a) if largest - a > largest - d else (largest - d, b)
        norm = math.hypot(*steep)
        steep = (steep[0] / norm, steep[1] / norm) if norm > 0 else (1.0, 0.0)
        w = self._slope / scale
        return Curvature((smallest, largest), ((-steep[1], steep[0]), steep), (w, t_mean - self._slope * u_mean))


def problems(readings: Mapping[str, Readings]) -> dict[str, Problem]:
    """The problem that each fingerprint's readings pose."""
    return {fingerprint: Line(data) for fingerprint, data in readings.items()}
