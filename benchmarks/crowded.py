"""One point beside many runs of others: in a SQLite store, and through an MLflow server on one."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlalchemy import create_engine

from benchmarks import crowd
from benchmarks.process import measure, python
from benchmarks.progress import say
from benchmarks.tables import Section, table

COMMANDS = {
    "a new point": ("sweep", "lr=1e-3", "epochs=1"),
    "a point that is done": ("sweep", "lr=1e-2", "epochs=1"),
    "report": ("sweep.report",),
}


def section(counts: Sequence[int], folder: Path) -> Section:
    """Measure each command once beside each number of runs, from the fewest to the most."""
    rows = []
    for place, measured in (("SQLite", _in_file), ("server", _on_server)):
        for count in counts:
            seconds = measured(count, folder / place / str(count))
            say(f"crowded, {place}, {count:,} runs: {', '.join(f'{each:.1f} s' for each in seconds)}")
            rows.append([f"{place}, {count:,} runs", *(f"{each:.3g} s" for each in seconds)])
            shutil.rmtree(folder / place / str(count))
    return Section("## One point beside runs of others, whole processes\n\n" + table(["", *COMMANDS], rows))


def _in_file(count: int, folder: Path) -> list[float]:
    return _measured(folder, folder / "outputs/mlflow.db", count)


def _on_server(count: int, folder: Path) -> list[float]:
    with _server(folder / "server") as address:
        return _measured(folder, folder / "server/mlflow.db", count, f"tracking.uri={address}")


def _measured(folder: Path, file: Path, count: int, *tracking: str) -> list[float]:
    """Seconds of each command, once the store has ``count`` runs of others."""
    measure(python("-m", *COMMANDS["a point that is done"], *tracking), folder)
    engine = create_engine(f"sqlite:///{file}")
    crowd.add(engine, count)
    engine.dispose()
    return [measure(python("-m", *words, *tracking), folder).seconds for words in COMMANDS.values()]


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The address of an MLflow server whose files lie in ``folder``."""
    folder.mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    words = ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "files", "--workers", "1"]
    command = python("-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, *words)
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=os.environ | quiet)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            if process.poll() is not None:
                raise RuntimeError(f"the server ended: {(folder / 'log').read_text()[-3000:]}")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health"):
            return True
    except (URLError, ConnectionError):
        return False
