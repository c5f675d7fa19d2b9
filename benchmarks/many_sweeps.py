"""What one asks of a store day by day, where it has up to 10,000 sweeps and 200,000 runs."""

import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks import crowd
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Section, table

FRAME = "import sweep; sweep.frame()"
COMMANDS = {
    "a sweep of a new point": python("-m", "sweep", "lr=1e-3", "epochs=1"),
    "`sweep list`": python("-m", "sweep.list"),
    "`sweep report`": python("-m", "sweep.report"),
    "`sweep report NAME`": python("-m", "sweep.report", "named"),
    "`sweep.frame()`": python("-c", FRAME),
}


def section(counts: Sequence[int], runs: int, folder: Path) -> Section:
    """Measure each command in turn in SQLite stores with so many sweeps of 20 runs; seconds of a processor, medians."""
    rows = []
    for count in counts:
        here = folder / str(count)
        measure(python("-m", "sweep", "lr=1e-2", "epochs=1", "name=named"), here)
        engine = create_engine(f"sqlite:///{here}/outputs/mlflow.db")
        crowd.add_sweeps(engine, count)
        engine.dispose()
        measure(python("-m", "sweep", "lr=1e-4", "epochs=1"), here)  # SQLite hears how many there are.
        took: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for number in range(runs):
            for name, command in COMMANDS.items():
                new = [f"init.b={number}"] if command == next(iter(COMMANDS.values())) else []
                took[name].append(measure([*command, *new], here).processor)
        cells = [f"{statistics.median(values):.3g} s" for values in took.values()]
        say(f"many sweeps, {count:,}: {', '.join(cells)}")
        rows.append([f"{count:,} sweeps, {count * crowd.RUNS_EACH:,} runs", *cells])
        shutil.rmtree(here)
    return Section("## In a SQLite store of many sweeps, seconds of a processor\n\n" + table(["", *COMMANDS], rows))
