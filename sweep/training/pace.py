"""How rows of a batch go: their learning rate at each epoch, over which samples an update is, and the pull to 0."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from sweep.plan.point import Point
from sweep.training.batches import orders
from sweep.training.schedule import factors


@dataclass(frozen=True)
class Pace:
    """Of ``n_points`` rows.

    Parameters
    ----------
    lr : shape ``(n_points, 1)``.
    is_steady : whether every update is the same function of where it starts.
    moved : lr of each epoch, shape ``(epochs, n_points)``; None where it stays.
    decay : coupled weight decay, shape ``(n_points, 1)``, each > 0; None where there is none.
    size : samples an update; 0: all.
    seeds : by which the samples of each row are shuffled, with their number in all.
    """

    lr: Tensor
    is_steady: bool = True
    moved: Tensor | None = None
    decay: Tensor | None = None
    size: int = 0
    seeds: Sequence[int] = ()
    samples: int = 0

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor, samples: int) -> Self:
        """Of points that may share a tensor, in the order of their rows, of which the first has the most epochs."""

        def column(values: Sequence[float]) -> Tensor:
            return like.new_tensor(values)[:, None]

        lr = np.array([point.lr for point in points])
        by_epoch = factors(points, points[0].epochs)
        moved = None if by_epoch is None else torch.from_numpy(by_epoch * lr).to(like)
        decay = column([point.decay for point in points]) if points[0].decay else None
        seeds = [point.seed for point in points] if points[0].batch_size else []
        return cls(column(lr.tolist()), points[0].is_steady, moved, decay, points[0].batch_size, seeds, samples)

    @property
    def updates(self) -> int:
        """How many updates an epoch has."""
        return -(-self.samples // self.size) if self.size else 1

    def lr_of(self, epoch: int) -> Tensor:
        """Learning rates, shape ``(n_points, 1)``."""
        return self.lr if self.moved is None else self.moved[epoch][:, None]

    def batches(self, epoch: int) -> Sequence[Tensor] | None:
        """Of each update which samples each row takes, shape ``(n_points, size)``, the last one less; None: all."""
        if not self.size:
            return None
        distinct = list(dict.fromkeys(self.seeds))
        row_of = {seed: row for row, seed in enumerate(distinct)}
        rows = orders(distinct, epoch, self.samples)
        chosen = torch.from_numpy(rows)[[row_of[seed] for seed in self.seeds]].to(self.lr.device)
        return [chosen[:, first : first + self.size] for first in range(0, self.samples, self.size)]

    def take(self, which: Tensor | slice) -> "Pace":
        """Of some of its rows."""
        kept = torch.arange(len(self.lr))[which].tolist()
        return replace(
            self,
            lr=self.lr[which],
            moved=None if self.moved is None else self.moved[:, which],
            decay=None if self.decay is None else self.decay[which],
            seeds=[self.seeds[row] for row in kept] if self.size else (),
        )
