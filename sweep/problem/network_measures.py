"""What a module says of where runs ended: how much is left by the curvature, and the part of classes it has right."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from sweep.data.readings import Floats
from sweep.models.rows import tiles
from sweep.models.tile import ALONE
from sweep.problem.lanczos import filled, spectrum, steps_of
from sweep.problem.local import Local, local_by_products
from sweep.problem.network_tensors import NetworkObjective
from sweep.problem.preconditioned import steepest_by_products
from sweep.problem.problem import PRECONDITIONED

if TYPE_CHECKING:
    from sweep.problem.problem import Setup

MOST_BYTES = 1 << 30
"""Of the vectors that a tile keeps; a model of which one row has more is not measured."""

UNKNOWN = Local(math.nan, math.nan, math.nan)


def measures(
    objective: NetworkObjective,
    points: "Sequence[Setup]",
    ends: Sequence[Sequence[float]],
    preconditioners: Sequence[Floats | None] | None = None,
    is_curved: bool = True,
) -> list[Mapping[str, float]]:
    """Of each end.

    Parameters
    ----------
    objective : of ``points``; in float64, whatever the dtype of their runs, where the curvature is asked for.
    ends : finite parameters. preconditioners : of :meth:`sweep.problem.problem.Problem.measure_all`.
    is_curved : whether there is a second derivative.
    """
    like, divisors = objective.start, list(preconditioners or [None] * len(points))
    params = torch.tensor(np.asarray(ends), dtype=like.dtype, device=like.device)
    decay, by = like.new_tensor([[point.decay] for point in points]), None
    if any(each is not None for each in divisors):
        ones = np.ones(params.shape[1])
        by = like.new_tensor(np.stack([ones if each is None else each for each in divisors]))
    found: list[dict[str, float]] = [{} for _ in points]
    known, steepest = [UNKNOWN] * len(points), [math.nan] * len(points)
    if points[0].curvature and is_curved:
        known, steepest = _locals(objective, params, decay, by)
    for each, one, conditioned, divisor in zip(found, known, steepest, divisors, strict=True):
        each |= {"left": one.left, "lambda_max": one.largest, "negative": one.negative}
        if divisor is not None:
            each[PRECONDITIONED] = conditioned
    if not objective.over.t.is_floating_point():
        for each, part in zip(found, objective.accuracy(params, objective.over).tolist(), strict=True):
            each["accuracy"] = part
    return list(found)


def _locals(
    objective: NetworkObjective, params: Tensor, decay: Tensor, by: Tensor | None
) -> tuple[list[Local], list[float]]:
    """F around each of ``params``, to second order; and how curved it is by the divisors ``by``, where there are any.

    Parameters
    ----------
    decay : shape ``(n_points, 1)``. by : that of ``params``, ``(n_points, n_parameters)``.
    """
    found, conditioned = [UNKNOWN] * len(params), [math.nan] * len(params)
    steps = steps_of(params.shape[1])
    room = MOST_BYTES // (8 * steps * params.shape[1])
    if not room:
        return found, conditioned
    if room < objective.tiling.rows:
        objective = replace(objective, tiling=ALONE)
    losses = objective.loss(params)
    for group in objective.groups:
        rows = group.numbers[group.taken]
        made: list[Local] = []
        steepest: list[float] = []
        for part in tiles(len(rows), objective.tiling.rows):
            own, pull = params[rows[part]], decay[rows[part]]
            gradient, product = group.rows.around(own, objective.scale[rows[part]], objective.over)
            pulled = _pulled(product, pull)
            seen = spectrum(gradient + pull * own, pulled, steps)
            largest = seen.full.values.abs().amax(dim=1).nan_to_num().numpy()
            penalty = (pull * filled(own) * filled(own)).sum(dim=1) / 2
            terms = (losses[rows[part]].abs() + penalty).cpu().numpy() + objective.magnitude
            with np.errstate(over="ignore"):  # Of far ends the product may be inf.
                rounding = 16 * np.finfo(float).eps * np.sqrt(2 * largest * terms)
            made += local_by_products(seen, rounding)
            steepest += steepest_by_products(pulled, by[rows[part]]) if by is not None else [math.nan] * len(own)
        for row, place in zip(group.numbers.tolist(), group.places.tolist(), strict=True):
            found[row], conditioned[row] = made[place], steepest[place]
    return found, conditioned


def _pulled(product: Callable[[Tensor], Tensor], decay: Tensor) -> Callable[[Tensor], Tensor]:
    """Products with F's Hessian, from those with L's."""
    return lambda vectors: product(vectors) + decay * vectors
