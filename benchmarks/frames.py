"""``sweep.frame`` on a large sweep: time and memory of whole processes, of all of it and of what is asked for alone."""

from pathlib import Path

from benchmarks.grid import Grid
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, table

SHOWN = 10
"""Epochs of a curve that MLflow gets: what it shows is no part of what is read."""

READ = "import sweep; found = sweep.frame({}); print(*map(len, found if isinstance(found, tuple) else [found]))"

PART = 1.5
"""How much more memory than for no run at all what is asked for may take at most."""


def section(grid: Grid, folder: Path) -> Section:
    """Sweep ``grid`` once, and read it in several ways."""
    measure(python("-m", "sweep", *grid.arguments, f"tracking.curve_points={SHOWN}"), folder)
    lr = grid.lr[len(grid.lr) // 2]
    asked = {
        "no run": "where={'lr': -1}",
        "one lr": f"where={{'lr': {lr!r}}}",
        "one lr, of these what fell": f"where='lr == {lr!r} and final_loss < initial_loss'",
        "what fell to a third": "where='final_loss < initial_loss / 3'",
        "runs alone": "curves=False",
        "all": "",
    }
    rows, peaks = [], {}
    for name, words in asked.items():
        usage = measure(python("-c", READ.format(words)), folder)
        runs, losses, *_ = [*map(int, usage.output.split()), 0]
        peaks[name] = usage.peak
        rows.append(
            [f"`sweep.frame({words})`", f"{runs:,}", f"{losses:,}", f"{usage.seconds:.3g} s", megabytes(usage.peak)]
        )
        say(f"frames, {name}: {usage.seconds:.1f} s, {megabytes(usage.peak)}")
    text = table(["", "runs", "losses", "time", "peak memory"], rows)
    bar = Bar(f"peak memory of one lr of {grid}, beside none", PART, peaks["one lr"] / peaks["no run"])
    return Section(f"## A sweep of {grid} in pandas\n\n{text}", [bar])
