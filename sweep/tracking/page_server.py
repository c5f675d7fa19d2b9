"""MLflow's own server on a database, on this machine alone, for as long as somebody looks."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from typing import IO

from sweep.errors import BadInput

HOST = "127.0.0.1"

SERVER = (
    *("MLFLOW_BACKEND_STORE", "MLFLOW_READ_REPLICA", "MLFLOW_REGISTRY", "MLFLOW_STATIC_PREFIX", "MLFLOW_ARTIFACTS"),
    *("MLFLOW_DEFAULT_ARTIFACT_ROOT", "MLFLOW_SERVE_ARTIFACTS", "MLFLOW_SERVER", "MLFLOW_EXPOSE_PROMETHEUS"),
    *("MLFLOW_UVICORN", "MLFLOW_GUNICORN", "MLFLOW_HOST", "MLFLOW_PORT", "MLFLOW_WORKERS", "_MLFLOW_SERVER"),
)
"""Environment variables, by how they begin, that would make MLflow serve something else, or elsewhere."""

GRACE = 10.0
"""Seconds that MLflow's server has to end by itself."""

PATIENCE = 180.0
"""Seconds within which MLflow's server must answer; it imports a lot."""


@contextmanager
def serving(uri: str) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """MLflow's server on a database, at the address given, from when it answers until the context is left.

    Parameters
    ----------
    uri : of the database; a SQLite file by its absolute path.

    Raises
    ------
    BadInput : it does not start.
    """
    port = _free_port()
    python = [sys.executable, "-m"]
    mlflow = [*python, "mlflow", "ui", "--host", HOST, "--port", str(port), "--workers", "1"]
    # In the environment, not on the command line, which every user of the machine may read: it may hold a password.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SERVER)}
    environment |= {"MLFLOW_BACKEND_STORE_URI": uri, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with tempfile.TemporaryFile() as log:
        # In a session of its own: Ctrl-C is for this process, which then ends whatever the server has started. If this
        # process is killed, the tether does.
        tethered = [*python, "sweep.tracking.tether", *mlflow]
        server = subprocess.Popen(
            tethered, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait(server, port, log)
            yield f"http://{HOST}:{port}", server
        finally:
            _end(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: "subprocess.Popen[bytes]", port: int, log: IO[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(port) or server.poll() is not None:  # Another's server on the port would answer too.
        if server.poll() is not None or time.monotonic() > deadline:
            log.seek(0)
            lines = log.read().decode(errors="replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
            raise BadInput(
                f"MLflow's server does not start: {last}", "a store that mlflow ui opens", "check tracking.uri"
            )
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(server: "subprocess.Popen[bytes]") -> None:
    """End the server and whatever it has started, at first with time to do so; a second signal does not stop that."""
    before = {each: signal.signal(each, signal.SIG_IGN) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(GRACE)
    if server.stdin is not None:
        server.stdin.close()
    for each, handler in before.items():
        signal.signal(each, handler)
