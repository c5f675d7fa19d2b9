"""What the curvature at the end of a run says of how much is left, where the least loss is not known."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sweep.data.readings import Floats

if TYPE_CHECKING:
    from sweep.problem.lanczos import Spectrum

FLAT, WEIGHT = 1e-12, 1e-6
"""A direction is flat whose curvature is at most this part of the largest; flat ones may weigh this much together."""

DOWN = 1e-6
"""Part of the largest curvature by which a loss must curve down along a direction without slope: no rounding does."""


class Local(NamedTuple):
    """The loss around some parameters, to second order; with decay, what descends.

    Parameters
    ----------
    left : the Newton decrement ``½·gᵀ|H|⁻¹g``: about what the loss can still fall; nan where the curvature is no help.
    largest : λmax.
    negative : the part of ``left`` along directions in which the loss curves down, as at a saddle; inf where it curves
        down along one without a slope, which descent does not see: then ``left`` is nan.
    """

    left: float
    largest: float
    negative: float


UNKNOWN = Local(math.nan, math.nan, math.nan)


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
        return UNKNOWN
    # In the threads that training has: in numpy's, which are not ours to limit, 100 parameters took 50 times as long.
    values, directions = (each.numpy() for each in torch.linalg.eigh(torch.from_numpy(hessian)))
    left, negative = _left(values, (gradient @ directions) ** 2, np.abs(values).max(), rounding)
    return Local(left, float(values[-1]), negative)


def local_by_products(found: "Spectrum", rounding: Floats) -> list[Local]:
    """Of each row, from products with its Hessian.

    ``left`` is the larger of what half of the steps say and what all say: with too few it comes out too small. Where
    the steps have found all eigenvalues it is exact, and half of them are not asked. ``largest`` is that of the space
    which was seen, and may be too small. It is nan where no direction is curved; what is left then is not known, unless
    the gradient is 0, where it is 0. A direction without slope is met where the gradient leads to fewer than there are.

    Parameters
    ----------
    rounding : of each row the Euclidean norm that rounding may give a gradient that is 0, shape ``(n_rows,)``.

    References
    ----------
    As of :func:`local`; the sum over Ritz values is a Gauss quadrature of it, as :mod:`sweep.problem.lanczos` says.
    """
    asked = [found.full] if found.is_complete else [found.full, found.half]
    rows = []
    for row, length in enumerate(found.length.tolist()):
        values, steepest = found.full.values[row].numpy(), float(found.full.values[row].abs().max())
        if math.isnan(steepest):
            rows.append(UNKNOWN)
            continue
        left = negative = 0.0
        if _is_unseen(values, np.sqrt(found.full.weights[row].numpy()) * length, steepest, float(rounding[row])):
            left, negative = math.nan, math.inf
        elif length:
            each = (
                _left(ritz.values[row].numpy(), ritz.weights[row].numpy(), steepest, float(rounding[row]) / length)
                for ritz in asked
            )
            left, negative = (part * length * length for part in max(each, key=_unknown_last))
        rows.append(Local(left, float(values[-1]) if steepest else math.nan, negative))
    return rows


def _is_unseen(values: Floats, slopes: Floats, steepest: float, rounding: float) -> bool:
    """Whether the loss curves down along a direction in which its slope is rounding: there is more below.

    Parameters
    ----------
    values, steepest : of :func:`_left`. slopes : the size of the gradient along each. rounding : of :func:`local`.
    """
    return bool((slopes[values < -DOWN * steepest] <= rounding).any())


def _unknown_last(found: tuple[float, float]) -> float:
    return math.inf if math.isnan(found[0]) else found[0]


def _left(values: Floats, weights: Floats, steepest: float, rounding: float) -> tuple[float, float]:
    """``½·Σ ω/|θ|`` over directions that are not flat, and its part where θ < 0; nan where flat ones weigh too much.

    Parameters
    ----------
    values : θ, shape ``(n,)``. weights : ω, the square of the gradient along each. steepest : the largest ``|θ|``.
    """
    size = np.abs(values)
    flat = size <= FLAT * steepest
    if weights[flat].sum() > max(WEIGHT * weights.sum(), rounding**2):
        return math.nan, math.nan
    parts = weights[~flat] / size[~flat]
    return float(parts.sum() / 2), float(parts[values[~flat] < 0].sum() / 2)
