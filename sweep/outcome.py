"""The rule that turns a curve into a verdict, and the sentence that says why.

In come a curve, what theory knows and the sweep's tolerance; out goes a :class:`Verdict`. All arithmetic is float64,
whatever the run's dtype. A divergence is a finding: it is returned, never raised.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sweep.curve import Curve
from sweep.plan import Point, exact
from sweep.settings import DType, Gradient
from sweep.stability import FARTHEST, Curvature, Problem


class Outcome(StrEnum):
    """What a run found; whether it executed at all is its status."""

    CONVERGED = "CONVERGED"
    UNFINISHED = "UNFINISHED"
    DIVERGED = "DIVERGED"


@dataclass(frozen=True)
class Verdict:
    """An outcome, its reason, and the numbers that both rest on.

    Parameters
    ----------
    outcome, reason : the finding, and one sentence with its numbers.
    excess : final loss over the least loss there is, in squared units of the target; may be inf or nan.
    first_inf, first_nan, first_rise, first_within : the epoch at which the loss was first that, the final loss
        counting as epoch ``epochs``; None where it never was (``first_rise`` is told of diverged runs alone).
    threshold, threshold_ratio : 2/λmax at the point's scale, and lr over it; 0 and inf where curvature overflows.
    predicted : the outcome in exact arithmetic.
    predicted_epochs : updates from the start until within tolerance, by theory; None where there are none.
    epochs_needed : further updates until within tolerance, from where the run ended; None where theory promises none,
        0 where it is within already.
    """

    outcome: Outcome
    reason: str
    excess: float
    first_inf: int | None
    first_nan: int | None
    first_rise: int | None
    first_within: int | None
    threshold: float
    threshold_ratio: float
    predicted: Outcome
    predicted_epochs: int | None
    epochs_needed: int | None


def judge(curve: Curve, point: Point, problem: Problem, tolerance: float) -> Verdict:
    """Judge a trained point.

    Parameters
    ----------
    curve, point : what was found, and what was asked.
    problem : the theory of the point's data.
    tolerance : part of the target's variance by which a converged run may exceed the least loss; > 0.
    """
    losses = np.append(curve.losses.astype(np.float64), curve.final_loss)
    curvature = problem.at(point.scale)
    allowed = tolerance * problem.target_variance
    excess = float(losses[-1]) - problem.best_loss
    finite = bool(np.isfinite(losses).all()) and all(map(math.isfinite, curve.parameters))
    noise = 16 * float(np.finfo(np.dtype(str(point.dtype))).eps)
    if not finite:
        outcome = Outcome.DIVERGED
    elif excess <= allowed:
        outcome = Outcome.CONVERGED
    elif any(
        losses[-1] - past > noise * (past + problem.target_square)
        for past in (losses[0], losses[-1 - max(1, point.epochs // 10)])
    ):
        outcome = Outcome.DIVERGED
    else:
        outcome = Outcome.UNFINISHED

    needed = None
    if outcome is Outcome.CONVERGED:
        needed = 0
    elif outcome is Outcome.UNFINISHED and not curve.stalled:
        needed = curvature.epochs_until(curve.parameters, point.lr, allowed)
    first = {
        "first_inf": _first(np.isinf(losses)),
        "first_nan": _first(np.isnan(losses)),
        "first_rise": _first_rise(losses, noise, problem.target_square) if outcome is Outcome.DIVERGED else None,
        "first_within": _first(losses - problem.best_loss <= allowed),
    }
    if outcome is Outcome.CONVERGED:
        reason = (
            f"within tolerance from epoch {first['first_within']}: excess loss {excess:.4g} is at most "
            f"{exact(tolerance)} of the target's variance {problem.target_variance:.4g}"
        )
    elif outcome is Outcome.DIVERGED:
        reason = _departure(curve, losses, first)
    else:
        reason = (
            f"{_remaining(curve, point, needed, point.lr < curvature.threshold)}; excess loss {excess:.4g} is "
            f"{excess / problem.target_variance:.4g} of the target's variance, tolerance {exact(tolerance)}"
        )
    threshold, predicted = curvature.threshold, _predict(point, curvature, allowed)
    times = point.lr / threshold if threshold else math.inf
    doubt = "" if predicted is outcome else f"; theory predicts {predicted}"
    return Verdict(
        outcome,
        f"{reason}; lr is {_above(times)} the stability threshold 2/λmax = {threshold:.6g}{doubt}",
        excess,
        threshold=threshold,
        threshold_ratio=times,
        predicted=predicted,
        predicted_epochs=curvature.epochs_until(point.init, point.lr, allowed),
        epochs_needed=needed,
        **first,
    )


def _predict(point: Point, curvature: Curvature, allowed: float) -> Outcome:
    if curvature.excess(point.init, point.lr, point.epochs) <= allowed:
        return Outcome.CONVERGED
    return Outcome.UNFINISHED if point.lr < curvature.threshold else Outcome.DIVERGED


def _above(times: float) -> str:
    return f"{times:.4g} times" if times < math.inf else "far beyond"


def _departure(curve: Curve, losses: NDArray[np.float64], first: dict[str, int | None]) -> str:
    """How a diverged run left, in words."""
    gone = [
        f"{what} from epoch {first[key]}"
        for what, key in (("inf", "first_inf"), ("nan", "first_nan"))
        if first[key] is not None
    ]
    if gone:
        return f"the loss is {' and '.join(gone)}"
    if not all(map(math.isfinite, curve.parameters)):
        return "a final parameter is not finite"
    return f"the loss rises from epoch {first['first_rise']}: {losses[0]:.6g} at the start, {losses[-1]:.6g} at the end"


def _remaining(curve: Curve, point: Point, needed: int | None, stable: bool) -> str:
    """How far an unfinished run still has to go, in words."""
    if curve.stalled:
        return (
            f"stalled: the last update changed no bit of the {point.dtype} parameters, so more epochs will not help, "
            f"{_way_out(point)}"
        )
    if needed is not None:
        return f"still descending: about {needed:,} more epoch{'s' * (needed > 1)} to go at this lr"
    if stable:
        return f"still descending: more than {FARTHEST:.2g} more epochs to go at this lr"
    return "not within tolerance and not yet rising, but theory promises no end"


def _way_out(point: Point) -> str:
    """What may move a run that stands still: where slopes are differences, those may have rounded to nothing."""
    ways = ["dtype=float64"] * (point.dtype is not DType.float64) + ["a larger lr"]
    if point.gradient is not Gradient.finite_difference:
        return f"{' or '.join(ways)} would"
    return f"{', '.join(['gradient=analytic', 'a larger delta', *ways[:-1]])} or {ways[-1]} may"


def _first(true: NDArray[np.bool_]) -> int | None:
    place = int(true.argmax())
    return place if true[place] else None


def _first_rise(losses: NDArray[np.float64], noise: float, square: float) -> int | None:
    """The first epoch whose loss is really above the least loss before it."""
    with np.errstate(invalid="ignore", over="ignore"):
        lowest = np.fmin.accumulate(losses)[:-1]
        return _first(np.concatenate([[False], losses[1:] - lowest > noise * (lowest + square)]))
