"""Open an experiment in an MLflow store, or say clearly why that cannot be."""

import logging
import re
import shlex
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from sweep import scratch
from sweep.errors import BadInput
from sweep.redaction import masked
from sweep.settings.keys import source_of
from sweep.settings.schema import Tracking
from sweep.tracking import (
    answers,
    artifact_access,
    artifact_root,
    bound_requests,
    engines,
    fresh,
    schema,
    snapshot,
    sqlite_file,
)
from sweep.tracking.artifacts import Artifacts, ClientArtifacts, FolderArtifacts
from sweep.tracking.caller import SILENCED
from sweep.tracking.database_tables import engine_of
from sweep.tracking.location import (
    ARTIFACTS,
    absolute,
    artifact_location,
    database_file,
    is_server,
    local_folder,
    sqlite_uri,
)
from sweep.tracking.patience import patiently
from sweep.tracking.unreachable import given, unreachable

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

OPENING = 3.0
"""Seconds at most that opening is tried again where nothing answers: a mistyped address should be heard of soon."""

FOLDER_TAG = "sweep.artifacts"
"""Experiment tag: the artifacts' folder, relative to the database file."""

BESIDE = re.compile(rf"{ARTIFACTS}(/\d+)?")
"""What it may be: of the experiment that MLflow makes with a store, a folder of its own."""


@dataclass(frozen=True)
class Store:
    """An open experiment.

    Parameters
    ----------
    copy : the URI of the copy that is read where the store may not be written to.
    """

    uri: str
    client: "MlflowClient"
    experiment_id: str
    artifacts: Artifacts
    patience: float
    copy: str | None = None

    def check_file(self) -> None:
        """Make sure that what was written is in the SQLite file that the store names; nothing, where it is another.

        Raises
        ------
        DBAPIError : that is gone, or another.
        """
        same = engines.same_file(self.client)
        try:
            if same:
                same.check_content()
        except sqlite3.DatabaseError as error:
            raise DBAPIError(None, None, error) from error


def open_store(tracking: Tracking, *, create: bool = True) -> Store | None:
    """Open the experiment that ``tracking`` names.

    Parameters
    ----------
    create : whether to make the store and the experiment where they do not exist; if False, return None instead, and
        open a SQLite file that may not be written to by a copy, which goes with the ``Store``.

    Raises
    ------
    BadInput : a server or database that does not answer, an unwritable folder, an experiment that is deleted or has its
        artifacts where they cannot be had.
    """
    with ExitStack() as resources:
        store = _opened(tracking, create, resources)
        if store is not None:
            weakref.finalize(store, resources.pop_all().close)
        return store


def _opened(tracking: Tracking, create: bool, resources: ExitStack) -> Store | None:
    uri, patience, copy = absolute(tracking.uri), tracking.patience, None
    file = database_file(uri)
    if file is not None:
        if not sqlite_file.is_there(file, tracking.uri) and not create:
            return None
        if not create and snapshot.blocked(file):
            uri = copy = sqlite_uri(snapshot.take(file, resources.enter_context(scratch.folder()), patience))
        sqlite_file.check(database_file(uri) or file, tracking.uri, writes=create)
    if is_server(uri):
        bound_requests(patience)
    try:
        with _quiet(), artifact_root.set_for(uri):
            opened = patiently(
                lambda: fresh.by_one_at_a_time(uri, patience, lambda: _experiment(tracking, uri, create=create)),
                patience,
                unknown=OPENING,
            )
    except BadInput:
        raise
    except Exception as error:  # Each kind of store raises its own; whatever it is, the user must hear the URI and why.
        raise unreachable(tracking.uri, error) from error
    if opened is None:
        return None
    client, experiment = opened
    if not create and (engine := engine_of(client)) is not None:
        resources.callback(engine.dispose)
    if experiment.lifecycle_stage != "active":
        raise BadInput(
            f"{source_of('tracking.experiment', tracking.experiment)}={tracking.experiment}: "
            "this experiment was deleted",
            "an experiment that is active or does not exist yet",
            f"MLFLOW_TRACKING_URI={shlex.quote(masked(tracking.uri))} mlflow experiments restore"
            f" --experiment-id {experiment.experiment_id}, or give another tracking.experiment=NAME",
        )
    if create and file is not None and FOLDER_TAG not in experiment.tags:
        experiment = _adopt(client, experiment, file)
    artifacts = _artifacts(client, experiment, file, patience)
    if isinstance(artifacts, ClientArtifacts):
        bound_requests(patience)
        artifact_access.check(experiment, uri, patience, writes=create)
        if artifact_root.is_shared(uri):
            artifact_access.check_shared(experiment, client, writes=create)
    store = Store(tracking.uri, client, experiment.experiment_id, artifacts, patience, copy)
    if create and file is not None:
        sqlite_file.quicken(client, file)
        if same := engines.same_file(client):
            same.know(experiment.experiment_id)
    return store


