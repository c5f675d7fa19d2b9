"""Tracking alone: the store's writer against raw ``executemany`` of the very rows that it wrote.

As a program, one measurement in the current folder, printed as JSON.
"""

import json
import sqlite3
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks import grid as grids
from benchmarks.grid import Grid
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, seconds, table

TABLES = ("runs", "params", "tags", "metrics", "latest_metrics", "datasets", "inputs", "input_tags")


def section(points: int, runs: int, folder: Path) -> Section:
    """Measure ``points`` curves of 100 epochs, none of which diverges, in ``runs`` fresh processes."""
    grid = grids.of(points, 100, highest_lr=1e-4)
    command = python("-m", "benchmarks.tracking", *grid.arguments)
    found = [json.loads(measure(command, folder / str(run)).output) for run in range(runs)]
    writer, raw = ([each[name] for each in found] for name in ("writer", "raw"))
    rows = [
        ["writer: verdicts, exact curves as Parquet, rows", seconds(writer)],
        [f"raw `executemany` of the same {found[0]['rows']:,} rows", seconds(raw)],
    ]
    text = f"## Tracking alone, {points * 100:,} curve points\n\n" + table(["", "median"], rows)
    ratio = statistics.median(writer) / statistics.median(raw)
    return Section(text, [Bar(f"tracking {points * 100:,} curve points, of raw `executemany`", 2, ratio)])


def once(grid: Grid) -> dict[str, float]:
    """Seconds of both for the curves of ``grid``, and how many rows they are."""
    writer = _write(grid, "sqlite:///writer.db")
    rows = _rows(Path("writer.db"))
    count = sum(len(values) for values in rows.values())
    return {"writer": writer, "raw": _write_raw(rows, Path("raw.db")), "rows": count}


def _write(grid: Grid, uri: str) -> float:
    from benchmarks import ours
    from sweep import provenance
    from sweep.settings.schema import Tracking
    from sweep.tracking import sweeps
    from sweep.tracking.lookup import Known
    from sweep.tracking.store import open_store
    from sweep.training.execute import execute
    from sweep.training.in_process import in_process

    plan, tracking = ours.plan(grid), Tracking(uri, "bench", 1000, {}, 60.0)
    chunks = list(execute(plan.points, plan.problems, in_process))
    store = open_store(tracking)
    assert store is not None, "made where it is not there"
    with sweeps.opened(store, plan, tracking, Known({}, {}), provenance.this_execution()) as sweep:
        start = time.perf_counter()
        for chunk in chunks:
            sweep.write(chunk)
        return time.perf_counter() - start


def _rows(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}


def _write_raw(rows: dict[str, list[tuple[Any, ...]]], file: Path) -> float:
    """One transaction into a store that MLflow has made a moment ago."""
    from mlflow import MlflowClient

    MlflowClient(f"sqlite:///{file}").create_experiment("bench")
    with closing(sqlite3.connect(file)) as connection:
        start = time.perf_counter()
        with connection:
            for name, values in rows.items():
                if values:
                    places = ", ".join("?" * len(values[0]))
                    connection.executemany(f"INSERT INTO {name} VALUES ({places})", values)
        return time.perf_counter() - start


if __name__ == "__main__":
    sys.stdout.write(json.dumps(once(grids.read(sys.argv[1:]))))
