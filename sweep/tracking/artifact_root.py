"""Where a new experiment in a database server keeps its files: a place that does not depend on who came first.

MLflow would take ``mlruns`` in the folder that the first driver happened to run in. What is made beside a SQLite file
lies beside it, and an MLflow server decides for itself; neither is asked here.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from sweep.errors import BadInput
from sweep.tracking import schema
from sweep.tracking.location import artifact_location, database_file, local_folder

GIVEN = "MLFLOW_DEFAULT_ARTIFACT_ROOT"
"""MLflow's environment variable for the place where experiments keep their files: a folder or a URI."""

ROOT = "_MLFLOW_SERVER_ARTIFACT_ROOT"
"""Environment variable that MLflow's own server sets for what it starts, and by which its client finds the same."""

ALLOWED = "a folder, by its absolute path, or a URI, as s3://…, that everybody who uses the database reaches"


def is_shared(uri: str) -> bool:
    """Whether ``uri`` names a database server, which drivers in any folder and on any machine may use."""
    return schema.is_database(uri) and database_file(uri) is None


@contextmanager
def set_for(uri: str) -> Iterator[None]:
    """MLflow takes the root of the store ``uri`` while the context lasts; where there is none, the current folder's.

    Raises
    ------
    BadInput : the one that is given is relative.
    """
    given = ROOT in os.environ
    root = _root(uri) if is_shared(uri) else None
    os.environ.setdefault(ROOT, root or _of_current_folder())
    try:
        yield
    finally:
        if not given:
            del os.environ[ROOT]


def make(uri: str, shown: str) -> None:
    """See to it that files of a new experiment in ``uri`` have a place, within :func:`set_for`.

    Parameters
    ----------
    shown : how a message names the store.

    Raises
    ------
    BadInput : none is given, and the database is not of this machine; or its folder cannot be made.
    """
    if not is_shared(uri):
        return
    root = os.environ[ROOT]
    if root == _of_current_folder():
        what = f"{shown}: where a new experiment in it keeps its files is not known"
        raise BadInput(what, ALLOWED, f"set {GIVEN} to such a place, or use an MLflow server, which has its own")
    folder = local_folder(root)
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"{shown}: its files would go to {error.filename}: {error.strerror}"
        raise BadInput(what, ALLOWED, f"set {GIVEN} to such a place") from error


def _of_current_folder() -> str:
    return artifact_location(Path.cwd() / "mlruns")


def _root(uri: str) -> str | None:
    """The root, with a folder for each database: ids of runs in two of them may be the same."""
    url, given = make_url(uri), os.environ.get(GIVEN, "")
    name = f"{(url.database or 'database')[:40]}-{_digest(url)}"
    if given:
        folder = local_folder(given) if ":" in given.partition("/")[0] else Path(given)
        if folder is None:
            return f"{given.rstrip('/')}/{artifact_location(Path(name))}"
        if not folder.is_absolute():
            raise BadInput(f"{GIVEN}={given}: relative to the folder that a command runs in", ALLOWED, "give it so")
        return artifact_location(folder / name)
    if not _is_here(url):
        return None
    home = os.environ.get("XDG_DATA_HOME") or Path(os.environ.get("HOME", "/"), ".local/share")
    return artifact_location(Path(home, "sweep", "artifacts", name).absolute())


def _digest(url: URL) -> str:
    return hashlib.sha256(f"{_host(url)}:{url.port}/{url.database}".encode()).hexdigest()[:8]


def _host(url: URL) -> str | None:
    """The host of a database's server; a socket's is empty, None is not known."""
    asked = url.query.get("host", url.query.get("unix_socket", ""))
    host = url.host or (asked if isinstance(asked, str) else asked[0])
    kind = url.get_backend_name()
    host = host or (os.environ.get("PGHOST", "") if kind == "postgresql" else "")
    known = host or kind in ("postgresql", "mysql", "mariadb")
    return ("" if host.startswith("/") else host) if known else None


def _is_here(url: URL) -> bool:
    host = _host(url)
    return host is not None and (host in ("", "localhost", "::1") or host.startswith("127."))
