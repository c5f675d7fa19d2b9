"""Logistic regression as tensor maths over tiles of a fixed number of points: see :mod:`sweep.problem.by_tile`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor
from torch.nn.functional import one_hot, pad

from sweep.data.readings import Floats
from sweep.problem.by_tile import INPUTS, SAMPLES, TILE, by_batch, by_tile, gathered
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
    own : the number of each sample's class, shape ``(n,)``.
    samples : how many there are in truth.
    held : of the samples that are held out, where there are any.
    """

    start: Tensor
    scale: Tensor
    x: Tensor
    y: Tensor
    own: Tensor
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
            own = torch.tensor(targets, dtype=torch.int64, device=start.device)
            y = pad(one_hot(own, classes).T.to(**options), (0, short))
            return cls(
                start, scale, pad(x, (0, -(size + 1) % INPUTS, 0, short)), y, pad(own, (0, short)), samples, held
            )

        held = over(prepared.held_inputs, prepared.held_targets) if len(prepared.held_targets) else None
        return over(prepared.inputs, prepared.targets, held)

    def loss(self, params: Tensor) -> Tensor:
        """Mean cross-entropy of each row."""
        return by_tile(self._loss, self.filled(params), self.tile)[: len(params), 0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of each row, and its gradient: ``1/n · Σ (p − 1[y]) · (x, 1)``, p being the softmax."""
        return self.split(by_tile(self._both, self.filled(params), self.tile)[: len(params)])

    def split(self, found: Tensor) -> tuple[Tensor, Tensor]:
        """Losses, and slopes as the parameters are, from rows of a loss and a slope for each class and column of x."""
        slopes = found[:, 1:].view(len(found), self.free, -1)
        size = self.start.shape[1] // self.free
        weights, intercepts = slopes[:, :, : size - 1], slopes[:, :, size - 1]
        return found[:, 0], torch.cat([weights.flatten(1), intercepts], dim=1) * self.scale

    def watch(self, params: Tensor) -> dict[str, Tensor]:
        """Loss and accuracy on what is held out, where there is any."""
        if self.held is None:
            return {}
        found = by_tile(self.held._ends, self.held.filled(params), self.held.tile)[: len(params)]
        return {HOLDOUT_LOSS: found[:, 0], HOLDOUT_ACCURACY: found[:, 1]}

    def take(self, which: Tensor | slice) -> "LogisticObjective":
        """Of some of its rows."""
        held = self.held and self.held.take(which)
        return replace(self, start=self.start[which], scale=self.scale[which], held=held)

    def sampled(self, which: Tensor) -> "SampledLogistic":
        """Over some samples of each row."""
        return SampledLogistic(self, which)

    @property
    def tile(self) -> int:
        """Points of a tile; 1 where a point alone has so many logits that more do not pay."""
        return TILE if self.y.numel() <= (CPU_LOGITS if self.y.device.type == "cpu" else DEVICE_LOGITS) else 1

    @property
    def free(self) -> int:
        """How many classes have a logit of their own."""
        return len(self.y) if len(self.y) > 2 else 1

    def filled(self, params: Tensor) -> Tensor:
        """A row a point and class, in whole tiles, shape ``(n_points', free, m)``."""
        (count, size), free = params.shape, self.free
        scaled = params * self.scale
        weights, intercepts = scaled[:, :-free].view(count, free, -1), scaled[:, -free:, None]
        rows = torch.cat([weights, intercepts], dim=2)
        return pad(rows, (0, self.x.shape[1] - size // free, 0, 0, 0, -count % self.tile))

    def _logits(self, tile: Tensor) -> Tensor:
        """Shape ``(tile, classes, n)``."""
        return with_first((tile.flatten(0, 1) @ self.x.T).view(self.tile, self.free, -1))

    def _loss(self, tile: Tensor) -> Tensor:
        return cross_entropy(self._logits(tile), self.own, self._real)[0] / self.samples

    def _both(self, tile: Tensor) -> Tensor:
        logits = self._logits(tile)
        total, logs = cross_entropy(logits, self.own, self._real)
        errors = (torch.exp(logs) - self.y)[:, -self.free :] / self.samples
        slopes = errors.flatten(0, 1) @ self.x
        return torch.cat([total / self.samples, slopes.view(self.tile, -1)], dim=1)

    @cached_property
    def ended(self) -> tuple[Tensor, Tensor]:
        """Inputs and classes with a last sample of zeros, which fills batches up."""
        return pad(self.x, (0, 0, 0, 1)), pad(self.own, (0, 1))

    @cached_property
    def _real(self) -> Tensor:
        """1 for each sample, 0 for what fills up."""
        return self.y.sum(dim=0)

    def _ends(self, tile: Tensor) -> Tensor:
        """Loss and accuracy, shape ``(tile, 2)``."""
        logits = self._logits(tile)
        right = ((logits.argmax(dim=1) == self.own) * self._real).sum(dim=-1)
        return torch.cat([cross_entropy(logits, self.own, self._real)[0], right[:, None]], dim=1) / self.samples


@dataclass(frozen=True)
class SampledLogistic:
    """The losses of ``whole``, each row's over samples of its own: ``which`` has the shape ``(n_points, batch)``."""

    whole: LogisticObjective
    which: Tensor

    def loss(self, params: Tensor) -> Tensor:
        """Mean cross-entropy of each row."""
        return self.loss_and_gradient(params)[0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """Mean cross-entropy of each row, and its gradient."""
        whole = self.whole
        return whole.split(by_batch(self._both, whole.filled(params), self.which, whole.ended[0], whole.tile))

    def _both(self, tile: Tensor, numbers: Tensor) -> Tensor:
        (x, own), n = self.whole.ended, self.which.shape[1]
        x, own = gathered(x, numbers), own[numbers][:, None]
        real = (torch.arange(numbers.shape[1], device=x.device) < n).to(x.dtype)
        total, logs = cross_entropy(with_first(torch.bmm(tile, x.transpose(1, 2))), own, real)
        errors = torch.exp(logs).scatter_add(1, own, -real.expand(own.shape))[:, -self.whole.free :] / n
        return torch.cat([total / n, torch.bmm(errors, x).flatten(1)], dim=1)


def with_first(free: Tensor) -> Tensor:
    """Logits of all classes, shape ``(tile, classes, n)``: of two, only the second's are given, the first's are 0."""
    return free if free.shape[1] > 1 else torch.cat([torch.zeros_like(free), free], dim=1)


def cross_entropy(logits: Tensor, own: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """The sum over samples, shape ``(tile, 1)``, and the logarithm of each class's probability.

    That of the likeliest class is near 0, and found from the others' so that it keeps its digits.

    Parameters
    ----------
    logits : shape ``(tile, classes, n)``.
    own : the number of each sample's class, the same for all rows or by row.
    real : 1 for each sample that counts, 0 for another.
    """
    highest, which = logits.max(dim=1, keepdim=True)
    below = logits - highest
    logs = below - torch.log1p(torch.exp(below).scatter(1, which, 0).sum(dim=1, keepdim=True))
    found = logs.gather(1, own.expand(len(logs), 1, -1))[:, 0] * real
    return -found.sum(dim=-1, keepdim=True), logs
