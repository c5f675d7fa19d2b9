"""A plugin of SQLAlchemy for engines, MLflow's too: no wait is longer than the patience, and a file stays the same.

MLflow makes its engines itself, and connects at once; a plugin that its URI names is there from the start. What would
wait otherwise: SQLite for a lock, 20 s; PostgreSQL for a lock and its driver for a server that has stopped, for ever;
for an address that is silent, minutes; the pool for a connection, 30 s.
"""

import time
import weakref
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine, event
from sqlalchemy.dialects import plugins
from sqlalchemy.engine import CreateEnginePlugin

from sweep.tracking.database_tables import engine_of
from sweep.tracking.deadline import left
from sweep.tracking.same_file import SameFile

if TYPE_CHECKING:
    from mlflow import MlflowClient

NAME, PATIENCE = "sweep.patience", "sweep_patience"
"""The plugin, and its parameter in a URI: seconds."""

CONNECT = ("psycopg", "psycopg2", "mysqldb", "pymysql")
"""Drivers that give up on a silent address after ``connect_timeout``, whole seconds."""

SILENT = 5.0
"""Seconds that a server may take for an answer, however short the patience: it may be at work."""

LOCK = {"sqlite": "PRAGMA busy_timeout = {:.0f}", "postgresql": "SET lock_timeout = {:.0f}"}
"""What says how long to wait for a lock, in ms."""

same_files: "weakref.WeakKeyDictionary[Engine, SameFile]" = weakref.WeakKeyDictionary()
"""Of each engine on a SQLite file, what knows whether that is still the one."""


def patient(uri: str, patience: float) -> str:
    """The ``uri`` of a database, with this plugin."""
    return f"{uri}{'&' if '?' in uri else '?'}plugin={NAME}&{PATIENCE}={patience}"


def client_of(uri: str, patience: float) -> "MlflowClient":
    """MLflow's client of a database, with this plugin; what the first connection meets is told at once."""
    from mlflow import MlflowClient
    from mlflow.store.db import utils

    before, utils.MAX_RETRY_COUNT = utils.MAX_RETRY_COUNT, 1  # By itself it tries ten times, with pauses of 100 s.
    try:
        return MlflowClient(patient(uri, patience))
    finally:
        utils.MAX_RETRY_COUNT = before


class Patient(CreateEnginePlugin):
    """What SQLAlchemy makes with each engine whose URI :func:`patient` has made."""

    def __init__(self, url: URL, kwargs: dict[str, Any]) -> None:
        super().__init__(url, kwargs)
        self._patience = float(str(url.query[PATIENCE]))
        self._given = url.query

    def update_url(self, url: URL) -> URL:
        """The URL without what is for this plugin."""
        return url.difference_update_query((PATIENCE,))

    def handle_pool_kwargs(self, pool_cls: type[Any], pool_args: dict[str, Any]) -> None:
        """Bound the wait for a connection."""
        if "QueuePool" in pool_cls.__name__:
            pool_args["timeout"] = self._patience

    def engine_created(self, engine: Engine) -> None:
        """Bound the other waits of ``engine``."""
        self._kind = engine.dialect.name
        event.listen(engine, "do_connect", self._connect)
        if self._kind in LOCK:
            event.listen(engine, "connect", self._bound_locks)
            event.listen(engine, "checkout", self._bound_locks)
        if self._kind == "sqlite":
            event.listen(engine, "before_cursor_execute", self._rewritten, retval=True)
            file = Path(engine.url.database or "")
            if file.is_absolute():
                same_files[engine] = SameFile(engine, file)

    def _connect(self, dialect: Any, record: object, words: list[Any], given: dict[str, Any]) -> Any:
        if dialect.driver in CONNECT and "connect_timeout" not in self._given:
            given["connect_timeout"] = max(2, int(left(self._patience)))
        return _psycopg(self._patience).connect(*words, **given) if dialect.driver == "psycopg" else None

    def _bound_locks(self, connection: Any, record: Any, *_: object) -> None:
        """Let a connection wait for locks as long as one may; told anew where that has changed."""
        if self._kind == "sqlite":
            connection.execute(self._lock()).close()
            return
        wait, before = left(self._patience), record.info.get(NAME, -1.0)
        if abs(wait - before) <= wait / 20:  # Each asks the server once more.
            return
        record.info[NAME] = wait
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(self._lock())
        connection.autocommit = False

    def _lock(self) -> str:
        return LOCK[self._kind].format(max(1, 1000 * left(self._patience)))

    def _rewritten(self, connection: Any, cursor: Any, statement: str, parameters: Any, *_: object) -> tuple[str, Any]:
        """MLflow's sessions set a bound of theirs."""
        if statement.startswith("PRAGMA busy_timeout"):
            statement = self._lock()
        return statement, parameters


@lru_cache(maxsize=8)
def _psycopg(patience: float) -> Any:
    """A class of connections that are closed where their server says nothing for longer than one may wait."""
    import psycopg

    def heard(connection: psycopg.Connection[Any], steps: Any, seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if ready:
                    deadline = time.monotonic() + seconds
                elif time.monotonic() > deadline:
                    connection.close()
                    raise psycopg.OperationalError(f"the server has said nothing for {seconds:.3g} s")
                wanted = steps.send(ready)
        except StopIteration as end:
            return end.value

    class Heard(psycopg.Connection[Any]):
        def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
            return super().wait(heard(self, gen, max(SILENT, left(patience) + 1)), *given, **named)

    return Heard


def same_file(client: "MlflowClient") -> SameFile | None:
    """What knows whether the SQLite file of ``client`` is still the one; None where its store is none."""
    engine = engine_of(client)
    return same_files.get(engine) if engine else None


def renew(file: Path) -> None:
    """Let engines from before open the SQLite ``file`` that is there now."""
    for engine, same in list(same_files.items()):
        if same.file == file:
            same.renew(engine)


plugins.register(NAME, __name__, Patient.__name__)
