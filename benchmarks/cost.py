"""Is what ``dry_run=cost`` tells true? It is asked first, then the sweep runs: time, memory, bytes of the store."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import grid
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, table
from sweep.engines.cores import cores

WITHIN = 0.3
"""That what is told may be wrong, at 1,000 and 10,000 points."""

PROCESSES = ("hydra/launcher=processes",)
UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}
AMOUNT = r"([\d.,]+) (s|min|h|B|kB|MB|GB)"


@dataclass(frozen=True)
class Told:
    """Of the engine that was asked for: seconds, and bytes of memory and of the store."""

    seconds: float
    memory: float
    stored: float

    @classmethod
    def read(cls, output: str) -> "Told":
        """From what ``dry_run=cost`` printed."""
        (row,) = (line for line in output.splitlines() if line.endswith("this command"))
        amounts = [float(number.replace(",", "")) * UNITS[unit] for number, unit in re.findall(AMOUNT, row)]
        (stored,) = re.findall(rf"The store grows by {AMOUNT}", output)
        return cls(amounts[0], max(amounts[1:]), float(stored[0]) * UNITS[stored[1]])


def loads(points: int, many: int) -> dict[str, Sequence[str]]:
    """Command lines, by what they are."""
    step = 0.1 / points
    mlp = ("problem=mlp", "data=waves", "data.samples=64", "problem.model.width=8")
    small = (*mlp, f"lr=range({step!r},{0.1 + step / 2!r},{step!r})", "epochs=200")
    more = (*mlp, f"lr=range({(fine := 0.1 / many)!r},{0.1 + fine / 2!r},{fine!r})", "epochs=100")
    large = ("problem=mlp", "data=waves", "problem.model.width=64", "lr=1e-2,3e-3", "epochs=300")
    large = (*large, f"seed=range({points // 20})")
    return {
        f"{points:,} lines × 100": grid.of(points, 100).arguments,
        f"{many:,} lines × 100": grid.of(many, 100).arguments,
        f"{many:,} lines × 100, processes": (*grid.of(many, 100).arguments, *PROCESSES),
        f"{points:,} lines × 1,000, momentum, batches of 4": (
            *grid.of(points, 1000, highest_lr=1e-4).arguments,
            *("optimizer.momentum=0.9", "batch_size=4"),
        ),
        f"{points:,} perceptrons × 200": small,
        f"{points:,} perceptrons × 200, processes": (*small, *PROCESSES),
        f"{many:,} perceptrons × 100": more,
        f"{points // 10:,} larger perceptrons × 300, processes": (*large, *PROCESSES),
    }


def section(points: int, many: int, folder: Path) -> Section:
    """Ask, then run, each of :func:`loads`, once."""
    rows, bars = [], []
    for number, (load, words) in enumerate(loads(points, many).items()):
        here = folder / str(number)
        asked = measure(python("-m", "sweep", *words, "dry_run=cost"), here)
        told = Told.read(asked.output)
        usage = measure(python("-m", "sweep", *words), here)
        kept = [here / "outputs" / "mlflow.db", *(here / "outputs" / "artifacts").rglob("*")]
        stored = sum(path.stat().st_size for path in kept if path.is_file())
        shutil.rmtree(here)
        say(f"cost, {load}: told {told.seconds:.3g} s, took {usage.seconds:.3g} s")
        figures = [
            *(f"{told.seconds:.3g} s", f"{usage.seconds:.3g} s", f"{told.seconds / usage.seconds:.2f}"),
            *(megabytes(told.memory), megabytes(usage.peak), megabytes(told.stored), megabytes(stored)),
        ]
        rows.append([load, f"{asked.seconds:.3g} s", *figures])
        bars.append(Bar(f"{load}: time told, off by", WITHIN, abs(told.seconds / usage.seconds - 1)))
    header = ["load", "asking", "told", "took", "told of took", "memory told", "had", "store told", "has"]
    return Section(f"## `dry_run=cost`, on {cores()} cores: told, and so it was\n\n" + table(header, rows), bars)
