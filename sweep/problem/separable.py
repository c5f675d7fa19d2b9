"""Whether classes can be told apart without a doubt, so that no weights have the least loss."""

from enum import Enum

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.cross_entropy import CrossEntropy


class Separation(Enum):
    """How far some weights tell the classes of samples apart."""

    NONE = "no samples"
    PART = "some samples"
    ALL = "all samples"


FAR = 12.0
"""A logit so far above the others, where Newton's method arrived, may be on its way to infinity."""


def separation(model: CrossEntropy, weights: Floats) -> Separation:
    """Of all samples, of some (none then being on the wrong side), or of none: then an optimum exists.

    Parameters
    ----------
    weights : where Newton's method arrived, shape ``(free, d + 1)``; samples that can be told apart without a doubt
        are far from any doubt there.

    References
    ----------
    Albert, Anderson: On the existence of maximum likelihood estimates in logistic regression models, Biometrika 71,
    1984. Konis: Linear programming algorithms for detecting separated data, DPhil thesis, Oxford 2007.
    """
    logs = model.log_probabilities(weights)
    own = logs[np.arange(len(model.y)), model.y]
    others = logs.copy()
    others[np.arange(len(model.y)), model.y] = -np.inf
    margins = own - others.max(axis=1)
    if margins.max() < FAR:
        return Separation.NONE
    if margins.min() > 0:
        return Separation.ALL
    return Separation.PART if _separates_some(model) else Separation.NONE


def _separates_some(model: CrossEntropy) -> bool:
    """Whether some weights have a sample on the right side and none on the wrong one: ``max Σ min(1, margin)``."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, eye_array, hstack, vstack

    n, size = model.x.shape
    x = csr_array(model.x / np.abs(model.x).max(axis=0, initial=np.finfo(float).tiny))
    signs = np.zeros((n, model.classes))
    signs[np.arange(n), model.y] = 1.0
    rows = []
    for other in range(model.classes):
        wrong = model.y != other
        change = signs[wrong]
        change[:, other] -= 1.0  # Its own class's logit less the other's.
        change = change[:, -model.free :]
        of_x = x[np.flatnonzero(wrong)]
        rows.append(hstack([of_x.multiply(change[:, [each]]) for each in range(model.free)]))
    margins = csr_array(vstack(rows))
    count = margins.shape[0]
    found = linprog(
        np.concatenate([np.zeros(model.free * size), -np.ones(count)]),
        A_ub=hstack([-margins, eye_array(count)]),
        b_ub=np.zeros(count),
        bounds=[(None, None)] * (model.free * size) + [(0, 1)] * count,
        method="highs",
    )
    return bool(found.status == 0 and -found.fun > 0.5)
