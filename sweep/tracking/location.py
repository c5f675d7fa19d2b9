"""Tracking URIs: what kind of store they name, and which file it lives in."""

import re
from pathlib import Path


def database_file(uri: str) -> Path | None:
    """The SQLite file of ``uri``, relative to the current folder as SQLAlchemy reads it; None for other stores."""
    match = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", uri)
    return Path(match[1]) if match else None


def is_server(uri: str) -> bool:
    """Whether ``uri`` names an MLflow tracking server."""
    return uri.startswith(("http://", "https://"))


def absolute(uri: str) -> str:
    """``uri`` with an absolute path where it names a SQLite file, so that it means the same after a change of folder.

    MLflow keeps a store for each URI of a process, wherever a relative one then points.
    """
    file = database_file(uri)
    return uri if file is None else uri.replace(str(file), str(file.resolve()), 1)
