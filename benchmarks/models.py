"""A perceptron by the thousand: tiles against torch's plain loop, in turn within one process, on one thread.

As a program, one measurement: a line of JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from benchmarks import mlp
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, table

if TYPE_CHECKING:
    from torch import nn

    from sweep.plan.plan import Plan
    from sweep.training.curve import Curve

Made = TypeVar("Made")

ALONE = 10
"""Points that are trained by the loop; the rest are taken to cost the same."""

MEASURED = 32
"""Points whose ends are measured; where each trains alone, 4."""

BARS = {(8, 64): 1 / 8, (32, 64): 1 / 4}
"""By width and samples, what a point may take at most of what the loop takes for it; others :data:`NEVER`."""

NEVER = 1 / 0.95
WIDTHS, SAMPLES = (8, 32, 64, 128, 256), (64, 256, 1000)
ODD = ((7, 50), (7, 250), (31, 50), (31, 250), (63, 250))
"""Sizes of which a row of a tile does not begin at a multiple of 64 bytes, so that a point has not every place."""

WORK = 10**9
"""Multiplications, about, that a measurement without a bar of its own has at most: fewer epochs, then fewer points."""


@dataclass(frozen=True)
class Found:
    """Of one size: µs of a processor for a point and epoch; ``tiles`` and ``loop`` were measured in turn.

    Parameters
    ----------
    rows, period : T, and after how many rows of it places are alike.
    curvature : what the measure at the end takes more, in µs a point. single : of a point that trains alone.
    """

    rows: int
    period: int
    points: int
    epochs: int
    tiles: list[float]
    loop: list[float]
    single: float
    curvature: float

    @property
    def cells(self) -> list[str]:
        """As the table shows it."""
        tiles, loop = statistics.median(self.tiles), statistics.median(self.loop)
        times = [f"{each:,.3g}" for each in (tiles, loop, 1 / self.ratio, self.single, self.curvature / loop)]
        return [f"{self.rows}, {self.period}", f"{self.points:,} × {self.epochs}", *times]

    @property
    def ratio(self) -> float:
        """The median of what tiles take of what the loop takes, in pairs."""
        return statistics.median(one / other for one, other in zip(self.tiles, self.loop, strict=True))


def section(quick: bool, rounds: int, folder: Path) -> Section:
    """Measure each size in a process of its own."""
    sizes = [(8, 64)] if quick else [*((w, n) for w in WIDTHS for n in SAMPLES), *ODD]
    rows, bars = [], []
    for number, (width, samples) in enumerate(sizes):
        say(f"  width {width}, {samples} samples")
        points, epochs = (64, 5) if quick else amount(width, samples)
        words = map(str, (width, samples, points, epochs, rounds))
        found = Found(**json.loads(measure(python("-m", "benchmarks.models", *words), folder / str(number)).output))
        rows.append([f"{width}, {samples:,}", *found.cells])
        what = f"MLP of width {width} on {samples:,} samples, {points:,} points, of the loop one by one"
        bars.append(Bar(what, BARS.get((width, samples), NEVER), found.ratio))
    text = "## Models: a tanh MLP with two hidden layers, on one thread; µs of a processor for a point and epoch\n\n"
    header = ["width, samples", "T, period", "points × epochs", "tiles", "loop", "gain", "a point alone"]
    return Section(text + table([*header, "curvature, epochs of the loop"], rows), bars)


def amount(width: int, samples: int) -> tuple[int, int]:
    """Points and epochs that are measured of a size: 1,000 × 200, or fewer."""
    if (width, samples) in BARS:
        return 1000, 200
    step = 3 * samples * (width + mlp.INPUTS) * (width + 1)
    epochs = max(5, min(200, WORK // (1000 * step)))
    return max(2 * ALONE, min(1000, WORK // (epochs * step))), epochs


def once(width: int, samples: int, points: int, epochs: int, rounds: int) -> Found:
    """Measure a size, in a processor's time: other work on the machine is not counted.

    Raises
    ------
    RuntimeError : a point has other losses in its tile than in the loop, beyond rounding.
    """
    import torch

    from sweep.training.in_process import in_process

    torch.set_num_threads(1)
    x, t = mlp.table(samples)
    plain, curved = (_plan(width, samples, points, epochs, curvature) for curvature in (False, True))
    problem = plain.problem(plain.points[0])
    step = max(points // ALONE, 1)
    some = plain.points[::step][:ALONE]

    def loop() -> list[list[float]]:
        models = [_started(mlp.module(width), problem.start(point)) for point in some]
        return [mlp.train(x, t, each, point.lr, epochs) for each, point in zip(models, some, strict=True)]

    def trained(plan: "Plan", count: int) -> "Sequence[Curve]":
        return in_process(plan.points[:count], plan.problems)

    for each in (plain, curved):
        trained(each, 1)
    mlp.train(x, t, mlp.module(width), 0.1, 1)  # The first optimizer imports what the others need.
    rows, period = _tile(plain)
    few = min(points, MEASURED if rows > 1 else 4)
    tiles, alone, single, more = [], [], [], []
    for _ in range(rounds):
        taken, curves = _timed(lambda: trained(plain, points))
        tiles.append(taken / (points * epochs))
        taken, losses = _timed(loop)
        alone.append(taken / (len(some) * epochs))
        single.append(_timed(lambda: trained(plain, 1))[0] / epochs)
        more.append((_timed(lambda: trained(curved, few))[0] - _timed(lambda: trained(plain, few))[0]) / few)
        for curve, expected in zip(curves[::step], losses, strict=False):
            if not torch.allclose(torch.tensor(curve.losses), torch.tensor(expected), rtol=1e-3):
                raise RuntimeError(f"width {width} on {samples} samples: a tile has other losses than the loop")
    return Found(rows, period, points, epochs, tiles, alone, statistics.median(single), statistics.median(more))


def _tile(plan: "Plan") -> tuple[int, int]:
    objective = plan.problem(plan.points[0]).objective(plan.points[:1])
    tiling = getattr(objective, "tiling", None)
    return objective.tile, tiling.period if tiling else 1


def _timed(work: "Callable[[], Made]") -> "tuple[float, Made]":
    """Microseconds of a processor, and what came of it."""
    start = time.process_time()
    found = work()
    return 1e6 * (time.process_time() - start), found


def _started(model: "nn.Module", start: Sequence[float]) -> "nn.Module":
    import torch

    torch.nn.utils.vector_to_parameters(torch.tensor(start), model.parameters())
    return model


def _plan(width: int, samples: int, points: int, epochs: int, curvature: bool) -> "Plan":
    from benchmarks import ours
    from sweep.data.readings import Readings

    x, t = mlp.table(samples)
    names = tuple(f"x{k}" for k in range(mlp.INPUTS))
    data = Readings.of_columns(x.T.tolist(), t.tolist(), name="table", source="", input_names=names, target_name="t")
    return ours.plan_of_perceptrons(data, width, mlp.rates(points), epochs, curvature)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(once(*map(int, sys.argv[1:])))))
