"""A module's loss for the points of a batch, in tiles of a fixed number of points: see :mod:`sweep.models.tile`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from sweep.models import tile
from sweep.models.draws import drawing
from sweep.models.rows import Rows, Samples, tiles
from sweep.models.tile import Tiling
from sweep.problem.problem import BATCH_TILE, HOLDOUT_ACCURACY, HOLDOUT_LOSS


@dataclass(frozen=True)
class Group:
    """Points that share a module, as one is drawn by their seed.

    Parameters
    ----------
    numbers : which rows of the objective they are. seats : from :class:`sweep.models.tile.Seating`, in T rows a tile.
    """

    rows: Rows
    seed: int
    numbers: Tensor
    taken: Tensor
    places: Tensor


@dataclass(frozen=True)
class NetworkObjective:
    """:class:`sweep.problem.problem.Objective` of a module.

    Parameters
    ----------
    start : shape ``(n_points, n_parameters)``. scale : ``(n_points,)``.
    numbers : of each row, by which it has its place. seeds : of each row that of its module's draws.
    rows : by seed, the module; one for all where it does not depend on it.
    tiling : how rows stand in tiles. batch_tiling : at an update over some of the samples, where updates are.
    is_promised : whether a row has the same bits in any company, as far as was tried.
    magnitude : of the problem. classes : 0 of a quantity.
    """

    start: Tensor
    scale: Tensor
    numbers: Sequence[int]
    seeds: Sequence[int]
    rows: Callable[[int], Rows]
    over: Samples
    held: Samples | None
    tiling: Tiling
    batch_tiling: Tiling | None
    draws: bool
    is_promised: bool
    magnitude: float
    classes: int

    @cached_property
    def groups(self) -> Sequence[Group]:
        """Of all rows."""
        return self._groups(self.tiling)

    @cached_property
    def batch_groups(self) -> Sequence[Group]:
        """The same, at an update over some of the samples."""
        return self._groups(self.batch_tiling or self.tiling)

    def _groups(self, tiling: Tiling) -> list[Group]:
        found: dict[int, list[int]] = defaultdict(list)
        for row, seed in enumerate(self.seeds):
            found[seed].append(row)
        groups = []
        for seed, own in found.items():
            seating = tile.seated([self.numbers[row] for row in own], tiling.rows, tiling.period)
            groups.append(Group(self.rows(seed), seed, torch.tensor(own), *seating))
        return groups

    @property
    def tile(self) -> int:
        """Of an update."""
        return (self.batch_tiling or self.tiling).rows

    @property
    def trained(self) -> dict[str, int]:
        """See :data:`sweep.problem.problem.TRAINED`."""
        told = {} if self.batch_tiling is None else {BATCH_TILE: self.batch_tiling.rows}
        return {"tile": self.tiling.rows, "promised": int(self.is_promised)} | told

    @property
    def samples(self) -> int:
        """How many samples train."""
        return len(self.over.t)

    def loss(self, params: Tensor) -> Tensor:
        """The loss of each row, not while it trains."""
        return self._by_tile(params, lambda rows, own, scale: rows.loss(own, scale, self.over)[:, None])[:, 0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """The loss of each row, and its gradient, drawn by the row's seed and ``epoch`` where the module draws."""

        def both(rows: Rows, own: Tensor, scale: Tensor) -> Tensor:
            losses, slopes = rows.loss_and_gradient(own, scale, self.over)
            return torch.cat([losses[:, None], slopes], dim=1)

        found = self._by_tile(params, both, epoch if self.draws else None)
        return found[:, 0], found[:, 1:]

    def sampled(self, which: Tensor) -> "SampledNetwork":
        """Over some samples of each row."""
        return SampledNetwork(self, which)

    def watch(self, params: Tensor) -> dict[str, Tensor]:
        """Loss, and of classes accuracy, on what is held out, where there is any."""
        held = self.held
        if held is None:
            return {}
        found = {HOLDOUT_LOSS: self._by_tile(params, lambda rows, own, by: rows.loss(own, by, held)[:, None])[:, 0]}
        if not held.t.is_floating_point():
            found[HOLDOUT_ACCURACY] = self.accuracy(params, held)
        return found

    def accuracy(self, params: Tensor, over: Samples) -> Tensor:
        """Of each row the part of the samples that has its own class as the likeliest."""

        def right(rows: Rows, own: Tensor, scale: Tensor) -> Tensor:
            outputs = rows.outputs(own, scale, over)
            if outputs.shape[1:] != (len(over.t), self.classes):  # Of one's own loss they may mean anything.
                return own.new_full((len(own), 1), torch.nan)
            return (outputs.argmax(dim=-1) == over.t).to(own.dtype).mean(dim=-1, keepdim=True)

        return self._by_tile(params, right)[:, 0]

    def take(self, which: Tensor | slice) -> "NetworkObjective":
        """Of some of its rows."""
        kept = torch.arange(len(self.start))[which].tolist()
        return replace(
            self,
            start=self.start[which],
            scale=self.scale[which],
            numbers=[self.numbers[row] for row in kept],
            seeds=[self.seeds[row] for row in kept],
        )

    def _by_tile(
        self, params: Tensor, function: Callable[[Rows, Tensor, Tensor], Tensor], epoch: int | None = None
    ) -> Tensor:
        """What ``function`` makes of each tile of rows, with their parameters and scales; a row a row of ``params``."""
        return by_tile(self.groups, self.tiling, (params, self.scale), function, epoch)


@dataclass(frozen=True)
class SampledNetwork:
    """The losses of ``whole``, each row's over samples of its own: ``which`` has the shape ``(n_points, batch)``."""

    whole: NetworkObjective
    which: Tensor

    def loss(self, params: Tensor) -> Tensor:
        """The loss of each row, while it trains."""
        return self.loss_and_gradient(params)[0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0, update: int = 0) -> tuple[Tensor, Tensor]:
        """The loss of each row while it trains, and its gradient, drawn by its seed, ``epoch`` and ``update``."""
        whole = self.whole

        def both(rows: Rows, own: Tensor, scale: Tensor, which: Tensor) -> Tensor:
            losses, slopes = rows.loss_and_gradient(own, scale, whole.over.taken(which))
            return torch.cat([losses[:, None], slopes], dim=1)

        given, drawn = (params, whole.scale, self.which), epoch if whole.draws else None
        found = by_tile(whole.batch_groups, whole.batch_tiling or whole.tiling, given, both, drawn, update)
        return found[:, 0], found[:, 1:]


def by_tile(
    groups: Sequence[Group],
    tiling: Tiling,
    given: Sequence[Tensor],
    function: Callable[..., Tensor],
    epoch: int | None = None,
    update: int = 0,
) -> Tensor:
    """What ``function`` makes of a group's module and each tile of what is ``given``, a row a point.

    Parameters
    ----------
    given : each with a row a point.
    epoch, update : by which it draws; none of where there is no epoch.
    """
    found: Tensor | None = None
    for group in groups:
        own = given
        if len(groups) > 1:
            own = [each[group.numbers] for each in own]
        if tiling.rows > 1:
            own = [each[group.taken] for each in own]
        parts = []
        for part in tiles(len(own[0]), tiling.at_once):
            with drawing(group.seed, epoch, update):
                parts.append(function(group.rows, *(each[part] for each in own)))
        made = torch.cat(parts)
        made = made[group.places] if tiling.rows > 1 else made
        if len(groups) == 1:
            return made
        found = made.new_empty((len(given[0]), made.shape[1])) if found is None else found
        found[group.numbers] = made
    assert found is not None, "an objective has a row or more"
    return found
