"""Tracking URIs: what kind of store they name, and which file it lives in; paths are quoted and unquoted here alone.

SQLAlchemy unquotes the path in a URI (since 2.1), MLflow that of an artifact location.
"""

import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from sqlalchemy.engine import make_url

from sweep.errors import BadInput

ARTIFACTS = "artifacts"
"""The folder of an embedded store's artifacts, beside its file."""


def database_file(uri: str) -> Path | None:
    """The SQLite file of ``uri``, relative to the current folder as SQLAlchemy reads it; None for other stores."""
    database = make_url(uri).database if uri.startswith("sqlite") else None
    return Path(database) if database else None


def is_server(uri: str) -> bool:
    """Whether ``uri`` names an MLflow tracking server."""
    return uri.startswith(("http://", "https://"))


def absolute(uri: str) -> str:
    """``uri`` with an absolute path where it names a SQLite file, so that it means the same after a change of folder.

    MLflow keeps a store for each URI of a process, wherever a relative one then points.

    Raises
    ------
    BadInput : no URI can name the file.
    """
    file = database_file(uri)
    if file is None:
        return uri
    _, mark, query = uri.partition("?")
    return sqlite_uri(Path(os.path.realpath(file)), uri.partition(":")[0]) + mark + query


def sqlite_uri(file: Path, scheme: str = "sqlite") -> str:
    """The URI of a SQLite file: with the path as it is where SQLAlchemy reads that back, else quoted.

    Raises
    ------
    BadInput : it reads back neither.
    """
    path = str(file)
    # Of a URI without a driver MLflow makes the folder, by the quoted name.
    quoted = f"{scheme if '+' in scheme else 'sqlite+pysqlite'}:///{quote(path, errors='surrogateescape')}"
    for uri in [f"{scheme}:///{path}"] * path.isprintable() + [quoted]:
        if make_url(uri).database == path:
            return uri
    raise BadInput(
        f"{path}: no URI can name this file",
        "a path in UTF-8, and without ? before SQLAlchemy 2.1",
        "rename the folder, or change to another",
    )


def artifact_location(folder: Path) -> str:
    """A ``folder`` as MLflow takes the place of an experiment's artifacts: it unquotes that, and writes it into SQL."""
    return quote(str(folder), errors="surrogateescape")


def local_folder(location: str) -> Path | None:
    """The folder of an artifact ``location``, as MLflow reads it; None where it is not on this machine."""
    parts = urlsplit(location)
    if parts.scheme not in ("", "file"):
        return None
    return Path(unquote(parts.path if parts.scheme else location))
