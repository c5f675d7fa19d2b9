"""What a module says of where runs ended: how much is left by the curvature, and the part of classes it has right."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from sweep.models.rows import tiles
from sweep.problem.lanczos import spectrum, steps_of
from sweep.problem.local import Local, local_by_products
from sweep.problem.network_tensors import NetworkObjective

if TYPE_CHECKING:
    from sweep.problem.problem import Setup

MOST_BYTES = 1 << 30
"""Of the vectors that a tile keeps; a model of which one row has more is not measured."""

UNKNOWN = Local(math.nan, math.nan, math.nan)


def measures(
    objective: NetworkObjective, points: "Sequence[Setup]", ends: Sequence[Sequence[float]], is_curved: bool = True
) -> list[Mapping[str, float]]:
    """Of each end.

    Parameters
    ----------
    objective : of ``points``; in float64, whatever the dtype of their runs, where the curvature is asked for.
    ends : finite parameters. is_curved : whether there is a second derivative.
    """
    params = torch.tensor(np.asarray(ends), dtype=objective.start.dtype, device=objective.start.device)
    found: list[dict[str, float]] = [{} for _ in points]
    known = _locals(objective, params) if points[0].curvature and is_curved else [UNKNOWN] * len(points)
    for each, one in zip(found, known, strict=True):
        each |= {"left": one.left, "lambda_max": one.largest, "negative": one.negative}
    if not objective.over.t.is_floating_point():
        for each, part in zip(found, objective.accuracy(params, objective.over).tolist(), strict=True):
            each["accuracy"] = part
    return list(found)


def _locals(objective: NetworkObjective, params: Tensor) -> list[Local]:
    """The loss around each of ``params``, to second order."""
    steps = steps_of(params.shape[1])
    room = MOST_BYTES // (8 * steps * params.shape[1])
    if not room:
        return [UNKNOWN] * len(params)
    if room < objective.tile:
        objective = replace(objective, tile=1, period=1, at_once=1, groups=())
    losses = objective.loss(params)
    found: list[Local] = [UNKNOWN] * len(params)
    for group in objective.groups:
        own, scale = params[group.numbers][group.taken], objective.scale[group.numbers][group.taken]
        made: list[Local] = []
        for part in tiles(len(own), objective.tile):
            gradient, product = group.rows.around(own[part], scale[part], objective.over)
            seen = spectrum(gradient, product, steps)
            steepest = seen.full.values.abs().amax(dim=1).nan_to_num().numpy()
            terms = losses[group.numbers][group.taken][part].abs().cpu().numpy() + objective.magnitude
            made += local_by_products(seen, 16 * np.finfo(float).eps * np.sqrt(2 * steepest * terms))
        for row, place in zip(group.numbers.tolist(), group.places.tolist(), strict=True):
            found[row] = made[place]
    return found
