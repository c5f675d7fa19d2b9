"""A store that is not there yet: a SQLite file is made elsewhere and put in its place whole, tables by one at a time.

MLflow makes its tables in many transactions. Two processes that open one fresh store together crash, and a process
killed meanwhile leaves a file that MLflow can never open again.
"""

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sweep import scratch
from sweep.errors import printable
from sweep.outputs import write_atomically
from sweep.tracking import deadline, schema
from sweep.tracking.location import ARTIFACTS, artifact_location, sqlite_uri

T = TypeVar("T")

LOCKS = {
    "postgresql": "SELECT pg_advisory_lock(7695472351)",  # Waits as its engine does for any lock.
    "mysql": "SELECT GET_LOCK('sweep', {seconds})",
    "mariadb": "SELECT GET_LOCK('sweep', {seconds})",
}
"""What takes a lock in a database of each kind, within a time; it ends with the connection."""


def make(file: Path) -> None:
    """An empty store at ``file``, an absolute path; where another process was quicker, its file stands."""
    with scratch.folder() as folder:
        made = folder / "mlflow.db"
        tables(made, file.parent / ARTIFACTS)
        with scratch.alone_in(file.parent, deadline.left(math.inf)):
            if not file.exists():
                _put_aside_logs(file)
            write_atomically(file, made.read_bytes(), replace=False)


def tables(file: Path, artifacts: Path) -> None:
    """MLflow's tables in a new ``file``, which takes it two seconds.

    Parameters
    ----------
    artifacts : where files of its default experiment lie; MLflow would take ./mlruns, of whichever folder is current.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    SqlAlchemyStore(sqlite_uri(file), artifact_location(artifacts)).engine.dispose()  # type: ignore[no-untyped-call]


def _put_aside_logs(file: Path) -> None:
    """Rename the logs of a database that was at ``file``: SQLite would play them into the next one there."""
    for end in ("-wal", "-shm", "-journal"):
        log = file.with_name(file.name + end)
        if log.exists():
            aside = file.with_name(f"{log.name}.{time.time_ns():x}")
            log.rename(aside)
            print(printable(f"{log} is of a database that is gone, and is {aside.name} now."), file=sys.stderr)


def by_one_at_a_time(uri: str, patience: float, action: Callable[[], T]) -> T:
    """What ``action`` returns, which may make MLflow's tables in the database of ``uri``; other stores need no lock.

    Another process that makes them is waited for ``patience`` seconds.
    """
    lock = LOCKS.get(uri.partition(":")[0].partition("+")[0])
    if lock is None:
        return action()
    with schema.engine(uri, patience).connect() as connection:
        connection.exec_driver_sql(lock.format(seconds=max(1, int(patience))))
        return action()
