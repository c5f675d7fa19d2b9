"""Which optimizers and schedules there are, and which arguments each has; what those mean: :mod:`optimizer_keys`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class OptimizerKind(StrEnum):
    """How an update moves parameters, under torch's names."""

    sgd = "sgd"
    adam = "adam"
    adamw = "adamw"
    rmsprop = "rmsprop"
    adagrad = "adagrad"


class ScheduleKind(StrEnum):
    """How the learning rate moves from epoch to epoch."""

    constant = "constant"
    linear = "linear"
    cosine = "cosine"
    step = "step"
    exponential = "exponential"


@dataclass
class Stepping:
    """The optimizer with its arguments (``conf/optimizer/*.yaml``); None of those that it does not have."""

    kind: OptimizerKind
    momentum: float | None
    nesterov: bool | None
    weight_decay: float | None
    beta1: float | None
    beta2: float | None
    eps: float | None
    alpha: float | None
    centered: bool | None
    lr_decay: float | None
    initial_accumulator_value: float | None


@dataclass
class Scheduled:
    """The schedule of the learning rate (``conf/schedule/*.yaml``); None of arguments that it does not have."""

    kind: ScheduleKind
    warmup: int
    milestones: Any
    gamma: float | None


ARGUMENTS = {
    OptimizerKind.sgd: ("momentum", "nesterov", "weight_decay"),
    OptimizerKind.adam: ("beta1", "beta2", "eps", "weight_decay"),
    OptimizerKind.adamw: ("beta1", "beta2", "eps", "weight_decay"),
    OptimizerKind.rmsprop: ("alpha", "eps", "weight_decay", "momentum", "centered"),
    OptimizerKind.adagrad: ("lr_decay", "weight_decay", "initial_accumulator_value", "eps"),
}
"""Arguments that each optimizer has."""

SCHEDULED = {
    ScheduleKind.constant: ("warmup",),
    ScheduleKind.linear: ("warmup",),
    ScheduleKind.cosine: ("warmup",),
    ScheduleKind.step: ("warmup", "milestones", "gamma"),
    ScheduleKind.exponential: ("warmup", "gamma"),
}
"""Arguments that each schedule has."""
