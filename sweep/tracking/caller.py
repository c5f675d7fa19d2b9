"""The process of a caller, who may use MLflow too: left as it was."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sweep.tracking import ADDED


@contextmanager
def left_as_it_was() -> Iterator[None]:
    """Undo what commands set for MLflow in their own process: environment variables, levels of loggers."""
    variables = set(os.environ) - ADDED
    import mlflow  # Sets up its loggers.

    levels = {name: logging.getLogger(name).level for name in ("mlflow", "alembic")}
    del mlflow
    try:
        yield
    finally:
        for name in os.environ.keys() - variables:
            del os.environ[name]
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
