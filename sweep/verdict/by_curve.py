"""Judge a run of a training function: of what it minimises nothing is known but the losses that it yielded."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sweep.plan.point import Point, as_typed
from sweep.training.curve import Curve
from sweep.verdict import events
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.rule import Rises, decide, on_plateau

ALONE = "a training function is judged by its curve alone"


def judge(curve: Curve, point: Point, tolerance: float) -> Verdict:
    """The verdict on a run of ``point``: DIVERGED or UNFINISHED, as no curve says what there is to reach.

    Parameters
    ----------
    tolerance : part of how far the loss has ever fallen, up to which it counts as unchanged; > 0.
    """
    losses = curve.descended
    with np.errstate(over="ignore", invalid="ignore"):
        rises = Rises.of_any(losses)
        outcome = decide(losses, (), None, None, math.nan, rises)
        happened = events.find(losses, None, math.nan, outcome, rises)
        still = None
        if outcome is Outcome.UNFINISHED:
            still = has_fallen(losses) and on_plateau(losses, tolerance)
    verdict = Verdict(outcome, None, happened, None, None, tolerance, plateau=still)
    found = _departure(verdict, losses, point) if outcome is Outcome.DIVERGED else _remainder(verdict, losses)
    return replace(verdict, reason=f"{found}; {ALONE}")


def has_fallen(losses: NDArray[np.float64]) -> bool:
    """Whether a loss has ever been below the first."""
    return bool(losses.min() < losses[0])


def note(verdict: Verdict, losses: NDArray[np.float64]) -> str:
    """A few words on a run that is unfinished."""
    if verdict.plateau:
        return "on a plateau"
    return "still moving" if has_fallen(losses) else "never below its start" if len(losses) > 1 else "one loss alone"


def _departure(verdict: Verdict, losses: NDArray[np.float64], point: Point) -> str:
    """How a diverged run left."""
    happened, last = verdict.events, len(losses) - 1
    pairs = ("inf", happened.first_inf), ("nan", happened.first_nan)
    gone = [f"{what} from epoch {epoch}" for what, epoch in pairs if epoch is not None]
    if not gone:
        ends = f"{losses[0]:.6g} at the start, {losses[-1]:.6g} at the end"
        return f"the loss rises from epoch {happened.first_rise}: {ends}"
    is_ended = point.stop_diverged and happened.first_not_finite == last
    ended = ", where outcome.stop_diverged ended the run" if is_ended else ""
    return f"the loss is {' and '.join(gone)}{ended}"


def _remainder(verdict: Verdict, losses: NDArray[np.float64]) -> str:
    """Where an unfinished run is."""
    start, end = losses[0], losses[-1]
    if len(losses) == 1:
        return f"one loss alone, {end:.4g}, does not say where it goes"
    if not has_fallen(losses):
        return f"not finished, and not rising by much: the loss, {end:.4g}, has never been below its start, {start:.4g}"
    fall = f"{as_typed(verdict.tolerance)} of its fall from {start:.4g} to {losses.min():.4g}"
    if verdict.plateau:
        return f"on a plateau: the last half changed the loss by at most {fall}; the loss is {end:.4g}"
    return f"still moving: the last half changed the loss by more than {fall}; the loss is {end:.4g}"