def _experiment(tracking: Tracking, uri: str, *, create: bool) -> "tuple[MlflowClient, Experiment] | None":
    from mlflow import MlflowClient

    file = database_file(uri)
    if file is not None:
        if not file.exists():
            fresh.make(file)
        engines.renew(file)
    known = not schema.is_database(uri) or schema.has_tables(uri, given(tracking.uri), tracking.patience)
    if not known:
        if not create:
            return None
        artifact_root.make(uri, given(tracking.uri))  # Before MLflow's tables: they come with an experiment.
    client = engines.client_of(uri, tracking.patience) if schema.is_database(uri) else MlflowClient(uri)
    experiment = client.get_experiment_by_name(tracking.experiment)
    if experiment is not None:
        return client, answers.experiment(experiment)
    if not create:
        return None
    artifact_root.make(uri, given(tracking.uri))
    return client, _create(client, tracking.experiment, file)


def _create(client: "MlflowClient", name: str, file: Path | None) -> "Experiment":
    from mlflow.exceptions import MlflowException

    location, tags = None, {}
    if file is not None:
        # Without this MLflow puts artifacts below the current folder, not beside the database.
        location = artifact_location(file.parent / ARTIFACTS)
        tags[FOLDER_TAG] = ARTIFACTS
    try:
        client.create_experiment(name, artifact_location=location, tags=tags)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":  # Another sweep was quicker: use what it made.
            raise
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        raise ConnectionError(f"the experiment {name} was created a moment ago, and is not there")
    return answers.experiment(experiment)


def _artifacts(client: "MlflowClient", experiment: "Experiment", file: Path | None, patience: float) -> Artifacts:
    relative = experiment.tags.get(FOLDER_TAG, "")
    if file is not None and BESIDE.fullmatch(relative):
        return FolderArtifacts(file.parent / relative, patience)
    return ClientArtifacts(client, patience)


def _adopt(client: "MlflowClient", experiment: "Experiment", file: Path) -> "Experiment":
    """An ``experiment`` that sweep did not make, as one whose artifacts are found beside the database ``file``.

    Raises
    ------
    BadInput : they lie elsewhere on this machine, where a moved store would not find them.
    """
    home, folder = file.parent, local_folder(experiment.artifact_location)
    if folder is None:
        return experiment
    relative = str(folder.relative_to(home)) if folder.is_relative_to(home) else ""
    if not BESIDE.fullmatch(relative):
        raise BadInput(
            f"{source_of('tracking.experiment', experiment.name)}={experiment.name}: sweep did not make this"
            f" experiment, and its files lie in {folder}, where a store that is moved does not find them",
            f"an experiment that sweep makes, or one with its files in {home / ARTIFACTS}",
            "give another tracking.experiment=NAME",
        )
    client.set_experiment_tag(experiment.experiment_id, FOLDER_TAG, relative)
    return client.get_experiment(experiment.experiment_id)


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow and alembic tell of every table they make, and of what they raise, with a traceback.

    While tables are made, some releases set alembic's logger anew.
    """
    import mlflow  # noqa: F401  (sets up its loggers, which would undo the levels below)

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        for name in SILENCED:
            logging.getLogger(name).setLevel(logging.CRITICAL)
