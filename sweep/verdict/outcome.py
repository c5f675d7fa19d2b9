"""What a run can find, and the verdict that carries it with its numbers."""

from dataclasses import dataclass, fields
from enum import StrEnum


class Outcome(StrEnum):
    """What a run found; whether it executed at all is its status."""

    CONVERGED = "CONVERGED"
    UNFINISHED = "UNFINISHED"
    DIVERGED = "DIVERGED"


class Limit(StrEnum):
    """How rounding in its dtype holds an unfinished run back, so that more epochs are not promised to help."""

    found = "limited by its dtype"
    feared = "may be limited by its dtype"


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
    threshold, threshold_ratio : the largest stable lr, and the point's lr over it; 0 and inf where curvature overflows.
    threshold_formula : the threshold in symbols.
    predicted : the outcome in exact arithmetic.
    predicted_epochs : updates from the start until within tolerance; None where there are none.
    """

    threshold: float
    threshold_ratio: float
    threshold_formula: str
    predicted: Outcome
    predicted_epochs: int | None


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
    epochs_needed : further updates until within tolerance, from where the run ended; None where theory promises none,
        0 where it converged, else at least 1.
    tolerance : part of the spread that a converged run's excess may be.
    limit : of an unfinished run, whether rounding holds it back; None: not that we know.
    reason : one sentence with these numbers.
    """

    outcome: Outcome
    excess: float | None
    events: Events
    expected: Expectation | None
    epochs_needed: int | None
    tolerance: float
    limit: Limit | None = None
    reason: str = ""
