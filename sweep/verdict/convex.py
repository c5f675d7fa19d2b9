"""What theory says of descent on a convex loss that is no quadratic: no outcome, but how large an lr may be."""

import math

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.verdict.outcome import Expectation
from sweep.verdict.stability import exact_of
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import theory_of


def is_plain(point: Point) -> bool:
    """Whether a bound of the curvature bounds the lr of ``point``: plain descent alone falls at every short update."""
    return isinstance(exact_of(point), Plain)


def expectation(problem: Problem, point: Point) -> Expectation | None:
    """The lr below which the loss falls at every update, and the one above which descent cannot settle.

    Between the two the start decides. None where nothing bounds it.

    References
    ----------
    Nesterov: Introductory Lectures on Convex Optimization, Kluwer 2004, section 1.2.3 (below 2/L the loss falls).
    """
    stability = exact_of(point)
    known = problem.convexity(point) if stability else None
    if stability is None or known is None or not (known.around or is_plain(point)):
        return None
    threshold = stability.threshold(known.around.largest) if known.around else math.inf
    return Expectation(
        threshold,
        point.lr / threshold if threshold else math.inf,
        f"{stability.formula} at the optimum",
        predicted=None,
        predicted_epochs=None,
        falls_below=stability.threshold(known.curvature) if is_plain(point) else None,
    )


def threshold_of(problem: Problem, point: Point) -> tuple[float, str] | None:
    """The largest lr that is stable around the optimum, and its formula; None where theory knows none."""
    if theory := theory_of(problem, point):
        return theory.threshold, theory.stability.formula
    bounds = expectation(problem, point)
    return (bounds.threshold, bounds.threshold_formula) if bounds and bounds.threshold < math.inf else None
