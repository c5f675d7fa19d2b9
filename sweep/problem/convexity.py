"""What is known of a convex loss that is no quadratic: how curved it is at most, and the loss around its optimum."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sweep.data.readings import Floats

MOST_STEPS = 200
"""Of Newton's, each of which is cut in half as often until the loss falls."""

ARRIVED = 1e-15
"""A step that promises at most this part of the loss at 0 is the last one."""


class Around(NamedTuple):
    """Of the loss around its optimum.

    Parameters
    ----------
    optimum : the parameters with the least loss; the shortest of them, where there are many.
    curvatures : the eigenvalues of the Hessian there, ascending; inf where it overflows.
    flat : along how many of the first directions the loss is the same everywhere.
    """

    optimum: tuple[float, ...]
    curvatures: tuple[float, ...]
    flat: int

    @property
    def largest(self) -> float:
        """λmax, the curvature of the steepest direction."""
        return self.curvatures[-1]

    @property
    def condition(self) -> float:
        """``λmax/λmin``, flat directions left out; inf where float64 does not tell them apart from flat ones."""
        smallest = self.curvatures[self.flat]
        return self.largest / smallest if 0 < smallest < math.inf else math.inf


@dataclass(frozen=True)
class Convexity:
    """Of a loss at one input scale.

    Parameters
    ----------
    curvature : no eigenvalue of the Hessian is larger, anywhere: descent falls at every update below ``2/curvature``.
    least_loss : the largest number that no loss is below.
    around : None where no parameters have the least loss.
    because : why there are none, in words that go on after the name of the data.
    """

    curvature: float
    least_loss: float
    around: Around | None
    because: str = ""


class Slope(NamedTuple):
    """Of a loss at some parameters: the loss, its gradient and its Hessian."""

    loss: float
    gradient: Floats
    hessian: Floats


def minimum(at: Callable[[Floats], Slope], size: int) -> tuple[Floats, Slope]:
    """Where Newton's method from 0 arrives on a convex loss, the shortest such parameters; and the loss there.

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
    return place, here


def has_optimum(here: Slope, flat: int, reach: float, rounding: float) -> bool:
    """Whether some parameters are sure to have the least loss; where not, they may still have.

    Along a unit vector v the curvature shrinks at most as ``e^(−reach·t)``, so all t together raise the slope by
    ``vᵀHv/reach`` or more: where that exceeds ``|gᵀv|`` for all v, the loss rises in the end, whatever the way.

    Parameters
    ----------
    here : the loss near such parameters.
    flat : how many directions there are along which the loss is the same everywhere.
    reach : by how much at most a logit, less another, changes along a unit vector.
    rounding : the Euclidean norm that rounding may give a gradient that is 0.

    References
    ----------
    Bach: Self-concordant analysis for logistic regression, Electronic Journal of Statistics 4, 2010, section 2.
    """
    values, ways = np.linalg.eigh(here.hessian)
    values, along = values[flat:], (here.gradient @ ways)[flat:]
    if not values[0] > 0:
        return False
    decrement = math.sqrt(float((along**2 / values).sum())) + rounding / math.sqrt(values[0])
    return reach * decrement < math.sqrt(values[0]) / 2
