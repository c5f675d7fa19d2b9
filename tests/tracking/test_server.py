"""A sweep into a real MLflow tracking server on loopback, artifacts and report included."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from mlflow import MlflowClient

from tests.conftest import Command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(tmp_path: Path, empty_store: Path) -> Iterator[str]:
    """The address of a server whose files lie in a folder of its own."""
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "mlflow.db").write_bytes(empty_store.read_bytes())
    port = free_port()
    words = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "files", "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *words]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urlopen(f"{address}/health"):
                    break
            except (URLError, ConnectionError):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def test_a_sweep_into_a_server_is_tracked_reported_and_reused(command: Command, tmp_path: Path, server: str) -> None:
    grid = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=60", f"tracking.uri={server}")
    first = command(*grid)
    assert (first.code, first.err) == (0, "")
    client = MlflowClient(server)
    experiment = client.get_experiment_by_name("sweep")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], "tags.kind = 'point'")
    assert [run.info.status for run in runs] == ["FINISHED"] * 4
    assert sorted(run.data.tags["outcome"] for run in runs) == ["DIVERGED"] + ["UNFINISHED"] * 3
    (outputs,) = (tmp_path / "outputs").iterdir()
    written = {path.name: path.read_bytes() for path in outputs.iterdir()}
    assert sorted(written) == ["curves.png", "map.png", "provenance.json", "report.md", "runs.csv"]
    assert f"Compare: open {server}" in first.out
    assert "4 done already, 0 to train" in command(*grid).out
    assert command(f"tracking.uri={server}", module="sweep.report").code == 0
    assert {name: (outputs / name).read_bytes() for name in ("report.md", "runs.csv")} == {
        name: written[name] for name in ("report.md", "runs.csv")
    }


def test_a_server_that_went_away_is_told_of_and_nothing_is_written(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    said = command("epochs=2")
    assert (said.code, "Connection refused" in said.err) == (1, True)
    assert not list(tmp_path.rglob("*"))
