"""What is posed: which problem, on which readings, and how those are prepared before anything trains."""

from typing import NamedTuple

from sweep.settings.schema import MODELS, Posed, ProblemKind

CLASSIFY = frozenset({ProblemKind.logistic})
"""Problems whose target is a class, whatever their loss."""

CROSS_ENTROPY = '"cross_entropy"'
"""As :attr:`Task.loss` has it."""


class Task(NamedTuple):
    """Points of one task minimise one loss, each from its own start and at its own input scale.

    Parameters
    ----------
    problem : which one.
    data : the fingerprint of the readings.
    center, standardize : whether each input has its mean taken off; and is divided by its standard deviation as well.
    holdout : the part that is kept from training: ``0``, a part of 1, or ``last:`` with one, for a series' end.
    holdout_seed : draws the samples of a part that is not the end.
    model, loss : of a model, its arguments and its loss, as :func:`sweep.models.spec.canonical` has them; of a training
        function, its arguments and nothing.
    loss_delta : where a huber loss turns from squares to a line.
    spread : the loss of the best constant prediction, where a user gives it; 0 where it is found from the data.
    code : fingerprint of the code that a user's own model or loss runs.
    """

    problem: ProblemKind
    data: str
    center: bool = False
    standardize: bool = False
    holdout: str = "0"
    holdout_seed: int = 0
    model: str = "{}"
    loss: str = '"mse"'
    loss_delta: float = 1.0
    spread: float = 0.0
    code: str = ""

    @property
    def classifies(self) -> bool:
        """Whether its target is a class."""
        return self.problem in CLASSIFY or (self.problem in MODELS and self.loss == CROSS_ENTROPY)


def is_labelled(posed: Posed) -> bool | None:
    """Whether the target of what is ``posed`` is read as labels; None of a loss of one's own: where it is text."""
    if posed.kind in MODELS:
        return posed.loss == "cross_entropy" if isinstance(posed.loss, str) else None
    return posed.kind in CLASSIFY
