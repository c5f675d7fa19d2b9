"""Into and out of MLflow: the only room that knows it.

To open an experiment: ``location`` reads tracking URIs, ``store`` opens, ``schema`` asks whose tables a database has,
``fresh`` makes a SQLite file, ``sqlite_file`` sets it up, ``patience`` waits for a store that fails, ``artifacts``
moves files. To write: ``sweeps`` writes a sweep, ``summary`` its one summary run, ``parts`` the exact curves,
``manifest`` its plan, ``documents`` JSON, which ``typed`` reads back by ``forms``; ``run_content`` says what stands on
the run of a point and ``display`` what MLflow shows of its curve. ``writers`` chooses how runs are written:
``database_*`` straight into the tables, ``client_writer`` through the public API; ``surplus`` deletes what was written
twice; what a store never takes is kept in a ``spool``. To read: ``attempt`` is what is known of a point, ``search``,
``membership`` and ``lookup`` find it, ``record`` reads a sweep back. MLflow's pages: ``view`` and ``pages`` say how
they open on a sweep, ``page_server`` serves them. ``caller`` leaves a process as it was.
"""

import os

# Before mlflow is first imported: no phoning home, no bars and no advertisement of a URL in our output. One try a
# request: tried again is in patience.py alone, which knows what may be repeated.
VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


def prepare() -> None:
    """Set what is not set yet."""
    for name, value in VARIABLES.items():
        os.environ.setdefault(name, value)


prepare()
