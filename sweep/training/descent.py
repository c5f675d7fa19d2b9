"""The one loop: an objective's rows descend side by side, and every loss is kept.

One run is a batch of one: there is no second loop. Rows never mix, so a row of a batch has the bits that it has alone.
A row that an update has changed in no bit, and that no later one will, is still: the rest of its curve is filled in,
and its place goes to others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sweep.problem.problem import PENALIZED_LOSS, Objective
from sweep.training.advance import Steps
from sweep.training.gradients import LossAndSlope
from sweep.training.optimizer import Optimizer, State
from sweep.training.pace import Pace

EVERY = 32
"""Epochs after which is looked which rows are still."""


@dataclass(frozen=True)
class Stop:
    """The state after ``epoch`` epochs, of the rows that make as many: the first ``len(final_loss)``.

    Shapes: ``params (n_active, n_parameters)``, ``final_loss (n_active,)``, ``stalled (n_active,)`` bool, of each name
    in ``watched (n_active,)``, and as ``params`` what the optimizer divides slopes by; None where it does not.
    """

    epoch: int
    params: Tensor
    final_loss: Tensor
    stalled: Tensor
    watched: Mapping[str, Tensor]
    preconditioner: Tensor | None


@dataclass(frozen=True)
class Descent:
    """What :func:`descend` brings.

    Parameters
    ----------
    losses : shape ``(epochs[0], n_points)``; ``losses[k, i]`` is row i's loss before epoch k + 1, and means nothing
        for ``k >= epochs[i]``.
    watched : as ``losses``, of each name that is watched.
    stops : one for each of the stops asked for.
    still : of each row the epochs after which it was found still; its epochs, where it never was.
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
    pace: Pace
    optimizer: Optimizer
    params: Tensor
    state: State

    @property
    def columns(self) -> Tensor | slice:
        """Where their losses stand."""
        count = len(self.numbers)
        return self.numbers if count and self.numbers[-1] >= count else slice(count)

    @property
    def may_settle(self) -> bool:
        """Whether a row that an update has not changed is changed by no later one."""
        return self.pace.is_steady and self.optimizer.timeless and not self.objective.draws

    def kept(self, which: Tensor) -> "Rows":
        """Those that ``which`` marks, shape ``(n_rows,)`` bool."""
        which = which.cpu()  # As the numbers are, wherever the rows are.
        if which.all():
            return self
        count = int(which.sum())
        kept = slice(count) if which[:count].all() else which.nonzero()[:, 0]
        state = tuple(each[kept] for each in self.state)
        moving = self.objective.take(kept), self.pace.take(kept), self.optimizer.take(kept)
        return Rows(self.numbers[kept], *moving, self.params[kept], state)

    def watch(self, loss: Tensor) -> dict[str, Tensor]:
        """What is followed beside ``loss``, which they have now."""
        found = dict(self.objective.watch(self.params))
        if self.pace.decay is not None:
            found[PENALIZED_LOSS] = loss + self.pace.decay[:, 0] / 2 * (self.params * self.params).sum(dim=-1)
        return found

    def through(self, epoch: int, loss_and_slope: LossAndSlope) -> tuple["Rows", "Rows", Tensor]:
        """Where they are after an epoch, where they were before its last update, and the loss before its first."""
        lr = self.pace.lr_of(epoch)
        batches = self.pace.batches(epoch)
        if batches is None:
            loss, slope = loss_and_slope(self.objective, self.params, epoch, 0)
            return self._updated(slope, lr, epoch), self, loss
        loss, now = self.objective.loss(self.params), self
        for number, which in enumerate(batches):
            _, slope = loss_and_slope(self.objective.sampled(which), now.params, epoch, number)
            before, now = now, now._updated(slope, lr, epoch * len(batches) + number)
        return now, before, loss

    def _updated(self, slope: Tensor, lr: Tensor, step: int) -> "Rows":
        params, state = self.optimizer.update(self.params, slope, lr, self.state, step)
        return replace(self, params=params, state=state)


