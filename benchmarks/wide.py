"""Least squares of many inputs: tiles against the loop one by one, in turn; and the whole process, tracked.

As a program, one measurement: a line of JSON.
"""

import json
import shutil
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import arithmetic
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, megabytes, seconds, table

if TYPE_CHECKING:
    from sweep.plan.plan import Plan

INPUTS, SAMPLES = 20, 1000
LR = (1e-3, 0.5)
"""Range of lr, log-spaced; descent is stable below 0.7."""

ALONE = 20
"""Points that are timed one by one; the rest are taken to cost the same."""


def section(points: int, epochs: int, runs: int, folder: Path) -> Section:
    """Measure ``points`` × ``epochs``: ``runs`` times in turn within a process, and ``runs`` whole processes."""
    found = json.loads(measure(python("-m", "benchmarks.wide", *map(str, (points, epochs, runs))), folder / "a").output)
    tiles, alone = found["tiles"], found["alone"]
    whole, peaks, disks = [], [], []
    for run in range(runs):
        here = folder / f"whole-{run}"
        here.mkdir(parents=True)
        _write_table(here / "table.csv")
        usage = measure(python("-m", "sweep", *_words(points, epochs)), here)
        whole.append(usage.seconds)
        peaks.append(usage.peak)
        disks.append(sum(file.stat().st_size for file in (here / "outputs").rglob("*") if file.is_file()))
        shutil.rmtree(here)
    what = f"least squares of {INPUTS} inputs × {SAMPLES:,} samples, {points:,} points × {epochs:,} epochs"
    rows = [
        ["training alone, `problem=linear`", seconds(tiles), ""],
        [f"the loop one by one, from {ALONE} points", seconds(alone), ""],
        ["`python -m sweep`, fresh store, report included", seconds(whole), megabytes(max(peaks))],
    ]
    text = f"## {what[0].upper()}{what[1:]}; {megabytes(max(disks))} of disk\n\n"
    ratio = statistics.median(tiles) / statistics.median(alone)
    return Section(
        text + table(["", "median", "peak memory"], rows),
        [Bar(f"training alone, {what}, of the loop one by one", 1 / 3, ratio)],
    )


def once(points: int, epochs: int, rounds: int) -> dict[str, list[float]]:
    """Seconds for every point, in tiles and alone, measured in turn.

    Raises
    ------
    RuntimeError : a point has other losses in its tile than in the loop, beyond rounding.
    """
    import torch

    from sweep.training.in_process import in_process

    torch.set_num_threads(1)
    plan = _plan(points, epochs)
    in_process(plan.points[:2], plan.problems)
    found: dict[str, list[float]] = {"tiles": [], "alone": []}
    x, t = arithmetic.wide_table(INPUTS, SAMPLES)
    for _ in range(rounds):
        start = time.perf_counter()
        curves = in_process(plan.points, plan.problems)
        found["tiles"].append(time.perf_counter() - start)
        some = list(zip(plan.points, curves, strict=True))[:: max(points // ALONE, 1)]
        start = time.perf_counter()
        losses = [arithmetic.train_wide(x, t, plan.problem(p).start(p), p.lr, epochs) for p, _ in some]
        found["alone"].append((time.perf_counter() - start) * points / len(some))
        for (point, curve), expected in zip(some, losses, strict=True):
            if not torch.allclose(torch.tensor(curve.losses), torch.tensor(expected), rtol=1e-3):
                raise RuntimeError(f"{point}: the tile has other losses than the loop")
    return found


def _words(points: int, epochs: int) -> list[str]:
    lr = ",".join(map(repr, _rates(points)))
    file = ("data=csv", "data.path=table.csv", "data.input=all", "data.target=t")
    return [*file, "problem=linear", f"lr={lr}", f"epochs={epochs}"]


def _rates(points: int) -> list[float]:
    low, high = LR
    return [float(f"{low * (high / low) ** (k / max(points - 1, 1)):.6g}") for k in range(points)]


def _write_table(file: Path) -> None:
    x, t = arithmetic.wide_table(INPUTS, SAMPLES)
    header = ",".join([*(f"x{k}" for k in range(INPUTS)), "t"])
    rows = [",".join(map(repr, [*row, target])) for row, target in zip(x.tolist(), t.tolist(), strict=True)]
    file.write_text("\n".join([header, *rows, ""]))


def _plan(points: int, epochs: int) -> "Plan":
    from benchmarks import ours
    from sweep.data.readings import Readings

    x, t = arithmetic.wide_table(INPUTS, SAMPLES)
    names = tuple(f"x{k}" for k in range(INPUTS))
    data = Readings.of_columns(x.T.tolist(), t.tolist(), name="table", source="", input_names=names, target_name="t")
    return ours.plan_of_inputs(data, _rates(points), epochs)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(once(*map(int, sys.argv[1:]))))
