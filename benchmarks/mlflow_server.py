"""An MLflow tracking server on loopback, for figures and tests."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.process import python, unused_port

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""Nobody phones home, and no process for jobs, which nobody asks of it."""


@contextmanager
def serving(folder: Path, database: str) -> Iterator[str]:
    """The address of a server with one worker on ``database``, whose files lie in ``folder``.

    Raises
    ------
    RuntimeError : it has ended before it answered.
    """
    port = unused_port()
    words = ["--backend-store-uri", database, "--artifacts-destination", "files", "--workers", "1"]
    mlflow = python("-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), *words)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            python("-m", "sweep.tracking.tether", *mlflow),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, **QUIET},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        await_answer(address, process, folder / "log")
        yield address
    finally:
        process.communicate(timeout=30)  # Closes its standard input, which ends the workers too.


def await_answer(address: str, process: "subprocess.Popen[Any]", log: Path) -> None:
    """Wait until the server at ``address`` answers.

    Raises
    ------
    RuntimeError : its ``process`` has ended before it did; with the end of its ``log``.
    """
    while not _answers(address):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text()[-3000:]}")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health"):
            return True
    except (URLError, ConnectionError):
        return False
