"""What a verdict says to a person: the reason in a sentence, and the few words that a table has room for."""

import math

import numpy as np

from sweep.plan import usage
from sweep.plan.point import Point, as_typed
from sweep.problem.problem import Problem
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Gradient
from sweep.training.curve import Curve
from sweep.verdict import by_curvature, by_curve
from sweep.verdict.by_curvature import times
from sweep.verdict.first_within import FARTHEST
from sweep.verdict.outcome import Expectation, Limit, Outcome, Verdict
from sweep.verdict.rule import bound, last_factor, resolves

ROOM = 0.5
"""Of the threshold: up to there a larger lr is sure to be stable still."""


def plural(count: int, noun: str) -> str:
    """A count with its noun, which takes an s unless the count is 1."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def reason(verdict: Verdict, curve: Curve, point: Point, problem: Problem) -> str:
    """What was found, then how the lr lies to theory's threshold: one sentence with its numbers."""
    if verdict.outcome is Outcome.CONVERGED:
        found = _arrival(verdict, point, problem)
    elif verdict.outcome is Outcome.DIVERGED:
        found = _departure(verdict, curve, point)
    else:
        found = _remainder(verdict, curve, point, problem)
    return f"{found}{_theory(verdict, point)}{_unknown(point)}"


def note(verdict: Verdict, curve: Curve) -> str:
    """A few words on why a run has its outcome; its reason says it in full."""
    happened, needed = verdict.events, verdict.epochs_needed
    if verdict.outcome is Outcome.CONVERGED:
        if verdict.constant:
            return "no better than a constant prediction"
        if verdict.left is not None:
            return f"about {verdict.left:.2g} of loss left"
        return f"within tolerance from epoch {happened.first_within}"
    if verdict.outcome is Outcome.DIVERGED:
        left = happened.first_not_finite
        return f"rises from epoch {happened.first_rise}" if left is None else f"left the finite numbers at epoch {left}"
    if curve.stalled:
        return "stalled at a saddle" if by_curvature.is_unseen(verdict) else "stalled"
    if verdict.rests_on_curve:
        return by_curve.note(verdict, curve.descended)
    if verdict.limit:
        return verdict.limit
    if verdict.outcome is Outcome.UNFINISHED and _never_settles(verdict):
        return "does not settle at such an lr"
    if local := by_curvature.note(verdict, curve):
        return local
    if needed is not None:
        return f"about {plural(needed, 'epoch')} to go"
    if verdict.left is not None:
        return "how much is left is not known"
    if verdict.expected is None:
        return "not finished" if verdict.excess is None else f"{verdict.excess:.3g} above the least"
    return f"more than {FARTHEST:.2g} epochs to go" if _is_stable(verdict) else "theory promises no end"


def _never_settles(verdict: Verdict) -> bool:
    """Of a convex loss that is no quadratic, whether the lr is beyond the threshold at the optimum."""
    expected = verdict.expected
    return expected is not None and expected.predicted is None and expected.threshold_ratio >= 1


def _is_stable(verdict: Verdict) -> bool:
    return verdict.expected is not None and verdict.expected.threshold_ratio < 1


def _theory(verdict: Verdict, point: Point) -> str:
    expected = verdict.expected
    if expected is None:
        return by_curvature.threshold(verdict, point)
    if expected.predicted is None:
        return _bounds(verdict, expected, point.lr)
    far = times(expected.threshold_ratio)
    threshold = f"{expected.threshold_formula} = {expected.threshold:.6g}"
    return f"; lr is {far} the stability threshold {threshold}{_doubt(verdict, expected)}"


def _bounds(verdict: Verdict, expected: Expectation, lr: float) -> str:
    """How an lr lies to what theory knows of a convex loss that is no quadratic."""
    if (falls_below := expected.falls_below) is not None:
        below = f"{falls_below:.6g}, below which the loss falls at every update"
        if lr < falls_below:
            return f"; lr is {lr / falls_below:.4g} times {below}"
        if expected.threshold == math.inf:
            far = times(lr / falls_below if falls_below else math.inf)
            return f"; lr is {far} {below}, and no threshold lies beyond, as there is no optimum"
    threshold = f"the threshold {expected.threshold_formula}, {expected.threshold:.6g}"
    beyond = ", beyond which descent does not settle there" if _never_settles(verdict) else ""
    return f"; lr is {times(expected.threshold_ratio)} {threshold}{beyond}"


def _unknown(point: Point) -> str:
    """That theory does not apply, and why, where updates are not all alike."""
    causes = ["batches are sampled"] if point.batch_size else []
    if point.schedule is not ScheduleKind.constant:
        causes.append(f"schedule={point.schedule} moves lr")
    elif point.warmup:
        causes.append("a warm-up moves lr")
    return f"; theory does not apply: {' and '.join(causes)}" if causes else ""


