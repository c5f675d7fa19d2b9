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
    exact : the same in float64, shape ``(n_points,)``.
    factors, schedule_of : as :func:`sweep.training.schedule.factors` has them; None where the lr stays.
    decay : coupled weight decay, shape ``(n_points, 1)``, each > 0; None where there is none.
    size : samples an update; 0: all.
    seeds : by which samples are shuffled, no two the same; ``samples`` is how many there are.
    seed_of : which of the seeds is that of each row, shape ``(n_points,)``, int64.
    """

    lr: Tensor
    exact: Tensor
    is_steady: bool = True
    factors: Tensor | None = None
    schedule_of: Tensor | None = None
    decay: Tensor | None = None
    size: int = 0
    seeds: Sequence[int] = ()
    samples: int = 0
    seed_of: Tensor | None = None

    @classmethod
    def of(cls, points: Sequence[Point], like: Tensor, samples: int) -> Self:
        """Of points that may share a tensor, in the order of their rows, of which the first has the most epochs."""

        def column(values: Sequence[float]) -> Tensor:
            return like.new_tensor(values)[:, None]

        lrs = [point.lr for point in points]
        found = cls(column(lrs), like.new_tensor(lrs, dtype=torch.float64), points[0].is_steady)
        if points[0].decay:
            found = replace(found, decay=column([point.decay for point in points]))
        if (moving := factors(points, points[0].epochs)) is not None:
            by_epoch, schedule_of = (torch.from_numpy(each).to(like.device) for each in moving)
            found = replace(found, factors=by_epoch, schedule_of=schedule_of)
        if points[0].batch_size:
            seeds, places = np.unique([point.seed for point in points], return_inverse=True)
            seed_of = torch.from_numpy(places).to(like.device)
            found = replace(found, size=points[0].batch_size, seeds=seeds.tolist(), samples=samples, seed_of=seed_of)
        return found

    @property
    def updates(self) -> int:
        """How many updates an epoch has."""
        return -(-self.samples // self.size) if self.size else 1

    def lr_of(self, epoch: int) -> Tensor:
        """Learning rates, shape ``(n_points, 1)``."""
        if self.factors is None or self.schedule_of is None:
            return self.lr
        lr = self.factors[epoch].index_select(0, self.schedule_of).mul_(self.exact)
        return lr.to(self.lr.dtype)[:, None]

    def batches(self, epoch: int) -> Sequence[Tensor] | None:
        """Of each update which samples each row takes, shape ``(n_points, size)``, the last one less; None: all."""
        if self.seed_of is None:
            return None
        drawn = torch.from_numpy(orders(self.seeds, epoch, self.samples)).to(self.lr.device)
        chosen = drawn.index_select(0, self.seed_of)
        return [chosen[:, first : first + self.size] for first in range(0, self.samples, self.size)]

    def take(self, which: Tensor | slice) -> "Pace":
        """Of some of its rows."""
        by_row = {name: getattr(self, name) for name in ("lr", "exact", "schedule_of", "decay", "seed_of")}
        return replace(self, **{name: values[which] for name, values in by_row.items() if values is not None})
