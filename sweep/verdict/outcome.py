"""What a run can find, and the verdict that carries it with its numbers."""

from dataclasses import dataclass, fields
from enum import StrEnum


class Outcome(StrEnum):
    """What a run found; whether it executed at all is its status."""

    CONVERGED = "CONVERGED"
    UNFINISHED = "UNFINISHED"
    DIVERGED = "DIVERGED"


class Limit(StrEnum):
    """What holds an unfinished run back, so that more epochs are not promised to help: rounding, or its schedule."""

    found = "limited by its dtype"
    feared = "may be limited by its dtype"
    ended = "ended by its schedule"


@dataclass(frozen=True)
class Events:
    """The first epoch at which the loss was inf, was nan, really rose, and was within tolerance; None: it never was.

    The final loss counts as epoch ``epochs``; ``first_rise`` is told of diverged runs alone.
    """

    first_inf: int | None
    first_nan: int | None
    first_rise: int | None
    first_within: int | None

    @property
    def first_not_finite(self) -> int | None:
        """The first epoch at which the loss was inf or nan, if ever."""
        return min((epoch for epoch in (self.first_inf, self.first_nan) if epoch is not None), default=None)


EVENTS = tuple(field.name for field in fields(Events))
"""Names of the events, in the order in which tables have them."""


@dataclass(frozen=True)
class Expectation:
    """What theory says of a point.

    Parameters
    ----------
    threshold, threshold_ratio : the largest lr that is stable around the optimum, and the point's lr over it; 0 and inf
        where curvature overflows, inf and 0 where there is no optimum.
    threshold_formula : the threshold in symbols.
    predicted : the outcome in exact arithmetic; None where theory does not say.
    predicted_epochs : updates from the start until within tolerance; None where there are none, or it does not say.
    falls_below : the lr below which a loss that is no quadratic falls at every update; None of a quadratic, where that
        is the threshold, and with momentum, where no lr makes it fall so.
    """

    threshold: float
    threshold_ratio: float
    threshold_formula: str
    predicted: Outcome | None
    predicted_epochs: int | None
    falls_below: float | None = None


@dataclass(frozen=True)
class Verdict:
    """An outcome, its reason, and the numbers that both rest on.

    Parameters
    ----------
    outcome : the finding.
    excess : final loss over the least loss there is, in the loss's unit, that of the exact loss where it is larger and
        the dtype does not resolve the tolerance; may be inf or nan; None where the least loss is not known.
    events : the epochs at which things happened.
    expected : what theory says; None where it says nothing.
    epochs_needed : further updates until within tolerance, and with momentum until it stays so, from where the run
        ended; None where theory promises none, 0 where it converged, else at least 1.
    left : what the loss can still fall by the curvature at the end, where the least loss is not known; nan where that
        does not say; None where the least loss is known, and of a training function.
    moving : of an unfinished run, whether it has not converged because the last half changed its loss too much; what is
        left is little or not known.
    negative : the part of ``left`` along directions in which the loss curves down; inf where it curves down along
        one in which it has no slope; else nan where ``left`` is.
    end_ratio : the lr over the largest one that is stable where the loss is curved as at the end, where it is no
        quadratic; None where it is, or where that curvature is not known or none.
    plateau : of an unfinished run that is judged by its curve alone, whether that no longer changes; None of others.
    constant : of a converged run that is judged by its curvature, whether its loss is no better than that of a constant
        prediction, as where all units of a network are dead.
    tolerance : part of the spread that a converged run's excess may be.
    limit : of an unfinished run, what holds it back; None: nothing that we know.
    reason : one sentence with these numbers.
    """

    outcome: Outcome
    excess: float | None
    events: Events
    expected: Expectation | None
    epochs_needed: int | None
    tolerance: float
    limit: Limit | None = None
    left: float | None = None
    moving: bool = False
    negative: float = 0.0
    end_ratio: float | None = None
    plateau: bool | None = None
    constant: bool = False
    reason: str = ""

    @property
    def rests_on_curve(self) -> bool:
        """Whether nothing but losses is known: it is a training function's."""
        return self.excess is None and self.left is None
