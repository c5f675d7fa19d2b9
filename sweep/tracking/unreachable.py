"""A store that cannot be opened: what was given, why it cannot be used, and what to do."""

import re
import textwrap
from importlib.metadata import version
from importlib.util import find_spec

from sweep.errors import BadInput, StoreAway
from sweep.redaction import masked
from sweep.settings.keys import KEYS, source_of
from sweep.tracking import schema
from sweep.tracking.location import is_server
from sweep.tracking.patience import network, words

VARIABLE = re.compile(r"Failed to convert .* for (\w+):|(\w+) value must be one of|[Aa]ctive workspace")
"""What MLflow says of a variable of the environment that it cannot read, or that the store does not go with."""


def given(uri: str) -> str:
    """A store as a message names it: where its URI came from, and the URI without its secrets."""
    return f"{source_of('tracking.uri', uri)}={masked(uri)}"


def unreachable(uri: str, error: BaseException) -> BadInput:
    """What to tell a user whose store ``uri`` raised ``error``, each kind of store its own."""
    cause = error.__cause__ if isinstance(error, StoreAway) and error.__cause__ else error
    reason, allowed, step = _reason(cause), _allowed(uri), ""
    variable = VARIABLE.search(reason)
    if variable:
        name = variable[1] or variable[2] or "MLFLOW_WORKSPACE or MLFLOW_ENABLE_WORKSPACES"
        allowed, step = "a value that MLflow can read and this store goes with", f"correct {name}, or unset it"
    elif isinstance(error, StoreAway) and error.cure:
        reason, step = error.reason, error.cure
    elif isinstance(cause, ImportError) and not isinstance(cause, ModuleNotFoundError):
        allowed = f"packages that fit together; here are {_packages()}"
        step = "pip install --upgrade mlflow sqlalchemy"
    elif _kind(uri) == "sqlite":
        step = "check the file, or name another"
    elif schema.is_database(uri):
        step = "start it, check address, user and password, or pip install the driver"
    elif "ProxyError" in str(cause):
        reason, step = f"by its proxy: {reason}", "check HTTP_PROXY and HTTPS_PROXY, or name the host in NO_PROXY"
    elif is_server(uri):
        missing = isinstance(cause, ModuleNotFoundError)
        step = "pip install what is missing" if missing else "start the server or check the address"
    else:
        kind = _kind(uri)
        reason = "MLflow has closed its file store" if kind == "file" else f"MLflow knows no store {kind}://"
        step = "name a store of one of these kinds"
    return BadInput(
        f"{given(uri)} cannot be used: {reason}", allowed, f"{step}; by default runs go to sqlite:///outputs/mlflow.db"
    )


def _reason(error: BaseException) -> str:
    reason = network(words(error)) or type(error).__name__
    return textwrap.shorten(reason, 300, placeholder=" …")


def _allowed(uri: str) -> str:
    if _kind(uri) == "sqlite":
        return "a SQLite file that MLflow can read and write"
    if schema.is_database(uri):
        return "a database that answers, with its driver installed here"
    if is_server(uri):
        return "an MLflow server that answers, and lets you write"
    return KEYS["tracking.uri"].allowed


def _kind(uri: str) -> str:
    return re.split(r"[+:]", uri)[0]


def _packages() -> str:
    there = {each: version(each) for each in ("mlflow", "sqlalchemy", "alembic", "psycopg") if find_spec(each)}
    return ", ".join(f"{name} {number}" for name, number in there.items())
