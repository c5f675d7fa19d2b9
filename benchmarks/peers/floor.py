"""The floor: the same imports, a store that MLflow has made, all points as one tensor, and raw ``executemany``.

Nobody can be much quicker and still leave an MLflow store with these runs. The rows are those that the peers with
``log_batch`` store.
"""

import math
import sqlite3
import sys
import time
import uuid
from itertools import takewhile
from pathlib import Path

import hydra  # noqa: F401  (the same imports as ours)
import mlflow
import pandas  # noqa: F401

from benchmarks import grid
from benchmarks.arithmetic import train_batched

RUN = (
    "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
    " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
    " VALUES (?, ?, 'UNKNOWN', '', '', 'floor', 'FINISHED', ?, ?, '', 'active', ?, ?)"
)
PARAM = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"
TAG = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
METRIC = "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"
LATEST = "INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, 0)"


def main() -> None:
    """Run the grid on the command line."""
    asked = grid.read(sys.argv[1:])
    client = mlflow.MlflowClient("sqlite:///mlflow.db")
    experiment = client.create_experiment("bench")
    losses, ends = train_batched(asked)
    now = int(time.time() * 1000)
    runs, params, tags, metrics, latest = [], [], [], [], []
    for (lr, scale), row, end in zip(asked.points, losses.tolist(), ends.tolist(), strict=True):
        run, name = uuid.uuid4().hex, f"lr={lr} scale={scale}"
        runs.append((run, name, now, now, str(Path("mlruns", experiment, run, "artifacts").resolve()), experiment))
        params += [("lr", str(lr), run), ("scale", str(scale), run), ("epochs", str(asked.epochs), run)]
        tags += [("mlflow.runName", name, run), ("mlflow.user", "floor", run)]
        tags += [("mlflow.source.name", __file__, run), ("mlflow.source.type", "LOCAL", run)]
        curve = [("loss", loss, now, run, epoch) for epoch, loss in enumerate(takewhile(math.isfinite, row))]
        finals = [(key, value, now, run, 0) for key, value in zip("wb", end, strict=True) if math.isfinite(value)]
        metrics += curve + finals
        latest += curve[-1:] + finals
    with sqlite3.connect("mlflow.db") as connection:
        for statement, rows in ((RUN, runs), (PARAM, params), (TAG, tags), (METRIC, metrics), (LATEST, latest)):
            connection.executemany(statement, rows)
    connection.close()


if __name__ == "__main__":
    main()
