"""A real MLflow tracking server on loopback, and one of PostgreSQL."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from sweep.tracking import artifact_root

if TYPE_CHECKING:
    from tests.tracking.postgresql import Postgresql

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""Nobody phones home, and no process for jobs, which nobody asks of it."""


@pytest.fixture
def free_port() -> int:
    return unused_port()


def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def server(tmp_path: Path, empty_store: Path) -> Iterator[str]:
    """The address of a server whose files lie in a folder of its own."""
    folder = tmp_path / "server"
    folder.mkdir()
    with started(folder, empty_store) as address:
        yield address


@contextmanager
def started(folder: Path, empty_store: Path) -> Iterator[str]:
    """The address of a server whose files lie in ``folder``."""
    port = unused_port()
    (folder / "mlflow.db").write_bytes(empty_store.read_bytes())
    words = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "files", "--workers", "1"]
    python = [sys.executable, "-m"]
    mlflow = [*python, "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *words]
    command = [*python, "sweep.tracking.tether", *mlflow]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, env={**os.environ, **QUIET}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                with urlopen(f"{address}/health"):
                    break
            except (URLError, ConnectionError):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.communicate(timeout=30)  # Closes its standard input, which ends the workers too.


@pytest.fixture(scope="session")
def postgresql() -> Iterator["Postgresql"]:
    """Debian's PostgreSQL on loopback."""
    from tests.tracking.postgresql import running_postgresql  # It takes its port from here.

    with running_postgresql() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's programs keep data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(artifact_root.GIVEN, raising=False)
    return tmp_path / "home"


@pytest.fixture
def uri(postgresql: "Postgresql", home: Path) -> str:
    """An empty database."""
    return postgresql.empty_database()
