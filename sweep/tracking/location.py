"""Tracking URIs: which file a store lives in, and how to show a URI without its secrets."""

import re
from pathlib import Path


def database_file(uri: str) -> Path | None:
    """The SQLite file of ``uri``, relative to the current folder as SQLAlchemy reads it; None for other stores."""
    match = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", uri)
    return Path(match[1]) if match else None


def is_server(uri: str) -> bool:
    """Whether ``uri`` names an MLflow tracking server."""
    return uri.startswith(("http://", "https://"))


def without_secrets(text: str) -> str:
    """``text`` with the user and password of any URL in it, and any query value, replaced by ``***``."""
    text = re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", text)
    return re.sub(r"([?&][\w.-]+=)[^&\s]+", r"\1***", text)
