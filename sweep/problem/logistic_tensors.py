"""Logistic regression as tensor maths over tiles of a fixed number of points.

Why tiles, and why whole blocks, says :mod:`sweep.problem.linear_tensors`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from sweep.data.readings import Floats
from sweep.problem.linear_tensors import INPUTS, SAMPLES, TILE, by_tile
from sweep.problem.prepared import Prepared
from sweep.problem.problem import HOLDOUT_ACCURACY, HOLDOUT_LOSS
from sweep.problem.tensors import options_of

if TYPE_CHECKING:
    from sweep.problem.problem import Setup

CPU_LOGITS, DEVICE_LOGITS = 1 << 16, 1 << 20
"""Logits of a point up to which points share a tile. On a CPU, 100,000 samples of 2 classes take 131 ms an update of 32
points in a tile, and 107 ms one by one; 2,000 of 100 classes 110 and 44. Elsewhere, what they need is memory."""


@dataclass(frozen=True)
class LogisticObjective:
    """:class:`sweep.problem.problem.Objective` of cross-entropy.

    Parameters
    ----------
    start : shape ``(n_points, free·(n_inputs + 1))``: the weights of each class with a logit of its own, then the
        intercepts.
    scale : what each parameter is multiplied by, of that shape; an intercept's is 1.
    x : inputs before their scale, and a 1, in whole blocks filled up with zeros, shape ``(n, m)``.
    y : for each class 1 at the samples that are of it, else 0, shape ``(classes, n)``.
    samples : how many there are in truth.
    held : of the samples that are held out, where there are any.
    """

    start: Tensor
    scale: Tensor
    x: Tensor
    y: Tensor
    samples: int
    held: "LogisticObjective | None" = None
    draws = False
    trained: ClassVar[Mapping[str, int]] = {}

    @classmethod
    def of(
        cls, prepared: Prepared, points: "Sequence[Setup]", starts: Sequence[Sequence[float]]
    ) -> "LogisticObjective":
        """The objective of points that share dtype and device, each with its start."""
        options = options_of(points)
        classes, inputs = len(prepared.readings.classes), prepared.inputs.shape[1]
        free = classes if classes > 2 else 1
        start = torch.tensor(starts, **options)
        scale = torch.ones(start.shape, **options)
        scale[:, : free * inputs] = torch.tensor([point.scale for point in points], **options)[:, None]

        def over(inputs: Floats, targets: Floats, held: LogisticObjective | None = None) -> LogisticObjective:
            samples, size = inputs.shape
            x = torch.ones((samples, size + 1), **options)
            x[:, :-1] = torch.tensor(inputs, **options)
            short = -samples % SAMPLES
            y = one_hot(torch.tensor(targets, dtype=torch.int64), classes).T.to(**options)
            return cls(start, scale, pad(x, (0, -(size + 1) % INPUTS, 0, short)), pad(y, (0, short)), samples, held)

        held = over(prepared.held_inputs, prepared.held_targets) if len(prepared.held_targets) else None
        return over(prepared.inputs, prepared.targets, held)

    def loss(self, params: Tensor) -> Tensor:
        """Mean cross-entropy of each row."""
        return by_tile(self._loss, self._filled(params), self.tile)[: len(params), 0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of each row, and its gradient: ``1/n · Σ (p − 1[y]) · (x, 1)``, p being the softmax."""
        found = by_tile(self._both, self._filled(params), self.tile)[: len(params)]
        slopes = found[:, 1:].view(len(params), self._free, -1)
        size = params.shape[1] // self._free
        weights, intercepts = slopes[:, :, : size - 1], slopes[:, :, size - 1]
        return found[:, 0], torch.cat([weights.flatten(1), intercepts], dim=1) * self.scale

    def watch(self, params: Tensor) -> dict[str, Tensor]:
        """Loss and accuracy on what is held out, where there is any."""
        if self.held is None:
            return {}
        found = by_tile(self.held._ends, self.held._filled(params), self.held.tile)[: len(params)]
        return {HOLDOUT_LOSS: found[:, 0], HOLDOUT_ACCURACY: found[:, 1]}

    def take(self, which: Tensor | slice) -> "LogisticObjective":
        """Of some of its rows."""
        held = self.held and self.held.take(which)
        return replace(self, start=self.start[which], scale=self.scale[which], held=held)

    @property
    def tile(self) -> int:
        """Points of a tile; 1 where a point alone has so many logits that more do not pay."""
        return TILE if self.y.numel() <= (CPU_LOGITS if self.y.device.type == "cpu" else DEVICE_LOGITS) else 1

    @property
    def _free(self) -> int:
        """How many classes have a logit of their own."""
        return len(self.y) if len(self.y) > 2 else 1

    def _filled(self, params: Tensor) -> Tensor:
        """A row a point and class, in whole tiles, shape ``(n_points', free, m)``."""
        (count, size), free = params.shape, self._free
        scaled = params * self.scale
        weights, intercepts = scaled[:, :-free].view(count, free, -1), scaled[:, -free:, None]
        rows = torch.cat([weights, intercepts], dim=2)
        return pad(rows, (0, self.x.shape[1] - size // free, 0, 0, 0, -count % self.tile))

    def _logits(self, tile: Tensor) -> Tensor:
        """Shape ``(tile, classes, n)``; of two classes, the first one's are 0."""
        found = (tile.flatten(0, 1) @ self.x.T).view(self.tile, self._free, -1)
        return found if self._free > 1 else torch.cat([torch.zeros_like(found), found], dim=1)

    def _mean(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, shape ``(tile, 1)``, and the logarithm of each class's probability.

        That of the likeliest class is near 0, and found from the others' so that it keeps its digits.
        """
        highest, which = logits.max(dim=1, keepdim=True)
        below = logits - highest
        logs = below - torch.log1p(torch.exp(below).scatter(1, which, 0).sum(dim=1, keepdim=True))
        own = logs.gather(1, self.y.argmax(dim=0).expand(len(logs), 1, -1))[:, 0] * self.y.sum(dim=0)
        return -own.sum(dim=-1, keepdim=True) / self.samples, logs

    def _loss(self, tile: Tensor) -> Tensor:
        return self._mean(self._logits(tile))[0]

    def _both(self, tile: Tensor) -> Tensor:
        logits = self._logits(tile)
        loss, logs = self._mean(logits)
        errors = (torch.exp(logs) - self.y)[:, -self._free :] / self.samples
        slopes = errors.flatten(0, 1) @ self.x
        return torch.cat([loss, slopes.view(self.tile, -1)], dim=1)

    def _ends(self, tile: Tensor) -> Tensor:
        """Loss and accuracy, shape ``(tile, 2)``."""
        logits = self._logits(tile)
        right = ((logits.argmax(dim=1) == self.y.argmax(dim=0)) * self.y.sum(dim=0)).sum(dim=-1)
        return torch.cat([self._mean(logits)[0], right[:, None] / self.samples], dim=1)
