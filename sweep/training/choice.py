"""Which optimizer a point asks for."""

from sweep.plan.point import Point
from sweep.training.optimizer import Optimizer
from sweep.training.plain_descent import PLAIN_DESCENT


def optimizer_of(point: Point) -> Optimizer:
    """The optimizer that trains ``point``; so far there is one."""
    return PLAIN_DESCENT
