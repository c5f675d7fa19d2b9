"""An MLflow tracking server on loopback, forked where MLflow is imported: ``mlflow server`` imports it twice to start.

It is MLflow's Flask, which answers all that sweep asks; uvicorn and FastAPI, which ``mlflow server`` has before that,
take as long again, and stand in ``tests/chaos``. ``benchmarks/mlflow_server.py`` starts MLflow's own command.
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


def serve_whole(port: int, database: str) -> None:
    """Be what ``mlflow server`` is with one worker on ``database``, whose files lie in the current folder."""
    import uvicorn

    _prepare(database)
    uvicorn.run("mlflow.server.fastapi_app:app", host="127.0.0.1", port=port)


def serve(port: int, database: str) -> None:
    """Be the same without what passes each request on to Flask."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    _prepare(database)
    from mlflow.server import app

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # A connection is kept.

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler).serve_forever()


def _prepare(database: str) -> None:
    from mlflow.server import constants

    os.environ |= {
        **QUIET,
        constants.BACKEND_STORE_URI_ENV_VAR: database,
        constants.REGISTRY_STORE_URI_ENV_VAR: database,
        constants.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        constants.ARTIFACTS_DESTINATION_ENV_VAR: "files",
        constants.SERVE_ARTIFACTS_ENV_VAR: "true",
    }


def _end_when_let_go() -> None:
    """End once nobody holds the other end of standard input, however that process has ended."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_when_let_go, daemon=True).start()
    serve(int(sys.argv[1]), sys.argv[2])
