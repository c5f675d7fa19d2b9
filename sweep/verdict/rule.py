"""The rule that decides an outcome, and the two bounds that it decides by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sweep.problem.problem import Problem
from sweep.settings.schema import DType
from sweep.verdict.outcome import Outcome


def bound(problem: Problem, tolerance: float) -> float:
    """The most by which the loss of a converged run may exceed the least loss: ``tolerance × spread``."""
    return tolerance * problem.spread


@dataclass(frozen=True)
class Rounding:
    """What rounding may do to a loss: ``16·eps·(loss + size)``, ``size`` being that of the terms it is made of."""

    relative: float
    size: float

    @classmethod
    def of(cls, dtype: DType, problem: Problem) -> "Rounding":
        """Of a run in ``dtype``."""
        return cls(16 * float(np.finfo(np.dtype(str(dtype))).eps), problem.rounding)

    def really_above(self, later: NDArray[np.float64], earlier: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Element by element, whether a loss is above an earlier one by more than rounding explains."""
        with np.errstate(invalid="ignore", over="ignore"):
            above: NDArray[np.bool_] = later - earlier > self.relative * (earlier + self.size)
        return above


def decide(
    losses: NDArray[np.float64], finite: bool, excess: float | None, allowed: float, rounding: Rounding
) -> Outcome:
    """The outcome of a trained point.

    Parameters
    ----------
    losses : the loss before each update, then the final one, shape ``(epochs + 1,)``.
    finite : whether every loss and every final parameter is.
    excess : final loss over the least loss; None where that is not known.
    allowed : from :func:`bound`.
    """
    last_tenth = max(1, (len(losses) - 1) // 10)
    if not finite:
        return Outcome.DIVERGED
    if excess is not None and excess <= allowed:
        return Outcome.CONVERGED
    if rounding.really_above(losses[-1:], losses[[0, -1 - last_tenth]]).any():
        return Outcome.DIVERGED
    return Outcome.UNFINISHED
