"""Into and out of MLflow: the only room that knows it.

To open an experiment: ``location`` reads tracking URIs, ``store`` opens, ``unreachable`` says why it cannot, ``schema``
asks whose tables a database has, ``fresh`` makes a SQLite file, ``sqlite_file`` sets it up, ``snapshot`` copies one
that may only be read, ``patience`` waits for a store that fails, ``database_faults`` knows which faults stay,
``answers`` makes sure of what a server answers, ``wire`` bounds that, ``artifacts`` moves files, ``artifact_root`` says
where those of a database server go and ``artifact_access`` asks whether it can. To write: ``sweeps`` writes a sweep,
``rerun`` whether it is done anew, ``summary`` its one summary run, ``parts`` the exact curves, ``manifest`` its plan,
``documents`` JSON, which ``typed`` reads back by ``forms``; ``run_content`` says what stands on the run of a point,
``names`` what it is called and ``display`` what MLflow shows of its curve. ``writers`` chooses how runs are written:
``database_*`` straight into the tables, ``client_writer`` through the public API; ``surplus`` deletes what was written
twice; what a store never takes is kept in a ``spool``. To read: ``attempt`` is what is known of a point, ``search``,
``membership`` and ``lookup`` find it, ``record`` reads a sweep back. MLflow's pages: ``view`` and ``pages`` say how
they open on a sweep, ``page_server`` serves them, on a ``tether``. ``caller`` leaves a process as it was.
"""

import os

REQUEST = "MLFLOW_HTTP_REQUEST_TIMEOUT"
"""MLflow's variable for how long one request may wait, in seconds."""

SHORTEST, LONGEST = 5, 30
"""Seconds that a request may wait where nobody set that: half the patience, as it is tried again, between these."""

# Before mlflow is first imported.
DEFAULTS = {"MLFLOW_DISABLE_TELEMETRY": "true", REQUEST: str(LONGEST)}
"""Variables of MLflow's that others may set: no phoning home; seconds until a server must answer."""

DECIDED = {
    # One try a request, at once or not: tried again is in patience.py alone, which knows what may be repeated.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": None,
    "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER": None,
    # A write that nobody waits for fails unseen; a long text is cut, as it is where nobody set this.
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_TRUNCATE_LONG_VALUES": "true",
    "MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH": None,
    # Files come from the server alone, not from wherever it says.
    "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD": "false",
    # Threads and transactions of ours count on SQLAlchemy's own pools.
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": None,
    "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": None,
    "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": None,
    # No bars, statements and advertisement of a URL in our output.
    "MLFLOW_SQLALCHEMYSTORE_ECHO": None,
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Variables of MLflow's that would change what we rely on, as we need them, whatever they were; None: not set."""


def prepare() -> None:
    """Set MLflow's variables in this process (:mod:`sweep.tracking.caller` undoes it for a caller)."""
    for name, value in (DEFAULTS | DECIDED).items():
        if value is None:
            os.environ.pop(name, None)
        elif name in DECIDED or not os.environ.get(name):
            os.environ[name] = value


def bound_requests(patience: float) -> None:
    """Let no request to a server wait much longer than ``patience`` seconds, where nobody said how long one may."""
    from sweep.tracking import wire

    wire.install()
    if os.environ.get(REQUEST) in _ours:
        os.environ[REQUEST] = str(max(SHORTEST, min(LONGEST, int(patience / 2))))
        _ours.add(os.environ[REQUEST])


_ours = {DEFAULTS[REQUEST]}
prepare()
