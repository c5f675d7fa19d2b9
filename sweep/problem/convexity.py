"""What is known of a convex loss that is no quadratic: how curved it is at most, and the loss around its optimum."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.quadratic import Quadratic

MOST_STEPS = 200
"""Of Newton's, each of which is cut in half as often until the loss falls."""

ARRIVED = 1e-15
"""A step that promises at most this part of the loss at 0 is the last one."""


@dataclass(frozen=True)
class Convexity:
    """Of a loss at one input scale.

    Parameters
    ----------
    curvature : no eigenvalue of the Hessian is larger, anywhere: descent falls at every update below ``2/curvature``.
    least_loss : the largest number that no loss is below.
    around : the loss around its optimum, to second order; None where no parameters have the least loss.
    because : why there are none, in words that go on after the name of the data.
    """

    curvature: float
    least_loss: float
    around: Quadratic | None
    because: str = ""


class Slope(NamedTuple):
    """Of a loss at some parameters: the loss, its gradient and its Hessian."""

    loss: float
    gradient: Floats
    hessian: Floats


def minimum(at: Callable[[Floats], Slope], size: int) -> Floats:
    """Where Newton's method from 0 arrives on a convex loss; the shortest such parameters.

    Where no parameters have the least loss, it ends at those that are within rounding of it.

    Parameters
    ----------
    at : the loss around parameters of shape ``(size,)``; the curvature is either of the order of 1 or 0.

    References
    ----------
    Boyd, Vandenberghe: Convex Optimization, Cambridge 2004, section 9.5 (damped Newton).
    """
    place = np.zeros(size)
    here = at(place)
    least = ARRIVED * here.loss
    for _ in range(MOST_STEPS):
        step = -np.linalg.lstsq(here.hessian, here.gradient, rcond=None)[0]
        promised = -float(here.gradient @ step) / 2
        if promised <= least:
            break
        part = 1.0
        while (there := at(place + part * step)).loss > here.loss - part * promised / 2 and part > 1e-6:
            part /= 2
        if not there.loss < here.loss:
            break
        place, here = place + part * step, there
    return place
