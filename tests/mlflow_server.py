"""An MLflow tracking server on loopback, forked where MLflow is imported: ``mlflow server`` imports it twice to start.

``benchmarks/mlflow_server.py`` starts MLflow's own command.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.mlflow_server import QUIET, await_answer
from benchmarks.process import unused_port
from tests.quick_start import Popen

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def serving(folder: Path, database: str) -> Iterator[str]:
    """The address of a server on ``database``, whose files lie in ``folder``.

    Raises
    ------
    RuntimeError : it has ended before it answered.
    """
    port = unused_port()
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with (folder / "log").open("w") as log:
        process = Popen(
            [sys.executable, "-m", "tests.mlflow_server", str(port), database],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        await_answer(address, process, folder / "log")
        yield address
    finally:
        process.communicate(timeout=30)  # Closes its standard input.


def serve(port: int, database: str) -> None:
    """Be a server with one worker on ``database``, whose files lie in the current folder."""
    import uvicorn
    from mlflow.server import constants

    os.environ |= {
        **QUIET,
        constants.BACKEND_STORE_URI_ENV_VAR: database,
        constants.REGISTRY_STORE_URI_ENV_VAR: database,
        constants.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        constants.ARTIFACTS_DESTINATION_ENV_VAR: "files",
        constants.SERVE_ARTIFACTS_ENV_VAR: "true",
    }
    uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=port)


def _end_when_let_go() -> None:
    """End once nobody holds the other end of standard input, however that process has ended."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_when_let_go, daemon=True).start()
    serve(int(sys.argv[1]), sys.argv[2])
