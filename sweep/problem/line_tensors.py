"""A line under mean squared error, as tensor maths over ``(n_points, n_samples)``.

Every operation acts on rows alone, reductions run along the last axis, so a row of a batch has the same bits as the row
alone (on one torch thread; :mod:`sweep.training.in_process` sees to that).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from sweep.data.readings import Floats
from sweep.problem.prepared import Prepared
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.problem.tensors import options_of

if TYPE_CHECKING:
    from sweep.problem.problem import Setup


def predict(params: Tensor, x: Tensor) -> Tensor:
    """``p = w·x + b``.

    Parameters
    ----------
    params : shape ``(n_points, 2)``, columns w and b.
    x : scaled inputs, shape ``(n_points, n_samples)``.

    Returns
    -------
    Tensor of shape ``(n_points, n_samples)``, in the target's unit.
    """
    w, b = params[:, 0:1], params[:, 1:2]
    return w * x + b


def mean_squared_error(p: Tensor, t: Tensor) -> Tensor:
    """``mean((p − t)²)``: the full mean, not half of it.

    Parameters
    ----------
    p, t : predictions and targets, broadcast to ``(n_points, n_samples)``.

    Returns
    -------
    Tensor of shape ``(n_points,)``.
    """
    return ((p - t) ** 2).mean(dim=-1)


def gradient(x: Tensor, t: Tensor, p: Tensor) -> Tensor:
    """The gradient by the chain rule: ``dL/dp = 2(p − t)/n``, ``dp/dw = x``, ``dp/db = 1``.

    Parameters
    ----------
    x, t, p : as in :func:`predict` and :func:`mean_squared_error`.

    Returns
    -------
    Tensor of shape ``(n_points, 2)``.
    """
    dloss_dp = 2 * (p - t) / t.shape[-1]
    return torch.stack([(dloss_dp * x).sum(dim=-1), dloss_dp.sum(dim=-1)], dim=-1)


@dataclass(frozen=True)
class LineObjective:
    """:class:`sweep.problem.problem.Objective` of a line.

    Parameters
    ----------
    start : shape ``(n_points, 2)``. x : scaled inputs, ``(n_points, n_samples)``.
    t : targets, ``(n_samples,)``; or of a row each its own, ``(n_points, n_samples)``.
    held : of the samples that are held out, where there are any.
    """

    start: Tensor
    x: Tensor
    t: Tensor
    held: "LineObjective | None" = None
    tile = 1
    draws = False
    trained: ClassVar[Mapping[str, int]] = {}

    @classmethod
    def of(cls, prepared: Prepared, points: "Sequence[Setup]", starts: Sequence[Sequence[float]]) -> "LineObjective":
        """The objective of points that share dtype and device, each with its start."""
        options = options_of(points)
        scale = torch.tensor([point.scale for point in points], **options)
        start = torch.tensor(starts, **options)

        def over(inputs: Floats, targets: Floats, held: LineObjective | None = None) -> LineObjective:
            u, t = torch.tensor(inputs[:, 0], **options), torch.tensor(targets, **options)
            return cls(start, scale[:, None] * u, t, held)

        held = over(prepared.held_inputs, prepared.held_targets) if len(prepared.held_targets) else None
        return over(prepared.inputs, prepared.targets, held)

    def loss(self, params: Tensor) -> Tensor:
        """Mean squared error of each row."""
        return mean_squared_error(predict(params, self.x), self.t)

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean squared error of each row, and its gradient."""
        p = predict(params, self.x)
        return mean_squared_error(p, self.t), gradient(self.x, self.t, p)

    @property
    def samples(self) -> int:
        """How many samples train."""
        return self.x.shape[1]

    def sampled(self, which: Tensor) -> "LineObjective":
        """Over some samples of each row."""
        return LineObjective(self.start, self.x.gather(1, which), self.t.expand_as(self.x).gather(1, which))

    def watch(self, params: Tensor) -> dict[str, Tensor]:
        """The loss on what is held out, where there is any."""
        return {HOLDOUT_LOSS: self.held.loss(params)} if self.held else {}

    def take(self, which: Tensor | slice) -> "LineObjective":
        """Of some of its rows."""
        return LineObjective(self.start[which], self.x[which], self.t, self.held and self.held.take(which))
