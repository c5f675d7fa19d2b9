"""A real MLflow tracking server on loopback, and one of PostgreSQL."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import pytest

from sweep.tracking import artifact_root

NAMES = count()

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
def postgresql() -> Iterator[str]:
    """The start of the URI of a server's databases; Debian's server, which refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    assert initdb, "no PostgreSQL is installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # Not pytest's, where another user finds no way.
    as_user = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control = [*as_user, str(Path(initdb).with_name("pg_ctl")), "--pgdata", str(folder / "data"), "--wait"]
    how = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        initial = [*as_user, initdb, "--no-sync", "--auth=trust", "--username=sweep", "--pgdata", str(folder / "data")]
        subprocess.run(initial, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        log = str(folder / "log")
        subprocess.run([*control, "--log", log, "--options", how, "start"], check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+psycopg://sweep@127.0.0.1:{port}/"
    finally:
        subprocess.run([*control, "--mode=immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's programs keep data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(artifact_root.GIVEN, raising=False)
    return tmp_path / "home"


@pytest.fixture
def uri(postgresql: str, home: Path) -> str:
    """An empty database."""
    name = f"store{next(NAMES)}"
    with psycopg.connect(f"{postgresql.replace('+psycopg', '')}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgresql + name
