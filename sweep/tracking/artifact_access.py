"""Whether an experiment's artifacts can be had where MLflow keeps them: asked before anything is trained or stored."""

import os
import textwrap
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from sweep.errors import BadInput
from sweep.redaction import without_secrets
from sweep.settings.keys import source_of
from sweep.tracking import deadline
from sweep.tracking.artifact_root import GIVEN
from sweep.tracking.location import is_server, local_folder

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

PORTS = {"http": 80, "https": 443}

SILENT = 5.0
"""Seconds that a place may take for an answer, however short the patience."""

DRIVERS = {"s3": "boto3", "r2": "boto3", "b2": "boto3"}
"""What MLflow imports only when it writes the first file."""


class Elsewhere(FileNotFoundError):
    """Files of another server than the one that the user names."""

    error_code = "PERMISSION_DENIED"


NEW = f", with {GIVEN} set to a place that everybody who uses the database reaches"


def check(experiment: "Experiment", uri: str, patience: float, *, writes: bool) -> None:
    """Refuse an experiment whose artifacts this process cannot have.

    Parameters
    ----------
    uri : of the store that the experiment is in.
    patience : seconds to wait for what keeps them, at least :data:`SILENT`.
    writes : whether files are to be written, not only read.

    Raises
    ------
    BadInput
    """
    from mlflow.exceptions import MlflowException

    location = experiment.artifact_location
    scheme = location.partition(":")[0] if ":" in location else ""
    try:
        place = repository(location, uri)
    except Elsewhere as error:
        step = "unset them if that server needs none"
        raise _refusal(experiment, str(error), step) from error
    except (MlflowException, ImportError) as error:
        if scheme == "mlflow-artifacts":
            raise _refusal(
                experiment, "only an MLflow server has them", "name its server as tracking.uri=http://…"
            ) from error
        step = "pip install what is missing" if isinstance(error, ImportError) else "set up what MLflow asks for"
        raise _refusal(experiment, _short(error), step) from error
    if scheme in DRIVERS and find_spec(DRIVERS[scheme]) is None:
        raise _refusal(experiment, f"No module named '{DRIVERS[scheme]}'", f"pip install {DRIVERS[scheme]}")
    if scheme not in ("", "file", "mlflow-artifacts"):
        try:
            deadline.in_time(lambda: place.list_artifacts("sweep"), max(SILENT, patience))
        except Exception as error:  # Each kind of place raises its own, of an address, an account or a library.
            reason = "MLflow cannot make it out" if isinstance(error, ValueError) else _short(error)
            raise _refusal(experiment, reason, "set up what MLflow needs for it, or start what is away") from error
    folder = getattr(place, "artifact_dir", None)
    if writes and folder is not None:
        there = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise _refusal(experiment, f"{there} cannot be written", "correct that folder, or its permissions")


def repository(location: str, uri: str) -> "ArtifactRepository":
    """MLflow's access to the files at ``location``, which a store says, for the store ``uri``, which the user does.

    Raises
    ------
    Elsewhere : they are of another server, which would be sent the credentials that are meant for this one.
    """
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    from mlflow.utils.credentials import get_default_host_creds

    place = get_artifact_repository(location, tracking_uri=uri)
    address = urlsplit(place.artifact_uri)
    if is_server(place.artifact_uri) and (not is_server(uri) or _server(address) != _server(urlsplit(uri))):
        sent = get_default_host_creds(place.artifact_uri)  # type: ignore[no-untyped-call]
        if sent.username or sent.password or sent.token or sent.aws_sigv4 or sent.auth or sent.client_cert_path:
            raise Elsewhere(
                f"credentials of this environment would go to {address.scheme}://{address.hostname}:{address.port}"
            )
    return place


def _server(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or PORTS.get(address.scheme)


def check_shared(experiment: "Experiment", client: "MlflowClient", *, writes: bool) -> None:
    """Refuse an experiment in a database server whose files lie in a folder that is not on this machine.

    Whoever writes the first run makes the folder: from then on it tells who reaches it.

    Raises
    ------
    BadInput
    """
    from mlflow.entities import ViewType

    folder = local_folder(experiment.artifact_location)
    if folder is None or (folder.is_absolute() and folder.is_dir()):
        return
    step = "make that folder reachable here"
    if not folder.is_absolute():
        raise _refusal(experiment, "relative to the folder that a command runs in", step, NEW)
    if client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL, max_results=1):
        raise _refusal(experiment, "it has runs, and that folder is not on this machine", step, NEW)
    if writes:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refusal(experiment, f"that folder cannot be made: {error.strerror}", step, NEW) from error


def _short(error: Exception) -> str:
    return textwrap.shorten(" ".join(str(error).split()), 120, placeholder=" …")


def _refusal(experiment: "Experiment", reason: str, step: str, new: str = "") -> BadInput:
    source = source_of("tracking.experiment", experiment.name)
    return BadInput(
        f"{source}={experiment.name}: its artifacts lie at {without_secrets(experiment.artifact_location)}: {reason}",
        "an experiment whose artifacts can be read and written from here",
        f"{step}, or give another tracking.experiment=NAME{new}",
    )
