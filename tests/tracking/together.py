"""Sweeps that start together: real processes on one store, with points that they share."""

import os
import subprocess
import sys
from pathlib import Path

from tests.quick_start import Popen
from tests.tracking.stored import runs

GRIDS = ("lr=1e-2,1e-3", "lr=1e-3,1e-4", "lr=1e-2,1e-3")


def start_together(place: Path, *words: str, uri: str) -> None:
    """A sweep for each of ``GRIDS`` in the folder ``place``: all succeed, and ``uri`` then has each point once."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    started = [
        Popen(
            [sys.executable, "-m", "sweep", "epochs=5", grid, *words],
            cwd=place,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for grid in GRIDS
    ]
    ends = [(process.communicate()[0], process.returncode) for process in started]
    assert [code for _, code in ends] == [0, 0, 0], ends
    found = runs(uri=uri)
    assert sorted(run.data.params["lr"] for run in found) == ["0.0001", "0.001", "0.01"]
    assert {run.info.status for run in found} == {"FINISHED"}
    assert [run.info.status for run in runs("summary", uri=uri)] == ["FINISHED", "FINISHED"]
