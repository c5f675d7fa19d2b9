"""Judge a trained point: rule, events, theory and sentence in turn. A divergence is returned, never raised."""

from dataclasses import replace

import numpy as np

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.training.curve import Curve
from sweep.verdict import events, sentences
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.rule import Rounding, bound, decide
from sweep.verdict.theory import theory_of


def judge(curve: Curve, point: Point, problem: Problem, tolerance: float) -> Verdict:
    """The verdict on a point.

    Parameters
    ----------
    curve, point : what was found, and what was asked.
    problem : what the point's readings pose.
    tolerance : part of the spread by which the loss of a converged run may exceed the least loss; > 0.
    """
    losses = np.append(curve.losses.astype(np.float64), curve.final_loss)
    allowed, rounding = bound(problem, tolerance), Rounding.of(point.dtype, problem)
    excess = None if problem.least_loss is None else float(losses[-1]) - problem.least_loss
    outcome = decide(losses, curve.parameters, excess, allowed, rounding)
    theory = theory_of(problem, point)
    needed = 0 if outcome is Outcome.CONVERGED else None
    if theory and outcome is Outcome.UNFINISHED and not curve.stalled:
        needed = theory.epochs_until(curve.parameters, point.lr, allowed)
    verdict = Verdict(
        outcome,
        excess=excess,
        events=events.find(losses, problem.least_loss, allowed, outcome, rounding),
        expected=theory.expectation(problem.start(point), point.lr, point.epochs, allowed) if theory else None,
        epochs_needed=needed,
        tolerance=tolerance,
    )
    return replace(verdict, reason=sentences.reason(verdict, curve, point, problem))
