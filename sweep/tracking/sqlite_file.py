"""How the driver uses a SQLite file: a write-ahead log, synced when it is folded back and not at every commit.

A killed process loses nothing that was committed. A power failure may lose the last transactions, never half of one;
the next start of the sweep finds what is missing and trains it again. While a sweep runs, ``-wal`` and ``-shm`` stand
beside the file and belong to it.
"""

import atexit
import errno
import os
import re
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from sweep.errors import BadInput, printable
from sweep.tracking import database_faults, snapshot
from sweep.tracking.database_tables import engine_of
from sweep.tracking.deadline import within
from sweep.tracking.location import ARTIFACTS
from sweep.tracking.unreachable import given

if TYPE_CHECKING:
    from mlflow import MlflowClient

NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "lustre", "gpfs", "beegfs", "glusterfs", "fuse.")
"""How names of file systems begin on which several machines may open a file: SQLite's log needs memory they share."""

SOON = 1.0
"""Seconds that what only helps waits for others."""


def is_there(file: Path, uri: str) -> bool:
    """Whether ``file`` is there.

    Raises
    ------
    BadInput : nobody can tell, or it or a log of it is no plain file: SQLite would wait for a pipe.
    """
    found = False
    try:
        for path in (file, *snapshot.logs(file)):
            with suppress(FileNotFoundError, NotADirectoryError):
                if not stat.S_ISREG(path.stat().st_mode):
                    raise OSError(errno.EINVAL, f"{path.name} is no plain file")
                found = found or path == file
    except OSError as error:
        raise _unusable(uri, error) from error
    return found


def check(file: Path, uri: str, *, writes: bool) -> None:
    """A folder we cannot write to would fail deep inside SQLAlchemy."""
    parent = file.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(uri, error) from error
    artifacts = parent / ARTIFACTS
    writable = not writes or not artifacts.exists() or (artifacts.is_dir() and os.access(artifacts, os.W_OK | os.X_OK))
    path = snapshot.blocked(file) or (None if writable else artifacts)
    if path is not None:
        raise BadInput(
            f"{given(uri)}: {path.name} cannot be written",
            "a SQLite file, with its logs and a folder artifacts/ beside it, that you can write to",
            "check the path and its permissions",
        )


def _unusable(uri: str, error: OSError) -> BadInput:
    allowed, step = "a SQLite file in a folder you can write to", "check the path and its permissions"
    return BadInput(f"{given(uri)}: {error.strerror}", allowed, step)


def quicken(client: "MlflowClient", file: Path) -> None:
    """Set the log and the syncing for ``client``'s connections; on a network file system SQLite's defaults stay.

    Network file systems are told by Linux's table of mounts; where there is none, ``file`` counts as local.
    """
    engine = engine_of(client)
    if engine is None or on_network(file) or event.contains(engine, "connect", _settings):
        return
    event.listen(engine, "connect", _settings)
    engine.dispose()  # Connections from before, when MLflow opened the store.
    atexit.register(engine.dispose)  # The last one to close folds the log back: then the file alone is the store.
    try:
        with within(SOON), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")  # Persists in the file.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            grown = _has_grown(connection)
    except DBAPIError:
        return  # Somebody reads it just now: slower, and as safe. Damage is told of by what needs the file.
    finally:
        engine.dispose()  # They had no log yet.
    if grown:
        count_rows(client)
        engine.dispose()  # A connection keeps what was counted when it came.


def _has_grown(connection: Connection) -> bool:
    """Whether there are ten times as many runs as when they were counted, as others have written some meanwhile."""
    try:
        counted = connection.exec_driver_sql("SELECT max(stat + 0) FROM sqlite_stat1 WHERE tbl = 'runs'").scalar()
        there = connection.exec_driver_sql("SELECT max(rowid) FROM runs").scalar()
    except DBAPIError:  # Nobody has counted yet: SQLite's own guesses are good.
        return False
    return bool(counted and there and there > 10 * counted)


def count_rows(client: "MlflowClient") -> None:
    """Let a SQLite file keep how its indexes are spread, from a sample; nothing, where the store is another.

    Without, SQLite answers MLflow's pages from an index on the metric's name, which passes over every run of the store
    for the curve of one: 15 ms at 1,000 runs of 100 epochs, 0.2 ms with.
    """
    engine = engine_of(client)
    if engine is None or engine.dialect.name != "sqlite":
        return
    try:
        with within(SOON), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit = 400")
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    except DBAPIError as error:  # Somebody writes just now, and a later sweep counts; or the file is damaged.
        cure = database_faults.cure(error)
        if cure:
            print(f"{printable(f'{engine.url.database}: {error.orig}')}\n  next:    {cure}", file=sys.stderr)


def on_network(file: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether ``file`` lies, or would lie, on a network file system."""
    try:
        lines = mounts.read_bytes().split(b"\n")  # A mount point is bytes, in any encoding or none.
    except OSError:
        return False
    folder = os.fsencode(os.path.realpath(file.parent))
    best, kind = b"", ""
    for line in lines:
        left, _, right = line.partition(b" - ")
        fields = left.split(b" ")
        if len(fields) < 5:
            continue
        point = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8) & 0xFF]), fields[4])
        within = folder == point or folder.startswith(point.rstrip(b"/") + b"/")
        if within and len(point) >= len(best):
            best, kind = point, os.fsdecode(right.partition(b" ")[0])
    return kind.startswith(NETWORK)


def _settings(connection: object, record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA cache_size = -65536")  # KiB: the indexes of a transaction's rows, touched all over.
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
