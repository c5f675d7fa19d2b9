"""Find the epochs at which things happened to a curve, the final loss counting as epoch ``epochs``."""

import numpy as np
from numpy.typing import NDArray

from sweep.verdict.outcome import Events, Outcome
from sweep.verdict.rule import Rises


def find(
    losses: NDArray[np.float64], least_loss: float | None, allowed: float, outcome: Outcome, rises: Rises
) -> Events:
    """The events of a curve of shape ``(epochs + 1,)``; ``allowed`` is from :func:`sweep.verdict.rule.bound`."""
    return Events(
        first_inf=_first(np.isinf(losses)),
        first_nan=_first(np.isnan(losses)),
        first_rise=_first(rises.first(losses)) if outcome is Outcome.DIVERGED else None,
        first_within=None if least_loss is None else _first(losses - least_loss <= allowed),
    )


def _first(true: NDArray[np.bool_]) -> int | None:
    index = int(true.argmax())
    return index if true[index] else None
