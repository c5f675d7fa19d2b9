"""Whether a curve that was read is one that its point can have: of that length, with what is followed and measured."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.problem import BATCH_TILE, NOT_MEASURED, measured, parameter_count, watched
from sweep.tracking import parts
from sweep.training.curve import Curve
from sweep.training.yielded import MOST_EPOCHS, MOST_NUMBERS

LEAST_TILE, MOST_TILE = 16, 1024
"""Points that share a tile, a power of 2, where several do."""


def most_losses(plan: Plan) -> int:
    """How many losses the curves of ``plan`` have at most together."""
    return sum(MOST_NUMBERS if usage.is_function(point) else point.epochs for point in plan.points)


def curve_of(plan: Plan, point: Point, curve: Curve, path: str) -> Curve:
    """``curve``, of the part at ``path``, in the dtype of its point.

    Raises
    ------
    DamagedPart : it is not as long as the point's training, or has not what the plan's problem ends at and follows.
    """
    if usage.is_function(point):
        return _of_function(point, curve, path)
    lengths, names = {name: len(values) for name, values in curve.watched.items()}, measured(plan.problem(point), point)
    known = NOT_MEASURED | dict(curve.measured)
    if (
        len(curve.losses) != point.epochs
        or len(curve.parameters) != parameter_count(plan.problem(point))
        or not known.keys() >= {*names}
        or not _may_be(curve.trained)
        or lengths != dict.fromkeys(watched(plan.problem(point), point), point.epochs + 1)
    ):
        raise _of_another_form(point, path)
    dtype = np.dtype(str(point.dtype))
    losses = curve.losses.astype(dtype, copy=False)
    followed = {name: values.astype(dtype, copy=False) for name, values in curve.watched.items()}
    ends = {name: known[name] for name in names}  # Other points of the part may have others.
    return replace(curve, losses=losses, watched=followed, measured=ends)


def _of_function(point: Point, curve: Curve, path: str) -> Curve:
    """How long it is, and what else it has, is the function's matter; one that is to stop does so at an inf or nan."""
    losses = curve.losses.astype(np.float64, copy=False)
    if (
        not curve.is_named
        or curve.trained
        or len(losses) >= MOST_EPOCHS
        or (point.stop_diverged and not np.isfinite(losses).all())
    ):
        raise _of_another_form(point, path)
    return replace(curve, losses=losses)


def _of_another_form(point: Point, path: str) -> parts.DamagedPart:
    return parts.DamagedPart(f"{path}: a curve is not of the form of its point, {point.key}")


def _may_be(trained: Mapping[str, int]) -> bool:
    """Whether points may have been trained so; nothing is told of those of no model."""
    return all(
        1 <= rows <= MOST_TILE and rows & (rows - 1) == 0 and (rows == 1 or rows >= LEAST_TILE)
        for rows in (trained.get("tile", 1), trained.get(BATCH_TILE, 1))
    )
