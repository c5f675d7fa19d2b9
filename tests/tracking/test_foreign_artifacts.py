"""Credentials go to no server that a store names as the place of its files."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.tracking.artifact_access import Elsewhere
from sweep.tracking.artifacts import ClientArtifacts
from tests.conftest import Command

FILES = "/api/2.0/mlflow-artifacts/artifacts/x"

CREDENTIALS = (
    {"MLFLOW_TRACKING_TOKEN": "s3cret-token"},
    {"MLFLOW_TRACKING_USERNAME": "bob", "MLFLOW_TRACKING_PASSWORD": "s3cret"},
)


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str | None]]]:
    """The address of a server, and the ``Authorization`` of each request that came."""
    heard: list[str | None] = []

    class Listening(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get("Authorization"))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("credentials", CREDENTIALS)
@pytest.mark.usefixtures("ready_store")
def test_a_sweep_whose_files_would_go_to_another_server_sends_it_nothing(
    command: Command,
    stranger: tuple[str, list[str | None]],
    credentials: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, heard = stranger
    MlflowClient(f"sqlite:///{Path.cwd()}/outputs/mlflow.db").create_experiment(
        "e", artifact_location=f"http://{address}{FILES}"
    )
    for name, value in credentials.items():
        monkeypatch.setenv(name, value)
    for words in (("epochs=2",), ("epochs=2", "dry_run=true")):
        said = command(*words, "tracking.experiment=e", "tracking.patience=1")
        assert (said.code, heard) == (1, [])
        assert f"credentials of this environment would go to http://{address}" in said.err


@pytest.mark.parametrize("kind", ["http://{}" + FILES, "mlflow-artifacts://{}/x"])
def test_a_run_whose_files_are_of_another_server_has_none(
    stranger: tuple[str, list[str | None]], kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    address, heard = stranger
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "s3cret-token")
    client = MlflowClient(f"sqlite:///{tmp_path}/m.db")
    experiment = client.create_experiment("e", artifact_location=kind.format(address))
    run_id = client.create_run(experiment).info.run_id
    monkeypatch.setattr(MlflowClient, "tracking_uri", "http://127.0.0.1:9")
    artifacts = ClientArtifacts(client, patience=60)
    with pytest.raises(Elsewhere):
        artifacts.read(run_id, "plan.json", bytes)
    assert not heard
