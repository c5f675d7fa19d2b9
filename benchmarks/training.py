"""Training alone: the batched engine against the loop one by one. As a program, one measurement: two lines of JSON."""

import json
import statistics
import sys
import time
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.grid import Grid
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, seconds, table

ALONE = 5
"""Points that are timed one by one; the rest are taken to cost the same."""


def section(grid: Grid, runs: int, folder: Path) -> Section:
    """Measure ``grid`` in ``runs`` fresh processes."""
    command = python("-m", "benchmarks.training", *grid.arguments)
    found = [json.loads(measure(command, folder / str(run)).output) for run in range(runs)]
    batched, alone = ([each[name] for each in found] for name in ("batched", "alone"))
    ratio = statistics.median(batched) / statistics.median(alone)
    rows = [
        ["`sweep.training.in_process`, one batch", seconds(batched)],
        [f"the loop one by one, from {ALONE} points", seconds(alone)],
    ]
    text = f"## Training alone, {grid}\n\n" + table(["", "median"], rows)
    return Section(text, [Bar(f"batched training, {grid}, of the loop one by one", 1 / 300, ratio)])


def once(grid: Grid) -> dict[str, float]:
    """Seconds for every point of ``grid``, batched and alone.

    Raises
    ------
    RuntimeError : a point has other losses in the batch than alone.
    """
    from benchmarks import ours
    from benchmarks.arithmetic import train
    from sweep.training.in_process import in_process

    plan = ours.plan(grid)
    in_process(plan.points[:2], plan.problems)
    start = time.perf_counter()
    curves = in_process(plan.points, plan.problems)
    batched = time.perf_counter() - start
    some = list(zip(plan.points, curves, strict=True))[:: max(len(curves) // ALONE, 1)][:ALONE]
    start = time.perf_counter()
    losses = [train(point.lr, point.scale, point.epochs)[0] for point, _ in some]
    alone = (time.perf_counter() - start) * len(curves) / len(some)
    for (point, curve), expected in zip(some, losses, strict=True):
        if str(curve.losses.tolist()) != str(expected):
            raise RuntimeError(f"{point}: the batch has other losses than the loop")
    return {"batched": batched, "alone": alone}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(once(grids.read(sys.argv[1:]))))
