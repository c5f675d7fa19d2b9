"""Into and out of MLflow: the only room that knows it.

``location`` reads tracking URIs, ``store`` opens an experiment (``fresh`` makes a SQLite file, ``sqlite_file`` sets it
up). ``sweeps`` writes a sweep: ``summary`` its one summary run, ``parts`` the exact curves, ``runs`` what stands on the
run of a point, ``display`` what MLflow shows of it, ``comparison`` and ``view`` how MLflow's pages open on a sweep.
``writers`` chooses how runs are written: ``database_*`` straight into the tables, ``client_writer`` through the public
API. ``found`` says what is there already, ``record`` reads a sweep back, ``manifest`` is its plan as a file,
``artifacts`` moves files. ``patience`` waits for a store that fails; what it never takes is kept in a ``spool``.
"""

import os

# Before mlflow is first imported: no phoning home, no bars and no advertisement of a URL in our output.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
# One try a request: tried again is in patience.py alone, which knows what may be repeated.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
