"""Open an experiment in an MLflow store, or say clearly why that cannot be."""

import logging
import os
import re
import shlex
import sqlite3
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.errors import BadInput, StoreAway
from sweep.redaction import without_secrets
from sweep.settings.keys import KEYS, source_of
from sweep.settings.schema import Tracking
from sweep.tracking import artifact_location, database_faults, fresh, sqlite_file
from sweep.tracking.artifacts import Artifacts, ClientArtifacts, FolderArtifacts
from sweep.tracking.location import absolute, database_file, is_server
from sweep.tracking.patience import patiently

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

OPENING = 3.0
"""Seconds at most that opening is tried again: whoever mistyped an address should hear of it soon."""

FOLDER_TAG = "sweep.artifacts"
"""Experiment tag: the artifacts' folder, relative to the database file."""


@dataclass(frozen=True)
class Store:
    """An open experiment."""

    uri: str
    client: "MlflowClient"
    experiment_id: str
    artifacts: Artifacts
    patience: float


def open_store(tracking: Tracking, *, create: bool = True) -> Store | None:
    """Open the experiment that ``tracking`` names.

    Parameters
    ----------
    create : whether to make the store and the experiment where they do not exist; if False, return None instead.

    Raises
    ------
    BadInput : a server or database that does not answer, an unwritable folder, an experiment that is deleted or has its
        artifacts where they cannot be had.
    """
    uri, file = tracking.uri, database_file(tracking.uri)
    if file is not None:
        if not create and not os.access(file, os.F_OK):
            return None
        _check_file(file, uri)
    _quiet()
    try:
        client, experiment = patiently(
            lambda: fresh.by_one_at_a_time(uri, lambda: _experiment(tracking, file, create=create)),
            min(tracking.patience, OPENING),
        )
    except Exception as error:  # Each kind of store raises its own; whatever it is, the user must hear the URI and why.
        cause = error.__cause__ if isinstance(error, StoreAway) else None
        raise _unreachable(uri, cause or error) from error
    if experiment is None:
        return None
    if experiment.lifecycle_stage != "active":
        raise BadInput(
            f"{source_of('tracking.experiment', tracking.experiment)}={tracking.experiment}: "
            "this experiment was deleted",
            "an experiment that is active or does not exist yet",
            f"MLFLOW_TRACKING_URI={shlex.quote(without_secrets(uri))} mlflow experiments restore"
            f" --experiment-id {experiment.experiment_id}, or give another tracking.experiment=NAME",
        )
    artifacts = _artifacts(client, experiment, file, tracking.patience)
    if isinstance(artifacts, ClientArtifacts):
        artifact_location.check(experiment, absolute(uri), writes=create)
    store = Store(uri, client, experiment.experiment_id, artifacts, tracking.patience)
    if create and file is not None:
        sqlite_file.quicken(client, file)
    return store


def _experiment(tracking: Tracking, file: Path | None, *, create: bool) -> "tuple[MlflowClient, Experiment | None]":
    from mlflow import MlflowClient

    if file is not None and not file.exists():
        fresh.make(file)
    client = MlflowClient(absolute(tracking.uri))
    experiment = client.get_experiment_by_name(tracking.experiment)
    return client, _create(client, tracking.experiment, file) if experiment is None and create else experiment


def _create(client: "MlflowClient", name: str, file: Path | None) -> "Experiment":
    from mlflow.exceptions import MlflowException

    location, tags = None, {}
    if file is not None:
        # Without this MLflow puts artifacts below the current folder, not beside the database.
        location = str(file.resolve().parent / "artifacts")
        tags[FOLDER_TAG] = "artifacts"
    try:
        client.create_experiment(name, artifact_location=location, tags=tags)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":  # Another sweep was quicker: use what it made.
            raise
    experiment = client.get_experiment_by_name(name)
    assert experiment is not None, "created a moment ago"
    return experiment


def _artifacts(client: "MlflowClient", experiment: "Experiment", file: Path | None, patience: float) -> Artifacts:
    relative = experiment.tags.get(FOLDER_TAG)
    if file is not None and relative == "artifacts":
        return FolderArtifacts(file.resolve().parent / relative, patience)
    return ClientArtifacts(client, patience)


def _check_file(file: Path, uri: str) -> None:
    """A folder we cannot write to, or a file that is no database, would fail deep inside SQLAlchemy."""
    parent = file.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=5)
            try:
                connection.execute("PRAGMA schema_version").fetchone()
            finally:
                connection.close()
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(
            f"{_given(uri)}: {reason}",
            "a SQLite file in a folder you can write to",
            "check the path and its permissions",
        ) from error
    for path in (file if file.exists() else parent, parent / "artifacts"):
        if (path.exists() and not os.access(path, os.W_OK)) or (path.name == "artifacts" and path.is_file()):
            raise BadInput(
                f"{_given(uri)}: {path.name} cannot be written",
                "a SQLite file, with a folder artifacts/ beside it, that you can write to",
                "check the path and its permissions",
            )


def _unreachable(uri: str, error: BaseException) -> BadInput:
    reason = without_secrets(" ".join(str(error).split()) or type(error).__name__)
    system = re.search(
        r"\[Errno -?\d+\] ([^\"')]+)", reason
    )  # What the network said, from deep inside urllib3's words.
    reason = system[1] if system else textwrap.shorten(reason, 200, placeholder=" …")
    kind = re.split(r"[+:]", uri)[0]
    if kind == "sqlite":
        allowed = "a SQLite file that MLflow can read and write"
        next_step = database_faults.cure(error) or "check the file, or name another"
    elif kind in ("postgresql", "mysql", "mssql"):
        allowed = "a database that answers, with its driver installed here"
        next_step = "start it, check address, user and password, or pip install the driver"
    elif is_server(uri):
        allowed, next_step = "an MLflow server that answers", "start the server or check the address"
    else:
        reason = "MLflow has closed its file store" if kind == "file" else f"MLflow knows no store {kind}://"
        allowed, next_step = KEYS["tracking.uri"].allowed, "name a store of one of these kinds"
    return BadInput(
        f"{_given(uri)} cannot be used: {reason}",
        allowed,
        f"{next_step}; by default runs go to sqlite:///outputs/mlflow.db",
    )


def _given(uri: str) -> str:
    return f"{source_of('tracking.uri', uri)}={without_secrets(uri)}"


def _quiet() -> None:
    """MLflow and alembic tell of every table they make, and of what they raise, with a traceback."""
    import mlflow  # noqa: F401  (sets up its loggers, which would undo the levels below)

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
