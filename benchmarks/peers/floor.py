"""The floor: the same imports, a store that MLflow has made, all points as one tensor, and raw ``executemany``.

Nobody can be much quicker and still leave an MLflow store with these runs. The rows are those that the peers with
``log_batch`` store.
"""

import math
import sqlite3
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
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
    experiment = opened()
    losses, ends = train_batched(asked)
    params = [{"lr": lr, "scale": scale, "epochs": asked.epochs} for lr, scale in asked.points]
    store(experiment, params, losses.tolist(), [dict(zip("wb", end, strict=True)) for end in ends.tolist()])


def opened() -> str:
    """A fresh store in the current folder, as MLflow makes it, and the id of an experiment there."""
    return str(mlflow.MlflowClient("sqlite:///mlflow.db").create_experiment("bench"))


def store(
    experiment: str,
    settings: Sequence[Mapping[str, float]],
    losses: Sequence[Sequence[float]],
    ends: Sequence[Mapping[str, float]],
) -> None:
    """A run a point: its settings, its curve up to the last finite loss, and its final parameters."""
    now = int(time.time() * 1000)
    runs, params, tags, metrics, latest = [], [], [], [], []
    for own, row, end in zip(settings, losses, ends, strict=True):
        run, name = uuid.uuid4().hex, " ".join(f"{key}={value}" for key, value in own.items() if key != "epochs")
        runs.append((run, name, now, now, str(Path("mlruns", experiment, run, "artifacts").resolve()), experiment))
        params += [(key, str(value), run) for key, value in own.items()]
        tags += [("mlflow.runName", name, run), ("mlflow.user", "floor", run)]
        tags += [("mlflow.source.name", __file__, run), ("mlflow.source.type", "LOCAL", run)]
        curve = [("loss", loss, now, run, epoch) for epoch, loss in enumerate(takewhile(math.isfinite, row))]
        finals = [(key, value, now, run, 0) for key, value in end.items() if math.isfinite(value)]
        metrics += curve + finals
        latest += curve[-1:] + finals
    with sqlite3.connect("mlflow.db") as connection:
        for statement, rows in ((RUN, runs), (PARAM, params), (TAG, tags), (METRIC, metrics), (LATEST, latest)):
            connection.executemany(statement, rows)
    connection.close()


if __name__ == "__main__":
    main()
