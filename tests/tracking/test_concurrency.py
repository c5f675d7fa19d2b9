"""Sweeps that start together: real processes on one store that is not there yet."""

import os
import subprocess
import sys
from pathlib import Path

from mlflow import MlflowClient

from sweep.tracking import fresh
from sweep.tracking.location import absolute


def test_sweeps_that_start_together_on_a_fresh_store_all_succeed_and_write_each_point_once(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    grids = (["lr=1e-2,1e-3"], ["lr=1e-3,1e-4"], ["lr=1e-2,1e-3"])
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "sweep", "epochs=5", *grid],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for grid in grids
    ]
    ends = [(process.communicate()[0], process.returncode) for process in started]
    assert [code for _, code in ends] == [0, 0, 0], ends
    client = MlflowClient(absolute(f"sqlite:///{tmp_path}/outputs/mlflow.db"))
    experiment = client.get_experiment_by_name("sweep")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id], "tags.kind = 'point'")
    assert sorted(run.data.params["lr"] for run in found) == ["0.0001", "0.001", "0.01"]
    assert {run.info.status for run in found} == {"FINISHED"}
    summaries = client.search_runs([experiment.experiment_id], "tags.kind = 'summary'")
    assert [run.info.status for run in summaries] == ["FINISHED", "FINISHED"]


def test_a_store_that_another_process_made_meanwhile_stands(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.write_bytes(b"made by somebody else")
    fresh.make(file)
    assert file.read_bytes() == b"made by somebody else"
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db"]
