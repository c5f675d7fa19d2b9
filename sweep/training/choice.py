"""Which optimizer points ask for."""

from collections.abc import Sequence

from torch import Tensor

from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind
from sweep.training.adagrad import Adagrad
from sweep.training.adam import Adam
from sweep.training.optimizer import Optimizer
from sweep.training.rmsprop import RMSprop
from sweep.training.sgd import SGD

OPTIMIZERS: dict[OptimizerKind, type[SGD | Adam | RMSprop | Adagrad]] = {
    OptimizerKind.sgd: SGD,
    OptimizerKind.adam: Adam,
    OptimizerKind.adamw: Adam,
    OptimizerKind.rmsprop: RMSprop,
    OptimizerKind.adagrad: Adagrad,
}


def optimizer_of(points: Sequence[Point], like: Tensor) -> Optimizer:
    """The optimizer of ``points``, which may share a tensor, a row each of the parameters ``like``."""
    return OPTIMIZERS[points[0].optimizer].of(points, like)
