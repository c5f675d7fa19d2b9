"""Where modules of a problem are made, and tried, for the points that train."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch

from sweep.models import promise, tile
from sweep.models.losses import Loss
from sweep.models.rows import Rows
from sweep.models.source import Source
from sweep.models.trial import Traits
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
    told : how many points share a tile, where that is not for this release to choose.
    promises : what was tried, by dtype, kind of device and whether the curvature is measured.
    """

    source: Source
    prepared: Prepared
    loss: Loss
    traits: Traits
    magnitude: float
    told: int | None = None
    promises: dict[tuple[str, str, bool], bool] = field(default_factory=dict)

    def objective(self, points: "Sequence[Setup]") -> NetworkObjective:
        """Of points that share dtype and device; tried for whether rows keep their bits in any company."""
        found, is_curved = self._made(points, options_of(points)), points[0].curvature and not self.traits.uncurved
        where = (str(found.start.dtype), found.start.device.type, is_curved)
        if where not in self.promises:
            first = found.groups[0].rows, found.start[0], found.over, found.tile, found.period
            held = promise.holds(*first, found.at_once)
            if held and is_curved:
                wide = self.wide(points[:1])
                held = promise.holds_curved(wide.groups[0].rows, wide.start[0], wide.over, wide.tile, wide.period)
            self.promises[where] = held
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
            self.source.classes,
        )

    def tile(self, device: str) -> int:
        """T of the problem."""
        return 1 if self.traits.one_by_one else self.told or tile.rows_of(self.traits.work, device)