def _doubt(verdict: Verdict, expected: Expectation) -> str:
    """How theory's prediction differs from what was found, if it does, and why."""
    if expected.predicted is verdict.outcome:
        return ""
    if expected.threshold_ratio >= 1 and expected.predicted is Outcome.CONVERGED:
        return "; in exact arithmetic it would end within tolerance, but at such an lr rounding errors grow"
    decided = ", so the rounding or the range of its dtype decided" if verdict.outcome is Outcome.DIVERGED else ""
    return f"; theory predicts {expected.predicted}{decided}"


def _of_what(point: Point) -> str:
    """What descends, in words."""
    return "penalized loss" if point.decay else "loss"


def _arrival(verdict: Verdict, point: Point, problem: Problem) -> str:
    """How a run converged."""
    if verdict.left is not None:
        return by_curvature.arrival(verdict, problem)
    excess = f"excess {_of_what(point)}"
    return (
        f"within tolerance from epoch {verdict.events.first_within}: {excess} {verdict.excess:.4g} is at most "
        f"{as_typed(verdict.tolerance)} of {problem.spread_name} {problem.spread:.4g}"
    )


def _departure(verdict: Verdict, curve: Curve, point: Point) -> str:
    """How a diverged run left."""
    happened = verdict.events
    gone = [
        f"{what} from epoch {epoch}"
        for what, epoch in (("inf", happened.first_inf), ("nan", happened.first_nan))
        if epoch is not None
    ]
    if gone:
        return f"the {_of_what(point)} is {' and '.join(gone)}"
    if not np.isfinite(curve.parameters).all():
        return "a final parameter is not finite"
    start, end = float(curve.descended[0]), float(curve.descended[-1])
    rises = f"the {_of_what(point)} rises from epoch {happened.first_rise}"
    return f"{rises}: {start:.6g} at the start, {end:.6g} at the end"


def _remainder(verdict: Verdict, curve: Curve, point: Point, problem: Problem) -> str:
    """How far an unfinished run still has to go."""
    left = _epochs_left(verdict, curve, point, problem)
    if verdict.excess is None:
        return f"{left}; the loss is {curve.final_loss:.4g}, {by_curvature.remainder(verdict, curve, problem)}"
    return (
        f"{left}; excess {_of_what(point)} {verdict.excess:.4g} is {verdict.excess / problem.spread:.4g} of "
        f"{problem.spread_name}, tolerance {as_typed(verdict.tolerance)}{_held_off(point)}"
    )


def _held_off(point: Point) -> str:
    """That what an optimizer does beside descending may keep a run from the least loss."""
    decays = point.optimizer is OptimizerKind.adamw and point.weight_decay > 0
    return "; its weight decay is no part of the loss and may hold it off the least" if decays else ""


def _epochs_left(verdict: Verdict, curve: Curve, point: Point, problem: Problem) -> str:
    needed = verdict.epochs_needed
    if curve.stalled:
        return (
            f"stalled: the last update changed no bit of the {point.dtype} parameters, so more epochs will not help, "
            f"{_way_out(verdict, point, problem)}"
        )
    if verdict.limit is Limit.found:
        below = verdict.excess is not None and verdict.excess < 0
        found = "below the least loss there is" if below else "further off than exact arithmetic does"
        return (
            f"{verdict.limit}: rounding in {point.dtype} leaves the loss {found}, {_way_out(verdict, point, problem)}"
        )
    if verdict.limit is Limit.feared:
        fear = f"still descending, but rounding in {point.dtype} may end that before it is within tolerance"
        return f"{fear}, {_way_out(verdict, point, problem)}"
    if needed is not None:
        return f"still descending: about {plural(needed, 'more epoch')} to go at this lr"
    if verdict.limit is Limit.ended:
        end = last_factor(point)
        to = f"{end:.2g} of what it was" if end else "0"
        way = ", in more epochs later" if usage.knows_its_end(point) else ", so more epochs help only with another one"
        return f"{verdict.limit}: {point.schedule} has brought lr to {to}{way}"
    if verdict.expected is None or verdict.left is not None:
        return by_curvature.plateau(verdict, curve) or "not finished, and not rising"
    if _is_stable(verdict):
        return f"still descending: more than {FARTHEST:.2g} more epochs to go at this lr"
    return "not within tolerance and not yet rising, but theory promises no end"


def _way_out(verdict: Verdict, point: Point, problem: Problem) -> str:
    """What may move a run that rounding holds back; a larger lr, where it has room and may."""
    if by_curvature.is_unseen(verdict):
        return "another seed or start may help"
    ways = []
    if point.gradient is Gradient.finite_difference:
        ways += ["gradient=analytic", "a larger delta"]
    if point.dtype is not DType.float64:
        ways.append("dtype=float64")
    ratio = verdict.expected.threshold_ratio if verdict.expected else verdict.end_ratio or 0.0
    has_room = point.is_steady and ratio < ROOM
    if has_room and resolves(problem, point, bound(problem, verdict.tolerance)):
        ways.append("a larger lr")
    if not ways:
        ways.append("centred data or a larger tolerance")
    *others, last = ways
    return f"{', '.join(others)} or {last} may help" if others else f"{last} may help"
