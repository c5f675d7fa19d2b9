"""The part of their epochs in which runs still change, from the losses of a few that were trained."""

import numpy as np

from sweep.cost.timing import Pairs
from sweep.training.curve import Curve


def at_work(trained: Pairs, epochs: int | None = None) -> float:
    """The part of their epochs, or of the first ``epochs``, in which runs still change; 1, where nothing is known."""
    shares = [
        min(_last_change(result.losses), epochs or point.epochs) / min(epochs or point.epochs, point.epochs)
        for point, result in trained
        if isinstance(result, Curve)
    ]
    return min(float(np.mean(shares)), 1.0) if shares else 1.0


def _last_change(losses: "np.ndarray[tuple[int], np.dtype[np.floating]]") -> float:
    """Epochs after which a run is found lost or still; infinite, where it was not yet."""
    from sweep.training.descent import EVERY  # Here: it brings torch, whose import is timed.

    if len(losses) < 2 * EVERY:
        return np.inf
    same = losses[1:] == losses[:-1]
    same |= np.isnan(losses[1:]) & np.isnan(losses[:-1])
    changes = np.flatnonzero(~same)
    last = int(changes[-1]) + 2 if len(changes) else 1
    return np.inf if len(losses) - last < EVERY else -(-last // EVERY) * EVERY
