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


def separation(model: CrossEntropy, weights: Floats) -> Separation:
    """Of all samples, of some (none then being on the wrong side), or of none: then an optimum exists.

    Parameters
    ----------
    model : of samples that are even: of orthogonal columns of one length, the root of their number.
    weights : where Newton's method arrived, shape ``(free, columns)``: all samples that can be told apart are there.

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
    # Rounding is above 0 too: of samples that differ in their class alone, both margins may be.
    if margins.min() > 1:
        return Separation.ALL
    return Separation.PART if _separates_some(model) else Separation.NONE


def _separates_some(model: CrossEntropy) -> bool:
    """Whether some weights, of up to 1, have a sample on the right side and none on the wrong one: ``max Σ margin``.

    Such weights grow until one is 1; of samples that are even, their margins then are of the order of 1 as well.
    """
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    x, signs = csr_array(model.x), np.eye(model.classes)[model.y]
    rows = []
    for other in range(model.classes):
        wrong = model.y != other
        change = signs[wrong]
        change[:, other] -= 1.0  # Its own class's logit less the other's, the first one's being 0.
        rows.append(hstack([x[wrong].multiply(each[:, None]) for each in change.T[1:]]))
    margins = csr_array(vstack(rows))
    found = linprog(-margins.mean(axis=0), A_ub=-margins, b_ub=np.zeros(margins.shape[0]), bounds=(-1, 1))
    return bool(found.status == 0 and np.abs(found.x).max() > 0.5)
