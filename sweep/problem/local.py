"""What the curvature at the end of a run says of how much is left, where the least loss is not known."""

from typing import NamedTuple

import numpy as np

from sweep.data.readings import Floats

FLAT, WEIGHT = 1e-12, 1e-6
"""A direction is flat whose curvature is at most this part of the largest; flat ones may weigh this much together."""


class Local(NamedTuple):
    """The loss around some parameters, to second order.

    Parameters
    ----------
    left : the Newton decrement ``½·gᵀ|H|⁻¹g``: about what the loss can still fall; nan where the curvature is no help.
    largest : λmax.
    """

    left: float
    largest: float


def local(gradient: Floats, hessian: Floats, rounding: float) -> Local:
    """From gradient and Hessian; nothing is known where they are not finite.

    Parameters
    ----------
    gradient : shape ``(n_parameters,)``. hessian : ``(n_parameters, n_parameters)``.
    rounding : the Euclidean norm that rounding may give a gradient that is 0.

    References
    ----------
    Boyd, Vandenberghe: Convex Optimization, Cambridge 2004, section 9.5.1 (the decrement, and what it estimates).
    """
    import torch

    if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        return Local(np.nan, np.nan)
    # In the threads that training has: in numpy's, which are not ours to limit, 100 parameters took 50 times as long.
    values, directions = (each.numpy() for each in torch.linalg.eigh(torch.from_numpy(hessian)))
    weights, size = (gradient @ directions) ** 2, np.abs(values)
    flat = size <= FLAT * size.max()
    unseen = weights[flat].sum()
    if unseen > max(WEIGHT * weights.sum(), rounding**2):
        return Local(np.nan, float(values[-1]))
    return Local(float((weights[~flat] / size[~flat]).sum() / 2), float(values[-1]))
