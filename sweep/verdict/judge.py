"""Judge a trained point: rule, events, theory and sentence in turn. A divergence is returned, never raised."""

import math
from dataclasses import replace

from sweep.plan import usage
from sweep.plan.point import Point
from sweep.problem.problem import PRECONDITIONED, Problem
from sweep.settings.schema import EPS, MODELS, rounded_to
from sweep.training.curve import Curve
from sweep.verdict import by_curve, convex, events, sentences
from sweep.verdict.outcome import Expectation, Limit, Outcome, Verdict
from sweep.verdict.rule import ENDED, Rises, bound, decide, last_factor, last_half, on_plateau, resolves
from sweep.verdict.stability import stability_of
from sweep.verdict.theory import theory_of


def judge(curve: Curve, point: Point, problem: Problem, tolerance: float) -> Verdict:
    """The verdict on a point.

    Parameters
    ----------
    curve, point : what was found, and what was asked.
    problem : what the point's readings pose.
    tolerance : part of the spread by which the loss of a converged run may exceed the least loss; > 0.
    """
    if usage.is_function(point):
        return by_curve.judge(curve, point, tolerance)
    losses = curve.descended
    allowed, rises = bound(problem, tolerance), Rises.of(point, problem)
    theory, quadratic = theory_of(problem, point), problem.quadratic(point)
    least_loss = problem.least_loss(point)
    excess = None if least_loss is None else float(losses[-1]) - least_loss
    if quadratic and excess is not None and not resolves(problem, point, allowed):
        # The loss is too rough to tell: where the parameters are, exactly, counts as well.
        exact = sum(quadratic.parts(curve.parameters))
        excess = exact if exact > excess else excess
    asked = point.curvature or point.problem not in MODELS
    left = None if excess is not None else curve.measured.get("left", math.nan) if asked else math.nan
    outcome = decide(
        *(losses, curve.parameters, least_loss, excess, allowed, rises),
        left=math.nan if left is None else left,
    )
    trained, noise = _rounded(point), EPS[point.dtype] ** 2 * (least_loss or 0)
    expected: Expectation | None
    if theory:
        expected = theory.expectation(problem.start(trained), point.lr, point.epochs, allowed, noise)
    else:
        expected = convex.expectation(problem, trained)
    limit, needed = None, 0 if outcome is Outcome.CONVERGED else None
    unfinished = outcome is Outcome.UNFINISHED
    if unfinished and not curve.stalled:
        limit, needed = _remainder(curve, excess, point, trained, problem, allowed)
        if limit is None and last_factor(point) < ENDED:
            limit = Limit.ended
    verdict = Verdict(
        outcome,
        excess=excess,
        events=events.find(losses, least_loss, allowed, outcome, rises),
        expected=expected,
        epochs_needed=needed,
        tolerance=tolerance,
        limit=limit,
        left=left,
        moving=unfinished and left is not None and not left > allowed and last_half(losses) > allowed,
        negative=curve.measured.get("negative", math.nan),
        end_ratio=None if theory else _end_ratio(curve, trained),
        constant=outcome is Outcome.CONVERGED and left is not None and curve.final_loss >= problem.spread - allowed,
        plateau=on_plateau(losses, tolerance) if unfinished and excess is None and not asked else None,
    )
    return replace(verdict, reason=sentences.reason(verdict, curve, point, problem))


def _end_ratio(curve: Curve, trained: Point) -> float | None:
    """The lr over the threshold that descent has where the loss is curved as at the end; None where none applies."""
    largest = curve.measured.get(PRECONDITIONED if trained.preconditioned else "lambda_max", math.nan)
    if not (trained.is_steady and 0 < largest < math.inf):
        return None
    return trained.lr / stability_of(trained).threshold(largest)


def _rounded(point: Point) -> Point:
    """The point as its dtype trains it."""
    given = (point.lr, point.scale, point.momentum, point.weight_decay, *point.init)
    lr, scale, momentum, decay, *init = (rounded_to(value, point.dtype) for value in given)
    return replace(point, lr=lr, scale=scale, momentum=momentum, weight_decay=decay, init=tuple(init))


def _remainder(
    curve: Curve, excess: float | None, point: Point, trained: Point, problem: Problem, allowed: float
) -> tuple[Limit | None, int | None]:
    """Whether rounding holds an unfinished run back; and the epochs that it needs, where theory promises any."""
    theory, exact = theory_of(problem, point), theory_of(problem, trained)
    if excess is None or theory is None or exact is None:
        return (Limit.found if excess is not None and excess < 0 else None), None
    start = problem.start(trained)
    is_stable = trained.lr < exact.threshold
    if excess < 0 or (is_stable and excess > 2 * exact.excess_at_most(start, trained.lr, trained.epochs)):
        return Limit.found, None
    if theory.stability.memory > 1:  # Its speed at the end is not kept, but from the start on all is known.
        total = exact.settles(start, trained.lr, allowed)
        needed = None if total is None else max(1, total - point.epochs)
    else:
        needed = theory.epochs_until(curve.parameters, point.lr, allowed)
    if needed == 0:  # The parameters are within tolerance, their rounded loss is not.
        allowed -= excess - theory.excess(curve.parameters, point.lr, 0)
        if allowed <= 0:
            return Limit.found, None
        needed = theory.epochs_until(curve.parameters, point.lr, allowed)
        needed = 1 if needed == 0 else needed
    if needed is not None and not theory.holds(problem, point, allowed):
        return Limit.feared, None
    return None, needed
