"""Where modules of a problem are made, and tried, for the points that train."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from sweep.models import promise, tile
from sweep.models.losses import Loss
from sweep.models.rows import Rows
from sweep.models.source import Source
from sweep.models.tile import Tiling
from sweep.models.trial import Traits, sampled
from sweep.problem.network_tensors import NetworkObjective
from sweep.problem.prepared import Prepared
from sweep.problem.tensors import options_of, samples

if TYPE_CHECKING:
    from sweep.problem.problem import Setup

WIDE = 32
"""Rows of a tile at most where the curvature is measured."""


@dataclass(frozen=True)
class Bench:
    """Where modules of a problem are made for the points that train, each once a seed, dtype and device.

    Parameters
    ----------
    traits : of the module that ``source`` makes. magnitude : of the problem.
    told : how many points share a tile, and how many at an update over some samples, where that is not for this release
        to choose.
    promises : what was tried, by dtype, kind of device, whether the curvature is measured, and samples an update.
    batch_tilings : how rows stand at an update over some samples, by dtype, kind of device and samples an update.
    """

    source: Source
    prepared: Prepared
    loss: Loss
    traits: Traits
    magnitude: float
    told: tuple[int, int] | None = None
    promises: dict[tuple[str, str, bool, int], bool] = field(default_factory=dict)
    batch_tilings: dict[tuple[str, str, int], Tiling] = field(default_factory=dict)

    def objective(self, points: "Sequence[Setup]") -> NetworkObjective:
        """Of points that share dtype and device; tried for whether rows keep their bits in any company."""
        found, is_curved = self._made(points, options_of(points)), points[0].curvature and not self.traits.uncurved
        batch = points[0].batch_size
        if batch:
            found = replace(found, batch_tiling=self._batch_tiling(found, batch))
        where = (str(found.start.dtype), found.start.device.type, is_curved, batch)
        if where not in self.promises:
            self.promises[where] = self._holds(found, batch, points[:1] if is_curved else ())
        return replace(found, is_promised=self.promises[where])

    def _holds(self, found: NetworkObjective, batch: int, curved: "Sequence[Setup]") -> bool:
        """Whether rows keep their bits in all that is computed of them: at updates, and where ``curved`` ones end."""
        first = found.groups[0].rows, found.start[0], found.over
        held = promise.holds(*first, found.tiling)
        if tiling := found.batch_tiling:
            held = held and all(promise.holds(*first, tiling, size) for size in sizes(batch, found.samples))
        if held and curved:
            wide = self.wide(curved)
            held = promise.holds_curved(wide.groups[0].rows, wide.start[0], wide.over, wide.tiling)
        return held

    def _batch_tiling(self, found: NetworkObjective, batch: int) -> Tiling:
        """Of an update over ``batch`` samples, and over what the last one of an epoch has."""
        dtype, device = found.start.dtype, found.start.device.type
        where = (str(dtype), device, batch)
        if where not in self.batch_tilings:
            tried = [
                sampled(found.groups[0].rows, found.start[0], found.over, size) for size in sizes(batch, found.samples)
            ]
            work = -(-self.traits.work * batch // found.samples)
            rows = self.told[1] if self.told else tile.rows_of(work, device)
            rows = 1 if self.traits.one_by_one or any(why for _, why in tried) else rows
            strides = [stride for strides, _ in tried for stride in strides]
            self.batch_tilings[where] = Tiling.of(rows, strides, dtype.itemsize, device)
        return self.batch_tilings[where]

    def wide(self, points: "Sequence[Setup]") -> NetworkObjective:
        """The same in float64, in smaller tiles: what is asked of it keeps many vectors of a row."""
        found = self._made(points, options_of(points) | {"dtype": torch.float64})
        fewer = found.tiling._replace(rows=WIDE, at_once=WIDE)
        return replace(found, tiling=fewer) if found.tiling.at_once > WIDE else found

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

        device = options["device"].type
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
            Tiling.of(self.tile(device), self.traits.strides, like.element_size(), device),
            None,
            self.traits.draws,
            True,
            self.magnitude,
            self.source.classes,
        )

    def tile(self, device: str) -> int:
        """T of the problem."""
        if self.traits.one_by_one:
            return 1
        return self.told[0] if self.told else tile.rows_of(self.traits.work, device)


def sizes(batch: int, samples: int) -> list[int]:
    """How many samples the updates of an epoch have: ``batch``, and what is left for the last one."""
    return [batch, *([samples % batch] if samples % batch else [])]
