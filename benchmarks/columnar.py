"""Training into the columnar file alone, without a tracker: time, disk and memory. As a program, one measurement."""

import sys
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.grid import Grid
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, megabytes, table


def section(grid: Grid, folder: Path) -> Section:
    """Measure ``grid`` once, as a whole process."""
    usage = measure(python("-m", "benchmarks.columnar", *grid.arguments), folder)
    disk = sum(file.stat().st_size for file in folder.glob("curves/*.parquet"))
    text = table(
        ["", "time", "peak memory", "disk"],
        [[str(grid), f"{usage.seconds:.3g} s", megabytes(usage.peak), megabytes(disk)]],
    )
    bar = Bar(f"peak memory into the columnar file alone, {grid}", 2000, usage.peak / 1e6, "MB")
    return Section("## Training into the columnar file alone\n\n" + text, [bar])


def once(grid: Grid) -> None:
    """Train every point of ``grid``, and write its curves into parts in the current folder."""
    from benchmarks import ours
    from sweep.outputs import write_atomically
    from sweep.tracking import parts
    from sweep.training.curve import Curve
    from sweep.training.execute import execute
    from sweep.training.in_process import in_process

    plan = ours.plan(grid)
    for pairs in execute(plan.points, plan.problems, in_process):
        curves = [curve for _, curve in pairs if isinstance(curve, Curve)]
        path, content = parts.encode([point.key for point, _ in pairs], curves)
        write_atomically(Path(path), content)


if __name__ == "__main__":
    once(grids.read(sys.argv[1:]))
