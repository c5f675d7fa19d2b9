"""The one loop: an objective's rows descend side by side, and every loss is kept.

One run is a batch of one: there is no second loop. Rows never mix, so a row of a batch has the bits that it has alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sweep.problem.problem import Objective
from sweep.training.gradients import LossAndSlope
from sweep.training.optimizer import Optimizer


@dataclass(frozen=True)
class Stop:
    """The state after ``epoch`` updates, of the rows that are still descending then: the first ``len(final_loss)``.

    Shapes: ``params (n_active, n_parameters)``, ``final_loss (n_active,)``, ``stalled (n_active,)`` bool.
    """

    epoch: int
    params: Tensor
    final_loss: Tensor
    stalled: Tensor


@torch.no_grad()
def descend(
    objective: Objective,
    lr: Tensor,
    *,
    epochs: Sequence[int],
    stops: Sequence[int],
    loss_and_slope: LossAndSlope,
    optimizer: Optimizer,
) -> tuple[Tensor, list[Stop]]:
    """Repeat the optimizer's update and keep every loss.

    Parameters
    ----------
    objective : of ``n_points`` rows, with their start.
    lr : learning rates, shape ``(n_points, 1)``.
    epochs : updates a row makes, each >= 1, in descending order.
    stops : ascending epochs at which to keep the state as well; the last is ``epochs[0]``.
    loss_and_slope : from :func:`sweep.training.gradients.by_name`.

    Returns
    -------
    losses : shape ``(epochs[0], n_points)``; ``losses[k, i]`` is row i's loss before update k + 1, and means nothing
        for ``k >= epochs[i]``.
    stops : one :class:`Stop` for each of ``stops``.
    """
    params = objective.start
    state = optimizer.state(params)
    losses = params.new_empty((epochs[0], len(epochs)))
    reached: list[Stop] = []
    start = 0
    for stop in stops:
        active = sum(1 for count in epochs if count >= stop)
        objective, params, lr = objective.first(active), params[:active], lr[:active]
        state = tuple(each[:active] for each in state)
        previous = params
        for k in range(start, stop):
            losses[k, :active], slope = loss_and_slope(objective, params)
            previous, (params, state) = params, optimizer.update(params, slope, lr, state)
        stalled = (params == previous).all(dim=-1)
        reached.append(Stop(stop, params, objective.loss(params), stalled))
        start = stop
    return losses, reached
