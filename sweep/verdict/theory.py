"""What theory says of descent on a quadratic: which optimizer, from where, how far and how fast.

The problem knows its curvature, the optimizer what an update does to it; here the two meet. Closed form, in float64.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.quadratic import Quadratic
from sweep.settings.schema import EPS, DType
from sweep.verdict.first_within import Modes, Swings, decayed, falls_within, first_within, settled
from sweep.verdict.outcome import Expectation, Outcome
from sweep.verdict.rule import resolves, within
from sweep.verdict.stability import Exact, exact_of
from sweep.verdict.stability_sgd import Momentum, Plain
from sweep.verdict.swing import Straight, Turning

POWERS = (1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6, 11 / 12, 1, 13 / 12)
"""Of the condition, whose best momentum is tried."""


@dataclass(frozen=True)
class Theory:
    """Descent on ``quadratic``. Starts are parameters, at rest; an lr is > 0, losses are in the loss's unit."""

    quadratic: Quadratic
    stability: Exact

    @property
    def threshold(self) -> float:
        """Descent is stable exactly when lr is smaller."""
        return self.stability.threshold(self.quadratic.largest)

    def excess(self, start: Sequence[float], lr: float, epochs: int) -> float:
        """``L − L*`` after ``epochs`` updates from ``start``, in exact arithmetic."""
        return decayed(self._modes(start, lr), epochs)

    def excess_at_most(self, start: Sequence[float], lr: float, epochs: int) -> float:
        """What ``L − L*`` is not above after ``epochs`` updates or more, below the threshold; where it swings, more."""
        modes = self._modes(start, lr)
        return sum(part * left.most(epochs) for part, left in _swings(modes)) or decayed(modes, epochs)

    def epochs_until(self, start: Sequence[float], lr: float, excess: float) -> int | None:
        """The fewest updates from ``start`` after which ``L − L* <= excess``, which is > 0.

        None where lr is not below the threshold, or where there are more than :data:`FARTHEST`.
        """
        modes = self._modes(start, lr)
        if within(decayed(modes, 0), excess):
            return 0
        if not lr < self.threshold:
            return None
        swings = _swings(modes)
        return first_within(swings, excess) if swings else falls_within(modes, excess)

    def holds(self, problem: Problem, point: Point, excess: float) -> bool:
        """Whether ``L − L* <= excess`` may be expected of ``point`` in its dtype as in exact arithmetic."""
        first = len(problem.prepared.targets) * sum(self.quadratic.parts(problem.start(point)))
        if first > float(np.finfo(str(point.dtype)).max):
            return False  # The sum of squares at the start is inf.
        return resolves(problem, point, excess) and not self.may_stall(point.lr, excess, point.dtype)

    def may_stall(self, lr: float, excess: float, dtype: DType) -> bool:
        """Whether a parameter's update may round to nothing in ``dtype`` before ``L − L* <= excess``."""
        half_gap, step = EPS[dtype] / 2, lr * self.stability.memory
        slopes = zip(self.quadratic.slopes(excess), self.quadratic.optimum, strict=True)
        return any(step * slope < half_gap * abs(best) for slope, best in slopes)

    def settles(self, start: Sequence[float], lr: float, excess: float) -> int | None:
        """The fewest updates from ``start`` from which on ``L − L* <= excess``; None as :meth:`epochs_until`."""
        swings = _swings(self._modes(start, lr))
        if not swings or not lr < self.threshold:
            return self.epochs_until(start, lr, excess)
        return settled(swings, excess)

    def fastest(self, start: tuple[float, ...], excess: float) -> tuple[float, int] | None:
        """The lr for which :meth:`settles` is least, and that number; None where there is none.

        Tried are whole percents of the threshold, rounded to three digits, from its half on: up to there a larger lr
        shrinks every direction faster. With momentum also those at which every direction turns.
        """
        return _fastest(self, start, excess)

    def fastest_momentum(self, start: tuple[float, ...], excess: float) -> tuple[float, float, int] | None:
        """The lr, the momentum and the updates of the pair for which they are fewest; None where plain descent is.

        In the long run Polyak's is best at ``β = ((√κ − 1)/(√κ + 1))²``, κ being the condition, and Nesterov's near
        the root of that. Tried are those of κ and of powers of it: what matters at a tolerance may be more even.

        References
        ----------
        Polyak 1964, as in :mod:`sweep.verdict.swing`. Lessard, Recht, Packard: Analysis and design of optimization
        algorithms via integral quadratic constraints, SIAM J. Optim. 26, 2016, table 1.
        """
        condition, own = self.quadratic.condition, self.stability
        if not 1 < condition < math.inf:
            return None
        nesterov = isinstance(own, Momentum) and own.nesterov
        plain = replace(self, stability=Plain()).fastest(start, excess)
        found = [(plain[1], 0.0, plain[0])] if plain else []
        for power in POWERS:
            root = condition ** (power / 2)
            beta = ((root - 1) / (root + 1)) ** (1 if nesterov else 2)
            beta = float(f"{1 - float(f'{1 - beta:.2g}'):.12g}")  # Two digits of what it lacks of 1.
            if 0 < beta < 1 and (best := replace(self, stability=Momentum(beta, nesterov)).fastest(start, excess)):
                found.append((best[1], beta, best[0]))
        epochs, beta, lr = min(found, default=(0, 0.0, 0.0))
        return (lr, beta, epochs) if beta else None

    def expectation(
        self, start: Sequence[float], lr: float, epochs: int, allowed: float, noise: float = 0.0
    ) -> Expectation:
        """What is to come of a run.

        Parameters
        ----------
        allowed : the excess up to which it counts as converged.
        noise : the excess that rounding puts in, which grows where lr is not below the threshold.
        """
        end = self.excess(start, lr, epochs)
        if not lr < self.threshold:
            end = max(end, decayed([(noise, self.stability.decay(lr, self.quadratic.largest))], epochs))
        if within(end, allowed):
            predicted = Outcome.CONVERGED
        else:
            predicted = Outcome.UNFINISHED if lr < self.threshold else Outcome.DIVERGED
        return Expectation(
            self.threshold,
            lr / self.threshold if self.threshold else math.inf,
            self.stability.formula,
            predicted,
            self.epochs_until(start, lr, allowed),
        )

    def _modes(self, start: Sequence[float], lr: float) -> Modes:
        parts = zip(self.quadratic.parts(start), self.quadratic.eigenvalues, strict=True)
        return [(part, self.stability.decay(lr, value)) for part, value in parts]


@lru_cache(1024)  # A report that is made anew asks the same again.
def _fastest(theory: Theory, start: tuple[float, ...], excess: float) -> tuple[float, int] | None:
    tried = [theory.threshold * percent / 100 for percent in range(50, 100)]
    if isinstance(theory.stability, Momentum):
        tried += theory.stability.turning(theory.quadratic)
    rounded = dict.fromkeys(float(f"{lr:.3g}") for lr in tried)
    counted = [(epochs, lr) for lr in rounded if lr and (epochs := theory.settles(start, lr, excess)) is not None]
    if not counted:
        return None
    epochs, lr = min(counted)
    return lr, epochs


def theory_of(problem: Problem, point: Point) -> Theory | None:
    """The theory of a point; None where the loss is not known to be quadratic, or how it descends."""
    quadratic, exact = problem.quadratic(point), exact_of(point)
    return None if quadratic is None or exact is None else Theory(quadratic, exact)


def _swings(modes: Modes) -> Swings:
    """The directions in which a loss may rise again; none where nothing is remembered from update to update."""
    return [(part, left) for part, left in modes if isinstance(left, Turning | Straight)]
