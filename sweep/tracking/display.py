"""What MLflow's pages show of a run: epochs of its curve, a place for an end that is no number.

A display copy; the exact curve stands in its part.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sweep.training.curve import Curve, Floats


def shown(losses: Floats, limit: int) -> NDArray[np.int64]:
    """The epochs to show of a curve, ascending.

    Every epoch up to the last finite loss, because MLflow drops a whole curve whose latest value is nan (mlflow#16555).
    Where that is more than ``limit``, :func:`thinned` of them.

    Parameters
    ----------
    losses : shape ``(epochs,)``.
    limit : most epochs to show, at least 2.
    """
    finite = np.isfinite(losses)
    count = len(losses) if finite.all() else int(np.argmin(finite))
    return thinned(count, limit) if count > limit else np.arange(count)


def there(values: Floats, limit: int) -> NDArray[np.int64]:
    """The same of a metric that some epochs have not, as one that is taken at every tenth: those that have it."""
    epochs = np.flatnonzero(np.isfinite(values))
    return epochs[thinned(len(epochs), limit)] if len(epochs) > limit else epochs


@lru_cache(maxsize=64)
def thinned(count: int, limit: int) -> NDArray[np.int64]:
    """``limit`` of the epochs from 0 to ``count - 1``, evenly spaced on a log axis.

    The first and the last are among them. At the start, where even spacing would be less than an epoch, every epoch is.

    Parameters
    ----------
    count : more than ``limit``.
    limit : at least 2.
    """
    position, epochs = 1, [0]  # Positions count from 1: a log axis has no 0.
    for left in range(limit - 1, 0, -1):
        # What an epoch a point takes at the start leaves fewer points for the rest, hence a new ratio at each.
        position = max(position + 1, round(position * (count / position) ** (1 / left)))
        epochs.append(position - 1)
    fixed = np.array(epochs)
    fixed.flags.writeable = False
    return fixed


def log10_end(curve: Curve) -> float:
    """The place of the final loss on a log axis, held within a range that leaves other runs room there.

    At most a decade above the initial loss, where inf and nan stand too; at least ``eps²`` of the initial loss, where 0
    does: below is rounding. An initial loss that is not finite counts as the largest number of its dtype.
    """
    limits = np.finfo(curve.losses.dtype)
    start = curve.initial_loss
    if not 0 < start < math.inf:
        start = float(limits.max)
    top, bottom = math.log10(start) + 1, math.log10(start) + 2 * math.log10(limits.eps)
    if not math.isfinite(curve.final_loss):
        return top
    return min(top, max(bottom, math.log10(curve.final_loss))) if curve.final_loss > 0 else bottom
