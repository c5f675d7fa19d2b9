"""Which settings a point uses; what it has of others is no part of what it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sweep.models.function import HANDED
from sweep.models.function import READINGS as TAKEN
from sweep.models.spec import canonical
from sweep.settings.holdout import Holdout
from sweep.settings.optimizers import ARGUMENTS, SCHEDULED, OptimizerKind, ScheduleKind
from sweep.settings.schema import MODELS, Gradient, ProblemKind, Start

NEVER_HANDED = ("start", "init", "gradient", "delta")
"""Fields of a point that say how a line descends."""


def is_model(point: Any) -> bool:
    """Whether it trains a module of torch."""
    return point.problem in MODELS


def is_function(point: Any) -> bool:
    """Whether it trains by a function of a user's own."""
    return point.problem is ProblemKind.function


def runs_own_code(point: Any) -> bool:
    """Whether it runs code that has a fingerprint."""
    return is_model(point) or is_function(point)


def used_by_function(point: Any, field: str, used_if: Callable[[Any], bool] | None) -> bool:
    """Whether the function that trains ``point`` gets what the ``field`` of a point says, or is told by it.

    Parameters
    ----------
    used_if : as :class:`sweep.plan.declaration.Declared` has it.
    """
    if field in HANDED:
        return field in point.takes.split() and (used_if is None or used_if(point))
    return field not in NEVER_HANDED and (used_if is None or used_if(point))


def reads_data(point: Any) -> bool:
    """Whether it is trained on readings; a training function on those that it takes."""
    return not is_function(point) or not {*TAKEN}.isdisjoint(point.takes.split())


def has_several_slopes(point: Any) -> bool:
    """Whether its slope is found in one of several ways; a model's is torch's."""
    return not is_model(point)


def takes_differences(point: Any) -> bool:
    """Whether its slope is a difference."""
    return point.gradient is Gradient.finite_difference and has_several_slopes(point)


def is_huber(point: Any) -> bool:
    """Whether its loss has a place where it turns."""
    return is_model(point) and point.loss == canonical("huber")


def has_spread(point: Any) -> bool:
    """Whether its spread is given, and not found from the data."""
    return is_model(point) and point.spread > 0


def starts_at_init(point: Any) -> bool:
    """Whether its start is given."""
    return point.start is Start.given


def draws_start(point: Any) -> bool:
    """Whether its start is drawn."""
    return point.start is Start.random


def draws_holdout(point: Any) -> bool:
    """Whether samples that it holds out are drawn."""
    holdout = Holdout.read(point.holdout)
    return holdout is not None and holdout.part > 0 and not holdout.last


def is_sampled(point: Any) -> bool:
    """Whether an update is over some of the samples."""
    return bool(point.batch_size > 0)


def draws(point: Any) -> bool:
    """Whether its seed draws anything."""
    if is_function(point):
        return "seed" in point.takes.split()
    return draws_start(point) or is_sampled(point)


def takes(key: str) -> Callable[[Any], bool]:
    """Whether its optimizer, or schedule, has the argument ``key``."""
    group, _, name = key.partition(".")
    kinds: Mapping[Any, Sequence[str]] = ARGUMENTS if group == "optimizer" else SCHEDULED
    having = {kind for kind, names in kinds.items() if name in names}

    def takes_it(point: Any) -> bool:
        return getattr(point, group) in having

    return takes_it


def leads(point: Any) -> bool:
    """Whether it may take the slope where momentum leads."""
    return point.optimizer is OptimizerKind.sgd and bool(point.momentum)


def centers(point: Any) -> bool:
    """Whether it may take the size of slopes about their mean."""
    return point.optimizer is OptimizerKind.rmsprop


def knows_its_end(point: Any) -> bool:
    """Whether an update depends on how many epochs there are in all: then a short run is no prefix of a long one."""
    return point.schedule in (ScheduleKind.linear, ScheduleKind.cosine)
