"""The one loop: an objective's rows descend side by side, and every loss is kept.

One run is a batch of one: there is no second loop. Rows never mix, so a row of a batch has the bits that it has alone.
A row that an update has changed in no bit, and that no later one will, is still: the rest of its curve is filled in,
and its place goes to others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sweep.problem.problem import Objective
from sweep.training.gradients import LossAndSlope
from sweep.training.optimizer import Optimizer, State

EVERY = 32
"""Epochs after which is looked which rows are still."""


@dataclass(frozen=True)
class Stop:
    """The state after ``epoch`` updates, of the rows that make as many: the first ``len(final_loss)``.

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
    still : of each row the updates after which it was found still; its epochs, where it never was.
    """

    losses: Tensor
    watched: Mapping[str, Tensor]
    stops: list[Stop]
    still: list[int]


@dataclass(frozen=True)
class Rows:
    """The rows that still descend: which ones of all they are, and where they are now."""

    numbers: Tensor
    objective: Objective
    params: Tensor
    lr: Tensor
    state: State

    @property
    def columns(self) -> Tensor | slice:
        """Where their losses stand."""
        count = len(self.numbers)
        return self.numbers if count and self.numbers[-1] >= count else slice(count)

    def kept(self, which: Tensor) -> "Rows":
        """Those that ``which`` marks, shape ``(n_rows,)`` bool."""
        if which.all():
            return self
        count = int(which.sum())
        kept = slice(count) if which[:count].all() else which.nonzero()[:, 0]
        state = tuple(each[kept] for each in self.state)
        return Rows(self.numbers[kept], self.objective.take(kept), self.params[kept], self.lr[kept], state)


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
    loss_and_slope : from :func:`sweep.training.gradients.of`.
    """
    asked, still = torch.tensor(epochs), torch.tensor(epochs)
    rows = Rows(torch.arange(len(epochs)), objective, objective.start, lr, optimizer.state(objective.start))
    losses = rows.params.new_empty((epochs[0], len(epochs)))
    watched = {name: torch.empty_like(losses) for name in objective.watch(rows.params)}
    ends = _Ends(rows.params, watched)
    reached: list[Stop] = []
    start = 0
    for stop in stops:
        rows = rows.kept(asked[rows.numbers] >= stop)
        before, columns = rows.params, rows.columns
        for k in range(start, stop):
            if not len(rows.numbers):
                break
            losses[k, columns], slope = loss_and_slope(rows.objective, rows.params, k)
            for name, values in rows.objective.watch(rows.params).items():
                watched[name][k, columns] = values
            earlier, before = rows, rows.params
            params, state = optimizer.update(rows.params, slope, rows.lr, rows.state)
            rows = replace(rows, params=params, state=state)
            if (k + 1) % EVERY == 0 and (stays := _stays(earlier, rows)).any():
                numbers = rows.numbers[stays]
                still[numbers] = still[numbers].clamp(max=k + 1)
                tile, count = rows.objective.tile, len(rows.numbers)
                if -(-(count - len(numbers)) // tile) < -(-count // tile):  # Tiles that are computed.
                    ends.keep(rows, before)
                    rows, before = rows.kept(~stays), before[~stays]
                    columns = rows.columns
        ends.keep(rows, before)
        reached.append(ends.of(stop, int((asked >= stop).sum())))
        start = stop
    if (still < asked).any():
        for values in (losses, *watched.values()):
            filled = torch.arange(epochs[0])[:, None] >= still
            values.copy_(
                torch.where(filled.to(values.device), values.gather(0, (still - 1)[None].to(values.device)), values)
            )
    return Descent(losses, watched, reached, still.tolist())


class _Ends:
    """What rows ended at, or were when they were last looked at."""

    def __init__(self, params: Tensor, watched: Mapping[str, Tensor]) -> None:
        self._params, self._loss = params.clone(), params.new_empty(len(params))
        self._stalled = torch.zeros(len(params), dtype=torch.bool, device=params.device)
        self._watched = {name: params.new_empty(len(params)) for name in watched}

    def keep(self, rows: Rows, before: Tensor) -> None:
        """Where ``rows`` are now; ``before`` are their parameters before the last update."""
        if not len(rows.numbers):
            return
        self._params[rows.numbers] = rows.params
        self._loss[rows.numbers] = rows.objective.loss(rows.params)
        self._stalled[rows.numbers] = (rows.params == before).all(dim=-1)
        for name, values in rows.objective.watch(rows.params).items():
            self._watched[name][rows.numbers] = values

    def of(self, epoch: int, count: int) -> Stop:
        """Of the first ``count`` rows, at a stop."""
        watched = {name: values[:count].clone() for name, values in self._watched.items()}
        return Stop(
            epoch, self._params[:count].clone(), self._loss[:count].clone(), self._stalled[:count].clone(), watched
        )


def _stays(earlier: Rows, now: Rows) -> Tensor:
    """Which rows no update will change any more, shape ``(n_rows,)`` bool.

    A number that is nan stays nan. One that an update has not changed stays as it is, unless updates are drawn.
    """
    lost = now.params.isnan().all(dim=-1)
    if now.objective.draws:
        return lost
    same = lost.new_ones(len(lost))
    for old, new in zip((earlier.params, *earlier.state), (now.params, *now.state), strict=True):
        same = same & ((old == new) | (old.isnan() & new.isnan())).all(dim=-1)
    return same
