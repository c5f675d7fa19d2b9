"""A perceptron by the thousand as a whole process, tracked: beside its floor and the loop that a user would write."""

import statistics
from pathlib import Path

from benchmarks import mlp
from benchmarks.process import Usage, measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, seconds, table

WIDTH, SAMPLES = 8, 64

SOME = 20
"""Points that the user's loop trains and tracks."""

LARGE = ((32, 64, 1000, 200), (256, 64, 1000, 2), (256, 1000, 20, 5))
"""Width, samples, points and epochs of what is run once for its memory."""

MOST = 1.5e9
"""Bytes that a sweep may have at most: of 1,000 models of 67,000 parameters, 8 each are 0.54e9."""


def section(points: int, epochs: int, runs: int, large: bool, folder: Path) -> Section:
    """Measure whole processes, ``runs`` times in turn; and, once, the memory of larger models where asked for."""
    found: dict[str, list[Usage]] = {"ours": [], "floor": [], "curved": []}
    words = [str(each) for each in (WIDTH, SAMPLES, points, epochs)]
    for run in range(runs):
        say(f"  whole processes, {run + 1} of {runs}")
        here = folder / str(run)
        found["ours"].append(_ours(WIDTH, SAMPLES, points, epochs, here / "ours", "outcome.curvature=false"))
        found["floor"].append(measure(python("-m", "benchmarks.peers.mlp_floor", *words), here / "floor"))
        found["curved"].append(_ours(WIDTH, SAMPLES, points, epochs, here / "curved"))
    some = min(SOME, points)
    loop = measure(python("-m", "benchmarks.peers.mlp_log_batch", *words, str(some)), folder / "loop")
    alone = float(loop.output) * points / some
    names = {
        "ours": "`python -m sweep`, `outcome.curvature=false`",
        "floor": "floor",
        "curved": "`python -m sweep`, ends measured",
    }
    rows = [
        [
            names[name],
            seconds([each.seconds for each in several]),
            seconds([each.processor for each in several]),
            megabytes(max(each.peak for each in several)),
        ]
        for name, several in found.items()
    ]
    rows.append(
        [f"the loop with one `log_batch` a run, from {some} points", seconds([alone]), "", megabytes(loop.peak)]
    )
    what = f"MLP of width {WIDTH} on {SAMPLES} samples, {points:,} × {epochs}, whole process"
    ratios = [one.processor / other.processor for one, other in zip(found["ours"], found["floor"], strict=True)]
    bars = [Bar(f"{what}, processor's time, of the floor", 1.5, statistics.median(ratios))]
    for width, samples, count, length in LARGE if large else ():
        say(f"  memory at width {width}, {samples} samples")
        usage = _ours(width, samples, count, length, folder / f"{width}-{samples}", "outcome.curvature=false")
        label = f"width {width} on {samples:,} samples, {count:,} × {length}"
        rows.append([label, seconds([usage.seconds]), seconds([usage.processor]), megabytes(usage.peak)])
        bars.append(Bar(f"peak memory, MLP of {label}", MOST / 1e6, usage.peak / 1e6, "MB"))
    return Section(
        f"## {what}, fresh store, report included\n\n" + table(["", "median", "of a processor", "peak memory"], rows),
        bars,
    )


def _ours(width: int, samples: int, points: int, epochs: int, folder: Path, *more: str) -> Usage:
    folder.mkdir(parents=True)
    x, t = mlp.table(samples)
    rows = [",".join(map(repr, [*row, target])) for row, target in zip(x.tolist(), t.tolist(), strict=True)]
    (folder / "table.csv").write_text("\n".join(["x0,x1,t", *rows, ""]))
    lr = ",".join(map(repr, mlp.rates(points)))
    words = ["data=csv", "data.path=table.csv", "data.input=all", "data.target=t", "problem=mlp"]
    words += [f"problem.model.width={width}", f"lr={lr}", f"epochs={epochs}", *more]
    return measure(python("-m", "sweep", *words), folder)
