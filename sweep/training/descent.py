"""The one loop: an objective's rows descend side by side, and every loss is kept.

One run is a batch of one: there is no second loop. Rows never mix, so a row of a batch has the bits that it has alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sweep.problem.problem import Objective
from sweep.training.gradients import LossAndSlope
from sweep.training.optimizer import Optimizer


@dataclass(frozen=True)
class Stop:
    """The state after ``epoch`` updates, of the rows that are still descending then: the first ``len(final_loss)``.

    Shapes: ``params (n_active, n_parameters)``, ``final_loss (n_active,)``, ``stalled (n_active,)`` bool, and of each
    name in ``watched (n_active,)``.
    """

    epoch: int
    params: Tensor
    final_loss: Tensor
    stalled: Tensor
    watched: Mapping[str, Tensor]


@dataclass(frozen=True)
class Descent:
    """What :func:`descend` brings.

    Parameters
    ----------
    losses : shape ``(epochs[0], n_points)``; ``losses[k, i]`` is row i's loss before update k + 1, and means nothing
        for ``k >= epochs[i]``.
    watched : as ``losses``, of each name that the objective watches.
    stops : one for each of the stops asked for.
    """

    losses: Tensor
    watched: Mapping[str, Tensor]
    stops: list[Stop]


@torch.no_grad()
def descend(
    objective: Objective,
    lr: Tensor,
    *,
    epochs: Sequence[int],
    stops: Sequence[int],
    loss_and_slope: LossAndSlope,
    optimizer: Optimizer,
) -> Descent:
    """Repeat the optimizer's update and keep every loss.

    Parameters
    ----------
    objective : of ``n_points`` rows, with their start.
    lr : learning rates, shape ``(n_points, 1)``.
    epochs : updates a row makes, each >= 1, in descending order.
    stops : ascending epochs at which to keep the state as well; the last is ``epochs[0]``.
    loss_and_slope : from :func:`sweep.training.gradients.by_name`.
    """
    params = objective.start
    state = optimizer.state(params)
    losses = params.new_empty((epochs[0], len(epochs)))
    watched = {name: torch.empty_like(losses) for name in objective.watch(params)}
    reached: list[Stop] = []
    start = 0
    for stop in stops:
        active = sum(1 for count in epochs if count >= stop)
        objective, params, lr = objective.first(active), params[:active], lr[:active]
        state = tuple(each[:active] for each in state)
        previous = params
        for k in range(start, stop):
            losses[k, :active], slope = loss_and_slope(objective, params)
            for name, values in objective.watch(params).items():
                watched[name][k, :active] = values
            previous, (params, state) = params, optimizer.update(params, slope, lr, state)
        stalled = (params == previous).all(dim=-1)
        reached.append(Stop(stop, params, objective.loss(params), stalled, objective.watch(params)))
        start = stop
    return Descent(losses, watched, reached)