@torch.no_grad()
def descend(
    objective: Objective,
    pace: Pace,
    *,
    epochs: Sequence[int],
    stops: Sequence[int],
    loss_and_slope: LossAndSlope,
    optimizer: Optimizer,
) -> Descent:
    """Repeat the optimizer's update and keep every loss.

    Parameters
    ----------
    objective, pace, optimizer : of ``n_points`` rows.
    epochs : epochs a row makes, each >= 1, in descending order.
    stops : ascending epochs at which to keep the state as well; the last is ``epochs[0]``.
    loss_and_slope : from :func:`sweep.training.gradients.of`.
    """
    asked, still = torch.tensor(epochs), torch.tensor(epochs)
    start = objective.start
    rows = Rows(torch.arange(len(epochs)), objective, pace, optimizer, start, optimizer.state(start))
    losses = start.new_empty((epochs[0], len(epochs)))
    watched = {name: torch.empty_like(losses) for name in rows.watch(start[:, 0])}
    ends = _Ends(rows, watched)
    reached: list[Stop] = []
    first, steps = 0, Steps(sum(epochs))
    for stop in stops:
        rows = rows.kept(asked[rows.numbers] >= stop)
        before, columns, count = rows, rows.columns, int((asked >= stop).sum())
        for k in range(first, stop):
            if not len(rows.numbers):
                break
            earlier = rows
            rows, before, loss = rows.through(k, loss_and_slope)
            losses[k, columns] = loss
            steps.go(count)
            for name, values in earlier.watch(loss).items():
                watched[name][k, columns] = values
            if (k + 1) % EVERY == 0 and (stays := _stays(earlier, rows)).any():
                numbers = rows.numbers[stays.cpu()]
                still[numbers] = still[numbers].clamp(max=k + 1)
                tile, left = rows.objective.tile, len(rows.numbers)
                if -(-(left - len(numbers)) // tile) < -(-left // tile):  # Tiles that are computed.
                    ends.keep(rows, before, k + 1)
                    rows, before = rows.kept(~stays), before.kept(~stays)
                    columns = rows.columns
        ends.keep(rows, before, stop)
        reached.append(ends.of(stop, count))
        first = stop
    if (still < asked).any():
        for values in (losses, *watched.values()):
            filled = torch.arange(epochs[0])[:, None] >= still
            values.copy_(
                torch.where(filled.to(values.device), values.gather(0, (still - 1)[None].to(values.device)), values)
            )
    return Descent(losses, watched, reached, still.tolist())


class _Ends:
    """What rows ended at, or were when they were last looked at."""

    def __init__(self, rows: Rows, watched: Mapping[str, Tensor]) -> None:
        params = rows.params
        self._params, self._loss = params.clone(), params.new_empty(len(params))
        self._stalled = torch.zeros(len(params), dtype=torch.bool, device=params.device)
        self._watched = {name: params.new_empty(len(params)) for name in watched}
        divisor = rows.optimizer.preconditioner(rows.state, 1)
        self._preconditioner = None if divisor is None else torch.full_like(divisor, torch.nan)

    def keep(self, rows: Rows, before: Rows, epoch: int) -> None:
        """Where ``rows`` are now, after so many epochs, and ``before`` the last update."""
        if not len(rows.numbers):
            return
        loss = rows.objective.loss(rows.params)
        self._params[rows.numbers] = rows.params
        self._loss[rows.numbers] = loss
        self._stalled[rows.numbers] = _same(before, rows) if rows.pace.is_steady else False
        for name, values in rows.watch(loss).items():
            self._watched[name][rows.numbers] = values
        divisor = rows.optimizer.preconditioner(rows.state, epoch * rows.pace.updates)
        if divisor is not None and self._preconditioner is not None:
            self._preconditioner[rows.numbers] = divisor

    def of(self, epoch: int, count: int) -> Stop:
        """Of the first ``count`` rows, at a stop."""
        watched = {name: values[:count].clone() for name, values in self._watched.items()}
        divisor = None if self._preconditioner is None else self._preconditioner[:count].clone()
        ended = self._params[:count].clone(), self._loss[:count].clone(), self._stalled[:count].clone()
        return Stop(epoch, *ended, watched, divisor)


def _same(earlier: Rows, now: Rows) -> Tensor:
    """Of which rows an update has changed neither parameters nor state, shape ``(n_rows,)`` bool."""
    same = (earlier.params == now.params).all(dim=-1)
    for old, new in zip(earlier.state, now.state, strict=True):
        same = same & (old == new).all(dim=-1)
    return same


def _stays(earlier: Rows, now: Rows) -> Tensor:
    """Which rows no update will change any more, shape ``(n_rows,)`` bool.

    A number that is nan stays nan. One that an update has not changed stays as it is, where all updates are alike. The
    loss that is filled in is that before the update, so that a row which was nan only after it does not stay.
    """
    lost = earlier.params.isnan().all(dim=-1)
    if not now.may_settle:
        return lost
    same = lost.new_ones(len(lost))
    for old, new in zip((earlier.params, *earlier.state), (now.params, *now.state), strict=True):
        same = same & ((old == new) | (old.isnan() & new.isnan())).all(dim=-1)
    return same
