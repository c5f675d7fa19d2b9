"""Spread: the loss of the best constant prediction, in float64. A tolerance is a part of it."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats, mean

if TYPE_CHECKING:
    from torch import Tensor

NARROWINGS = 200
"""Steps of a search along a line: each leaves 0.62 of where the least may be."""


def variance(targets: Floats) -> float:
    """Population variance: of squares, the best constant is the mean."""
    return mean((targets - mean(targets)) ** 2)


def entropy(labels: NDArray[np.intp]) -> float:
    """``−Σ p·log p``: of cross-entropy, the best constant prediction is the shares of the classes."""
    shares = np.bincount(labels) / len(labels)
    return -math.fsum(share * math.log(share) for share in shares.tolist() if share)


def absolute(targets: Floats) -> float:
    """Mean absolute deviation from the median, which is the best constant."""
    return mean(np.abs(targets - np.median(targets)))


def huber(targets: Floats, delta: float) -> float:
    """Of Huber's loss: the best constant is where the mean of ``clip(c − t, −δ, δ)``, its slope, passes 0."""
    from scipy.optimize import brentq

    def slope(constant: float) -> float:
        return float(np.clip(constant - targets, -delta, delta).sum())

    limits = np.finfo(float)
    best = brentq(slope, targets.min(), targets.max(), xtol=limits.tiny, rtol=4 * limits.eps, maxiter=10_000)
    off = np.abs(targets - best)
    return mean(np.where(off <= delta, off * off / 2, delta * (off - delta / 2)))


def least(loss: "Callable[[Tensor], Tensor]", size: int, typical: tuple[float, float]) -> float:
    """The least of ``loss`` over constants that a search finds; nan where it finds none that is finite.

    A loss may have several dips, and only the one next to where the search begins is found.

    Parameters
    ----------
    loss : from ``size`` numbers, float64 of shape ``(size,)``, to a scalar.
    typical : two numbers, about how large a constant is and how far others are from it; it is begun at 0 as well.
    """
    begun = [typical, (0.0, 1.0)]
    with np.errstate(all="ignore"):
        found = [_along(loss, *each) if size == 1 else _among(loss, np.full(size, each[0])) for each in begun]
    return min(filter(math.isfinite, found), default=math.nan)


def _along(loss: "Callable[[Tensor], Tensor]", start: float, step: float) -> float:
    """The least along a line, by comparisons alone: a loss may have kinks, and be inf far out."""
    import torch
    from scipy.optimize import minimize_scalar

    def at(off: float) -> float:
        return loss(torch.tensor([start + off], dtype=torch.float64)).item()

    found = minimize_scalar(at, (0.0, step), method="golden", options={"maxiter": NARROWINGS})
    return float(found.fun) if found.nit else math.nan  # No step: it falls as far as one looks, or is inf all around.


def _among(loss: "Callable[[Tensor], Tensor]", start: Floats) -> float:
    """The least among several numbers; to the end, whatever the unit of the loss."""
    import torch
    from scipy.optimize import minimize

    def at(constants: Floats) -> tuple[float, Floats]:
        place = torch.tensor(constants, dtype=torch.float64, requires_grad=True)
        found = loss(place)
        (gradient,) = torch.autograd.grad(found, place)
        return found.item(), gradient.numpy()

    return float(minimize(at, start, jac=True, method="BFGS", options={"gtol": 0.0}).fun)
