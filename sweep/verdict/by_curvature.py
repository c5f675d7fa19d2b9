"""What a verdict says to a person where the least loss is not known: by the curvature at the end, which is local."""

import math

from sweep.plan.point import Point, as_typed
from sweep.problem.problem import Problem
from sweep.training.curve import Curve
from sweep.verdict.outcome import Verdict
from sweep.verdict.rule import bound
from sweep.verdict.stability import stability_of

SADDLE = 0.5
"""Part of what is left that lies along directions in which the loss curves down, from which a run is at a saddle."""

EDGE = (0.95, 1.1)
"""Times the threshold by the curvature at the end at which descent has settled there: docs/verdicts.md counts them."""

NOT_ASKED = "(outcome.curvature=false)"


def is_told(left: float, curve: Curve) -> bool:
    """Whether what the curvature says is left may be: not more than all of what descends, as far from an optimum."""
    return math.isfinite(left) and not 0 < curve.descended[-1] < left


def name(verdict: Verdict) -> str:
    """The curvature at the end; it says little of far away where nothing is known of the loss as a whole."""
    return "the local curvature at the end" if verdict.expected is None else "the curvature at the end"


def arrival(verdict: Verdict, problem: Problem) -> str:
    """How a run converged."""
    found = (
        f"converged: by {name(verdict)} {verdict.left:.4g} of the loss is left, at most "
        f"{as_typed(verdict.tolerance)} of {problem.spread_name} {problem.spread:.4g}{saddle(verdict)}"
    )
    return f"{found}, but the loss is no better than that of a constant prediction" if verdict.constant else found


def remainder(verdict: Verdict, curve: Curve, problem: Problem) -> str:
    """How much is left of an unfinished run."""
    allowed = f"{as_typed(verdict.tolerance)} of {problem.spread_name} {problem.spread:.4g}"
    left = math.nan if verdict.left is None else verdict.left
    if verdict.plateau is not None:
        return f"how much of it is left is not known without the curvature {NOT_ASKED}"
    if not math.isfinite(left):
        moving = f", but the last half brought over {allowed}" if verdict.moving else ""
        return f"the least loss is not known{moving}{saddle(verdict)}"
    if not is_told(left, curve):
        return f"too far from an optimum for {name(verdict)} to say how much of it is left{saddle(verdict)}"
    found = f"by {name(verdict)} {left:.4g} is left"
    if verdict.moving:
        return f"{found}, but the last half brought over {allowed}{saddle(verdict)}"
    if left <= bound(problem, verdict.tolerance):
        return f"{found}, but it is above that at the start"
    return f"{found}, tolerance {allowed}{saddle(verdict)}"


def plateau(verdict: Verdict, curve: Curve) -> str:
    """That a curve no longer changes; nothing where it does, or where more is known than the curve."""
    if not verdict.plateau:
        return ""
    start, lowest = float(curve.descended[0]), float(curve.descended.min())
    fall = f"of its fall from {start:.4g} to {lowest:.4g}"
    return f"on a plateau: the last half changed the loss by at most {as_typed(verdict.tolerance)} {fall}"


def is_saddle(verdict: Verdict) -> bool:
    """Whether at least :data:`SADDLE` of what is left lies along directions in which the loss curves down."""
    return is_unseen(verdict) or (verdict.left is not None and 0 < SADDLE * verdict.left <= verdict.negative)


def is_unseen(verdict: Verdict) -> bool:
    """Whether the loss curves down along directions in which it has no slope."""
    return verdict.left is not None and verdict.negative == math.inf


def saddle(verdict: Verdict) -> str:
    """That a run ended at a saddle, if it did."""
    if not is_saddle(verdict):
        return ""
    if is_unseen(verdict):
        return (
            ", at a saddle: the loss curves down along directions in which it has no slope, so descent may stay there"
        )
    return f", at a saddle: along directions in which the loss curves down it is {verdict.negative:.4g}"


def is_edge(verdict: Verdict) -> bool:
    """Whether descent has settled where its lr is about the threshold; told where theory knows of no threshold."""
    low, high = EDGE
    return verdict.expected is None and verdict.end_ratio is not None and low <= verdict.end_ratio <= high


def threshold(verdict: Verdict, point: Point) -> str:
    """How the lr lies to the threshold that there is where the loss is curved as at the end, if that is known."""
    if verdict.end_ratio is None:
        return ""
    stability = stability_of(point)
    edge = ": the edge of stability" if is_edge(verdict) else ""
    held = "" if stability.is_exact else ", a measured ratio and no promise"
    return f"; lr is {times(verdict.end_ratio)} {stability.formula} at the end{edge}{held}"


def times(ratio: float) -> str:
    """How many times a threshold an lr is."""
    return f"{ratio:.4g} times" if ratio < math.inf else "far beyond"


def note(verdict: Verdict, curve: Curve) -> str:
    """A few words on a run that is unfinished; nothing where this says nothing of it."""
    left = math.nan if verdict.left is None else verdict.left
    if verdict.plateau is not None:
        return "on a plateau" if verdict.plateau else "how much is left was not asked for"
    if verdict.moving:
        return "little left, still moving" if math.isfinite(left) else "still moving"
    if not is_told(left, curve):
        return "at a saddle" if is_saddle(verdict) else ""
    where = ", at a saddle" if is_saddle(verdict) else ", at the edge of stability" if is_edge(verdict) else ""
    return f"about {left:.2g} of loss left{where}"
