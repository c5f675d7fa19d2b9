"""What is posed: which problem, on which readings, and how those are prepared before anything trains."""

from typing import NamedTuple

from sweep.settings.schema import ProblemKind

CLASSIFY = frozenset({ProblemKind.logistic})
"""Problems whose target is a class."""


class Task(NamedTuple):
    """Points of one task minimise one loss, each from its own start and at its own input scale.

    Parameters
    ----------
    problem : which one.
    data : the fingerprint of the readings.
    center, standardize : whether each input has its mean taken off; and is divided by its standard deviation as well.
    holdout : the part that is kept from training: ``0``, a part of 1, or ``last:`` with one, for a series' end.
    holdout_seed : draws the samples of a part that is not the end.
    """

    problem: ProblemKind
    data: str
    center: bool = False
    standardize: bool = False
    holdout: str = "0"
    holdout_seed: int = 0
