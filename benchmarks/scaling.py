"""Ours over growing grids: whole process, fresh store, report included; time, memory and disk."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.peers import OURS
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, table

WHOLE = 1000
"""Epochs up to which every loss must be in the tracker; beyond it curves may be thinned."""

BAR = (10_000, 1_000)


def section(points: Sequence[int], epochs: Sequence[int], folder: Path) -> Section:
    """Run each size once, and check what it stored."""
    rows, bars = [], []
    for n in points:
        for e in epochs:
            here = folder / f"{n}-{e}"
            grid = grids.of(n, e)
            usage = OURS.run(grid, here, thinned=e > WHOLE)
            disk = sum(file.stat().st_size for file in (here / "outputs").rglob("*") if file.is_file())
            shutil.rmtree(here)
            say(f"scaling, {grid}: {usage.seconds:.1f} s, {megabytes(usage.peak)}")
            each = 1000 * usage.seconds / n
            rows.append([str(grid), f"{usage.seconds:.3g} s", f"{each:.3g} ms", megabytes(usage.peak), megabytes(disk)])
            if (n, e) == BAR:
                bars.append(Bar(f"peak memory, {grid}", 1500, usage.peak / 1e6, "MB"))
    header = ["grid", "time", "a point", "peak memory", "disk"]
    return Section("## Scaling of `python -m sweep`, one run each\n\n" + table(header, rows), bars)
