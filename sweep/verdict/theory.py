"""What theory says of descent on a quadratic: which optimizer, from where, how far and how fast.

The problem knows its curvature, the optimizer what an update does to it; here the two meet. Closed form, in float64.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.quadratic import Quadratic
from sweep.settings.schema import EPS, DType
from sweep.verdict.outcome import Expectation, Outcome
from sweep.verdict.rule import resolves, within
from sweep.verdict.stability import PlainDescent, stability_of

FARTHEST = 1 << 62
"""How many updates theory looks ahead."""

Modes = list[tuple[float, Callable[[int], float]]]
"""Of each direction: its part of the excess loss at the start, and what so many updates leave of that."""


@dataclass(frozen=True)
class Theory:
    """Descent by ``optimizer`` on ``quadratic``. Starts are parameters, an lr is > 0, losses are in the loss's unit."""

    quadratic: Quadratic
    optimizer: PlainDescent

    @property
    def threshold(self) -> float:
        """Descent is stable exactly when lr is smaller."""
        return self.optimizer.threshold(self.quadratic.largest)

    def excess(self, start: Sequence[float], lr: float, epochs: int) -> float:
        """``L − L*`` after ``epochs`` updates from ``start``, in exact arithmetic."""
        return _decayed(self._modes(start, lr), epochs)

    def epochs_until(self, start: Sequence[float], lr: float, excess: float) -> int | None:
        """The fewest updates from ``start`` after which ``L − L* <= excess``, which is > 0.

        None where lr is not below the threshold, or where there are more than :data:`FARTHEST`.
        """
        modes = self._modes(start, lr)
        if within(_decayed(modes, 0), excess):
            return 0
        if not lr < self.threshold:
            return None
        high, step = _slowest_alone(modes, excess), 1
        low = 0 if within(_decayed(modes, high - 1), excess) else high - 1
        while not within(_decayed(modes, high), excess):
            if high == FARTHEST:
                return None
            low, high, step = high, min(high + step, FARTHEST), step * 4
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if within(_decayed(modes, middle), excess) else (middle, high)
        return high

    def holds(self, problem: Problem, point: Point, excess: float) -> bool:
        """Whether ``L − L* <= excess`` may be expected of ``point`` in its dtype as in exact arithmetic."""
        first = len(problem.prepared.targets) * sum(self.quadratic.parts(problem.start(point)))
        if first > float(np.finfo(str(point.dtype)).max):
            return False  # The sum of squares at the start is inf.
        return resolves(problem, point, excess) and not self.may_stall(point.lr, excess, point.dtype)

    def may_stall(self, lr: float, excess: float, dtype: DType) -> bool:
        """Whether a parameter's update may round to nothing in ``dtype`` before ``L − L* <= excess``."""
        half_gap = EPS[dtype] / 2
        slopes = zip(self.quadratic.slopes(excess), self.quadratic.optimum, strict=True)
        return any(lr * slope < half_gap * abs(best) for slope, best in slopes)

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
            end = max(end, _decayed([(noise, self.optimizer.decay(lr, self.quadratic.largest))], epochs))
        if within(end, allowed):
            predicted = Outcome.CONVERGED
        else:
            predicted = Outcome.UNFINISHED if lr < self.threshold else Outcome.DIVERGED
        return Expectation(
            self.threshold,
            lr / self.threshold if self.threshold else math.inf,
            self.optimizer.formula,
            predicted,
            self.epochs_until(start, lr, allowed),
        )

    def _modes(self, start: Sequence[float], lr: float) -> Modes:
        parts = zip(self.quadratic.parts(start), self.quadratic.eigenvalues, strict=True)
        return [(part, self.optimizer.decay(lr, value)) for part, value in parts]


def theory_of(problem: Problem, point: Point) -> Theory | None:
    """The theory of a point; None where the loss is not known to be quadratic."""
    quadratic = problem.quadratic(point)
    return None if quadratic is None else Theory(quadratic, stability_of(point))


def _decayed(modes: Modes, epochs: int) -> float:
    try:
        return sum([part * left(epochs) for part, left in modes if part])
    except OverflowError:
        return math.inf


def _slowest_alone(modes: Modes, excess: float) -> int:
    """How many updates until each direction alone is within ``excess``, from 1 to :data:`FARTHEST`.

    That is hardly ever more than all together take.
    """
    alone = [
        (math.log(excess) - math.log(part)) / rate
        for part, left in modes
        if part > excess > 0 and (rate := _log_rate(left)) < 0
    ]
    return math.ceil(min(max(1, *alone), FARTHEST)) if alone else 1


def _log_rate(left: Callable[[int], float]) -> float:
    """The logarithm of what an update leaves, from as many updates as it takes to see it; 0 where none can be told."""
    count = 1
    while left(count) > 0.9 and count < FARTHEST:
        count *= 4
    after = left(count)
    return math.log(after) / count if 0 < after < 1 else 0.0
