"""The rule that decides an outcome, with the bound and the noise that it decides by."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweep.plan import usage
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.settings.optimizers import ScheduleKind
from sweep.settings.schema import EPS, DType
from sweep.training.schedule import factors
from sweep.verdict.outcome import Outcome
from sweep.verdict.stability import exact_of, stability_of


def bound(problem: Problem, tolerance: float) -> float:
    """The most by which the loss of a converged run may exceed the least loss: ``tolerance × spread``."""
    return tolerance * problem.spread


def within(excess: float, allowed: float) -> bool:
    """Whether a loss is near enough to the least loss; nan is not."""
    return excess <= allowed


def resolves(problem: Problem, point: Point, allowed: float) -> bool:
    """Whether the dtype of ``point`` tells a loss within ``allowed`` from the least one, as far as readings say.

    What is lost is the rounding of the target, squared, and of a loss near the least one, a few times eps of it.
    """
    eps = EPS[point.dtype]
    return max(eps * eps * problem.magnitude, 4 * eps * (problem.least_loss(point) or 0)) <= allowed


@dataclass(frozen=True)
class Rounding:
    """How much of a rise rounding may explain: ``part·(|loss| + magnitude)``.

    Parameters
    ----------
    part : 16 eps of the dtype that was trained in.
    magnitude : of the terms whose sum a loss is.
    """

    part: float
    magnitude: float

    @classmethod
    def of(cls, dtype: DType, problem: Problem) -> "Rounding":
        """Of runs in ``dtype``."""
        return cls(16 * EPS[dtype], problem.magnitude)

    def really_above(self, later: NDArray[np.float64], earlier: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Element by element, whether a loss is above an earlier one by more than rounding explains."""
        with np.errstate(invalid="ignore", over="ignore"):
            above: NDArray[np.bool_] = later - earlier > self.part * (np.abs(earlier) + self.magnitude)
        return above


SAMPLED = 2.0
"""How many times the highest loss before a rise comes to where batches are sampled: they alone make a loss rise.

Of losses below 0, how many times as high above the lowest of them.
"""

FEWEST = 10
"""Updates below which the curve of a run that remembers slopes, or whose lr moves, does not say that it diverges."""


@dataclass(frozen=True)
class Rises:
    """Which rise of a loss is a divergence, by how its run descends.

    Parameters
    ----------
    falls : whether a stable run falls at every update, as plain descent on all samples does on a quadratic; then any
        rise is, else one of the last tenth of the epochs above all before.
    times : how many times the highest loss before that has to come to.
    fewest : epochs of a run that is judged by it.
    """

    rounding: Rounding
    falls: bool = False
    times: float = 1.0
    fewest: int = 0

    @classmethod
    def of(cls, point: Point, problem: Problem) -> "Rises":
        """Of a run of ``point``."""
        exact, memory = exact_of(point), stability_of(point).memory
        falls = problem.quadratic(point) is not None and exact is not None and memory == 1
        moves = memory > 1 or point.preconditioned or point.warmup > 0 or point.schedule is not ScheduleKind.constant
        fewest = max(FEWEST, math.ceil(round(memory, 6))) if moves else 0
        return cls(Rounding.of(point.dtype, problem), falls, SAMPLED if point.batch_size else 1.0, fewest)

    @classmethod
    def of_any(cls, losses: NDArray[np.float64]) -> "Rises":
        """Of a run of which nothing is known but its curve: it may sample, remember, and compute in float32."""
        finite = losses[np.isfinite(losses)]
        fell = float(losses[0] - finite.min()) if np.isfinite(losses[0]) else 0.0
        return cls(Rounding(16 * EPS[DType.float32], fell), times=SAMPLED, fewest=FEWEST)

    def at_end(self, losses: NDArray[np.float64]) -> bool:
        """Whether a curve of shape ``(epochs + 1,)``, all finite, has diverged by it."""
        tenth, above = _tenth(losses), self.rounding.really_above
        if len(losses) <= max(1, self.fewest):
            return False
        if self.falls:
            return bool(above(losses[-1:], losses[[0, -1 - tenth]]).any())
        before, after = np.split(losses, [-tenth])
        return bool(above(after.max(keepdims=True), self._ceiling(before.max(), before.min())).any())

    def _ceiling(self, highest: Any, lowest: Any) -> Any:
        """What a rise has to come to after losses from ``lowest`` to ``highest``, numbers or arrays of them."""
        if self.times == 1:
            return highest
        with np.errstate(invalid="ignore", over="ignore"):
            return highest + (self.times - 1) * np.fmax(np.abs(highest), highest - lowest)

    def first(self, losses: NDArray[np.float64]) -> NDArray[np.bool_]:
        """By epoch, whether the loss has risen: really above the least before; or above all before and ``times``."""
        if len(losses) == 1:
            return np.array([False])
        if self.falls:
            before = np.fmin.accumulate(losses)
        else:
            before = self._ceiling(np.fmax.accumulate(losses), np.fmin.accumulate(losses))
            before[-_tenth(losses) :] = before[-_tenth(losses) - 1]
        return np.concatenate([[False], self.rounding.really_above(losses[1:], before[:-1])])


ENDED = 0.1
"""Of the lr: a schedule that has brought it to less has ended its run."""


def last_factor(point: Point) -> float:
    """What the schedule of a run has made of its lr by the end, as a part of it."""
    if point.schedule is ScheduleKind.constant:
        return 1.0
    if usage.knows_its_end(point) and point.warmup < point.epochs:
        return 0.0
    found = factors([point], point.epochs)
    return 1.0 if found is None else float(found[0][-1, 0])


def _tenth(losses: NDArray[np.float64]) -> int:
    """Epochs of the last tenth of a curve of shape ``(epochs + 1,)``."""
    return max(1, (len(losses) - 1) // 10)


def decide(
    losses: NDArray[np.float64],
    parameters: Sequence[float],
    least_loss: float | None,
    excess: float | None,
    allowed: float,
    rises: Rises,
    *,
    left: float = math.nan,
) -> Outcome:
    """The outcome of a trained point.

    Parameters
    ----------
    losses : the loss before each update, then the final one, shape ``(epochs + 1,)``.
    parameters : the final ones.
    least_loss, excess : the least loss there is, and by how much the end is above it; None where that is not known.
    allowed : from :func:`bound`.
    rises : which rise is a divergence.
    left : where the least loss is not known, what the curvature at the end says of it; nan where that is no help.
    """
    rounding = rises.rounding
    if not (np.isfinite(losses).all() and np.isfinite(parameters).all()):
        return Outcome.DIVERGED
    if least_loss is not None and excess is not None and within(excess, allowed):
        # A loss really below the least there is has lost its digits: that is no convergence.
        lost = rounding.really_above(np.array([least_loss]), losses[-1:]).any()
        return Outcome.UNFINISHED if lost else Outcome.CONVERGED
    little = least_loss is None and within(left, allowed) and within(last_half(losses), allowed)
    if little and not rounding.really_above(losses[-1:], losses[:1]).any():
        return Outcome.CONVERGED
    return Outcome.DIVERGED if rises.at_end(losses) else Outcome.UNFINISHED


def last_half(losses: NDArray[np.float64]) -> float:
    """How much the loss changed over the last half of a run."""
    return abs(float(losses[(len(losses) - 1) // 2] - losses[-1]))


def on_plateau(losses: NDArray[np.float64], tolerance: float) -> bool:
    """Whether the last half of a run changed the loss by at most ``tolerance`` of how far it has ever fallen."""
    return within(last_half(losses), tolerance * float(losses[0] - losses.min()))
