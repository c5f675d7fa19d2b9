"""Least squares of many inputs as tensor maths over tiles of a fixed number of points: :mod:`sweep.problem.by_tile`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import pad

from sweep.data.readings import Floats
from sweep.problem.by_tile import INPUTS, SAMPLES, TILE, by_batch, by_tile, gathered
from sweep.problem.prepared import Prepared
from sweep.problem.problem import HOLDOUT_LOSS
from sweep.problem.tensors import options_of

if TYPE_CHECKING:
    from sweep.problem.problem import Setup


@dataclass(frozen=True)
class LinearObjective:
    """:class:`sweep.problem.problem.Objective` of least squares.

    Parameters
    ----------
    start : shape ``(n_points, n_inputs + 1)``, the intercept last.
    scale : what each input is multiplied by, the intercept's 1 included, shape ``(n_points, n_inputs + 1)``.
    x : inputs before their scale, and a 1, in whole blocks filled up with zeros.
    t : targets, filled up with zeros as the samples of ``x``.
    samples : how many there are in truth.
    held : of the samples that are held out, where there are any.
    """

    start: Tensor
    scale: Tensor
    x: Tensor
    t: Tensor
    samples: int
    held: "LinearObjective | None" = None
    tile = TILE
    draws = False
    trained: ClassVar[Mapping[str, int]] = {}

    @classmethod
    def of(cls, prepared: Prepared, points: "Sequence[Setup]", starts: Sequence[Sequence[float]]) -> "LinearObjective":
        """The objective of points that share dtype and device, each with its start."""
        options = options_of(points)
        start = torch.tensor(starts, **options)
        scale = torch.ones(start.shape, **options)
        scale[:, :-1] = torch.tensor([point.scale for point in points], **options)[:, None]

        def over(inputs: Floats, targets: Floats, held: LinearObjective | None = None) -> LinearObjective:
            samples, size = inputs.shape
            x = torch.ones((samples, size + 1), **options)
            x[:, :-1] = torch.tensor(inputs, **options)
            short = -samples % SAMPLES
            x, t = pad(x, (0, -(size + 1) % INPUTS, 0, short)), pad(torch.tensor(targets, **options), (0, short))
            return cls(start, scale, x, t, samples, held)

        held = over(prepared.held_inputs, prepared.held_targets) if len(prepared.held_targets) else None
        return over(prepared.inputs, prepared.targets, held)

    def loss(self, params: Tensor) -> Tensor:
        """Mean squared error of each row."""
        return by_tile(self._loss, self.filled(params))[: len(params), 0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean squared error of each row, and its gradient: ``2/n · Σ (p − t) · (x, 1)``."""
        found = by_tile(self._both, self.filled(params))
        count, size = params.shape
        return found[:count, 0], found[:count, 1 : size + 1] * self.scale

    def watch(self, params: Tensor) -> dict[str, Tensor]:
        """The loss on what is held out, where there is any."""
        return {HOLDOUT_LOSS: self.held.loss(params)} if self.held else {}

    def take(self, which: Tensor | slice) -> "LinearObjective":
        """Of some of its rows."""
        held = self.held and self.held.take(which)
        return LinearObjective(self.start[which], self.scale[which], self.x, self.t, self.samples, held)

    def sampled(self, which: Tensor) -> "SampledLinear":
        """Over some samples of each row."""
        return SampledLinear(self, which)

    @cached_property
    def ended(self) -> tuple[Tensor, Tensor]:
        """Inputs and targets with a last sample of zeros, which fills batches up."""
        return pad(self.x, (0, 0, 0, 1)), pad(self.t, (0, 1))

    def filled(self, params: Tensor) -> Tensor:
        """What inputs before their scale are multiplied by, in whole tiles and blocks."""
        count, size = params.shape
        return pad(params * self.scale, (0, self.x.shape[1] - size, 0, -count % TILE))

    def _loss(self, tile: Tensor) -> Tensor:
        error = tile @ self.x.T - self.t
        return (error * error).sum(dim=-1, keepdim=True) / self.samples

    def _both(self, tile: Tensor) -> Tensor:
        error = tile @ self.x.T - self.t
        loss = (error * error).sum(dim=-1, keepdim=True) / self.samples
        return torch.cat([loss, (error * (2 / self.samples)) @ self.x], dim=-1)


@dataclass(frozen=True)
class SampledLinear:
    """The losses of ``whole``, each row's over samples of its own: ``which`` has the shape ``(n_points, batch)``."""

    whole: LinearObjective
    which: Tensor

    def loss(self, params: Tensor) -> Tensor:
        """Mean squared error of each row."""
        return self.loss_and_gradient(params)[0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean squared error of each row, and its gradient."""
        found = by_batch(self._both, self.whole.filled(params), self.which, self.whole.ended[0])
        return found[:, 0], found[:, 1 : params.shape[1] + 1] * self.whole.scale

    def _both(self, tile: Tensor, numbers: Tensor) -> Tensor:
        (x, t), n = self.whole.ended, self.which.shape[1]
        x = gathered(x, numbers)
        error = torch.bmm(tile[:, None], x.transpose(1, 2))[:, 0] - t[numbers]
        loss = (error * error).sum(dim=-1, keepdim=True) / n
        return torch.cat([loss, torch.bmm((error * (2 / n))[:, None], x)[:, 0]], dim=-1)
