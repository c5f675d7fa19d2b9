"""Commands that should answer at once, the plan of a large grid, and the smallest useful sweep."""

import shutil
import statistics
import sys
from itertools import count
from pathlib import Path

from benchmarks import grid as grids
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, seconds, table

IMPORTS = "import hydra, torch, mlflow, mlflow.store.tracking.sqlalchemy_store, pandas, pyarrow.parquet"
FOUR = ("lr=1e-2,1e-4", "scale=1,0.1")


def section(planned: int, runs: int, folder: Path) -> Section:
    """Measure each command ``runs`` times in turn, each time in an empty folder."""
    ours = python("-m", "sweep")
    script = shutil.which("sweep", path=str(Path(sys.executable).parent)) or "sweep"
    commands = {
        "`--help`": [*ours, "--help"],
        "`--cfg job`": [*ours, "--cfg", "job"],
        "tab completion": [script, "-sc", "query=bash"],
        f"plan of {planned:,} points": [*ours, "dry_run=true", *grids.of(planned, 100).arguments],
        "four points × 5,000 epochs": [*ours, *FOUR],
        "imports alone": python("-c", IMPORTS),
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    number = count()
    for _ in range(runs):
        for name, command in commands.items():
            usage = measure(command, folder / str(next(number)), COMP_LINE="sweep grid=")
            times[name].append(usage.seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    quick, plan, four, imports = list(commands)[:3], *list(commands)[3:]
    bars = [
        *(Bar(f"start-up: {name}", 0.6, medians[name], "s") for name in quick),
        Bar(f"{plan} from the command line", 4, medians[plan], "s"),
        Bar(f"{four}, report included", 6, medians[four], "s"),
        Bar(f"{four}, of its imports", 2, medians[four] / medians[imports]),
    ]
    text = "## Start-up, whole processes\n\n" + table(
        ["", "median"], [[name, seconds(values)] for name, values in times.items()]
    )
    return Section(text, bars)
