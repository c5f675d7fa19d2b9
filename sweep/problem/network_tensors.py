"""A module's loss for the points of a batch, in tiles of a fixed number of points: see :mod:`sweep.models.tile`."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from sweep.data.readings import Floats
from sweep.models import promise, tile
from sweep.models.draws import drawing
from sweep.models.losses import Loss
from sweep.models.rows import Rows, Samples, tiles
from sweep.models.source import Source
from sweep.models.trial import Traits
from sweep.problem.prepared import Prepared
from sweep.problem.problem import HOLDOUT_ACCURACY, HOLDOUT_LOSS
from sweep.problem.tensors import options_of

if TYPE_CHECKING:
    from sweep.problem.problem import Setup


WIDE = 32
"""Rows of a tile at most where the curvature is measured."""


def samples(
    inputs: Floats, targets: Floats, labelled: bool, dtype: torch.dtype = torch.float32, device: str = "cpu"
) -> Samples:
    """Samples as tensors."""
    t = torch.tensor(targets, dtype=torch.int64 if labelled else dtype, device=device)
    return Samples(torch.tensor(inputs, dtype=dtype, device=device), t)


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
    period, tile, at_once : of :mod:`sweep.models.tile`.
    is_promised : whether a row has the same bits in any company, as far as was tried.
    magnitude : of the problem.
    """

    start: Tensor
    scale: Tensor
    numbers: Sequence[int]
    seeds: Sequence[int]
    rows: Callable[[int], Rows]
    over: Samples
    held: Samples | None
    period: int
    tile: int
    at_once: int
    draws: bool
    is_promised: bool
    magnitude: float
    groups: Sequence[Group] = ()

    def __post_init__(self) -> None:
        if self.groups:
            return
        found: dict[int, list[int]] = defaultdict(list)
        for row, seed in enumerate(self.seeds):
            found[seed].append(row)
        groups = []
        for seed, own in found.items():
            seating = tile.seated([self.numbers[row] for row in own], self.tile, self.period)
            groups.append(Group(self.rows(seed), seed, torch.tensor(own), *seating))
        object.__setattr__(self, "groups", groups)

    @property
    def trained(self) -> dict[str, int]:
        """See :data:`sweep.problem.problem.TRAINED`."""
        return {"tile": self.tile, "promised": int(self.is_promised)}

    def loss(self, params: Tensor) -> Tensor:
        """The loss of each row, not while it trains."""
        return self._by_tile(params, lambda rows, own, scale: rows.loss(own, scale, self.over)[:, None])[:, 0]

    def loss_and_gradient(self, params: Tensor, epoch: int = 0) -> tuple[Tensor, Tensor]:
        """The loss of each row, and its gradient, drawn by the row's seed and ``epoch`` where the module draws."""

        def both(rows: Rows, own: Tensor, scale: Tensor) -> Tensor:
            losses, slopes = rows.loss_and_gradient(own, scale, self.over)
            return torch.cat([losses[:, None], slopes], dim=1)

        found = self._by_tile(params, both, epoch if self.draws else None)
        return found[:, 0], found[:, 1:]

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
            likeliest = rows.outputs(own, scale, over).argmax(dim=-1)
            return (likeliest == over.t).to(own.dtype).mean(dim=-1, keepdim=True)

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
            groups=(),
        )

    def _by_tile(
        self, params: Tensor, function: Callable[[Rows, Tensor, Tensor], Tensor], epoch: int | None = None
    ) -> Tensor:
        """What ``function`` makes of each tile, a row a row of ``params``."""
        found: Tensor | None = None
        for group in self.groups:
            own, scale = params, self.scale
            if len(self.groups) > 1:
                own, scale = own[group.numbers], scale[group.numbers]
            if self.tile > 1:
                own, scale = own[group.taken], scale[group.taken]
            parts = []
            for part in tiles(len(own), self.at_once):
                with drawing(group.seed, epoch):
                    parts.append(function(group.rows, own[part], scale[part]))
            made = torch.cat(parts)
            made = made[group.places] if self.tile > 1 else made
            if len(self.groups) == 1:
                return made
            found = params.new_empty((len(params), made.shape[1])) if found is None else found
            found[group.numbers] = made
        assert found is not None, "an objective has a row or more"
        return found


@dataclass(frozen=True)
class Bench:
    """Where modules of a problem are made for the points that train, each once a seed, dtype and device.

    Parameters
    ----------
    traits : of the module that ``source`` makes. magnitude : of the problem.
    told : how many points share a tile, where that is not for this release to choose.
    promises : what was tried, by dtype and kind of device.
    """

    source: Source
    prepared: Prepared
    loss: Loss
    traits: Traits
    magnitude: float
    told: int | None = None
    promises: dict[tuple[str, str], bool] = field(default_factory=dict)

    def objective(self, points: "Sequence[Setup]") -> NetworkObjective:
        """Of points that share dtype and device; tried for whether rows keep their bits in any company."""
        found = self._made(points, options_of(points))
        where = (str(found.start.dtype), found.start.device.type)
        if where not in self.promises:
            first = found.groups[0].rows, found.start[0], found.over
            self.promises[where] = promise.holds(*first, found.tile, found.period, found.at_once)
        return replace(found, is_promised=self.promises[where])

    def wide(self, points: "Sequence[Setup]") -> NetworkObjective:
        """The same in float64, in smaller tiles: what is asked of it keeps many vectors of a row."""
        found = self._made(points, options_of(points) | {"dtype": torch.float64})
        return replace(found, tile=WIDE, at_once=WIDE, groups=()) if found.at_once > WIDE else found

    def _made(self, points: "Sequence[Setup]", options: dict[str, Any]) -> NetworkObjective:
        like = torch.empty(0, **options)
        starts = {seed: self.source.start(seed, like) for seed in dict.fromkeys(point.seed for point in points)}
        odd = [seed for seed, start in starts.items() if len(start) != self.traits.size]
        if odd:
            most, usual = len(starts[odd[0]]), self.traits.size
            raise ValueError(f"by seed {odd[0]} the model has {most:,} parameters, by 0 {usual:,}")
        seeds = [point.seed if self.traits.by_seed else points[0].seed for point in points]
        made: dict[int, Rows] = {}

        def rows(seed: int) -> Rows:
            if seed not in made:
                module = self.source.module(seed).to(**options)
                made[seed] = Rows(module, self.loss, self.traits.modes)
            return made[seed]

        size, period = self.tile(options["device"].type), tile.period_of(self.traits.strides, like.element_size())
        period = 1 if size == 1 else period
        prepared, labelled = self.prepared, bool(self.source.classes)
        over, held = (
            samples(inputs, targets, labelled, **options) if len(targets) else None
            for inputs, targets in (
                (prepared.inputs, prepared.targets),
                (prepared.held_inputs, prepared.held_targets),
            )
        )
        assert over is not None, "preparation leaves samples"
        return NetworkObjective(
            torch.stack([starts[point.seed] for point in points]),
            torch.tensor([point.scale for point in points], **options),
            [point.place for point in points],
            seeds,
            rows,
            over,
            held,
            period,
            size,
            tile.at_once(size, options["device"].type),
            self.traits.draws,
            True,
            self.magnitude,
        )

    def tile(self, device: str) -> int:
        """T of the problem."""
        return 1 if self.traits.one_by_one else self.told or tile.rows_of(self.traits.work, device)
