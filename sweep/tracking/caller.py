"""The process of a caller, who may use MLflow too: left as it was."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sweep import tracking

SILENCED = ("mlflow", "alembic", "psycopg", "sqlalchemy")
"""Loggers that commands silence: what they say of a failure is raised as well, and told or tried again."""


def put_back(variables: Mapping[str, str]) -> None:
    """Make ``variables`` the environment again; what did not change is never away, for other threads may read it."""
    for name in os.environ.keys() - variables:
        del os.environ[name]
    os.environ.update(variables)


@contextmanager
def left_as_it_was(variables: Mapping[str, str]) -> Iterator[None]:
    """Undo what commands set for MLflow in their own process: environment variables, levels of loggers, its sessions.

    Parameters
    ----------
    variables : the environment before :mod:`sweep.tracking`, which changes it, was imported.
    """
    tracking.prepare()  # Once more: an earlier call has undone it.
    import mlflow  # Sets up its loggers.

    from sweep.tracking import wire

    levels = {name: logging.getLogger(name).level for name in SILENCED}
    del mlflow
    try:
        yield
    finally:
        wire.release()
        put_back(variables)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
