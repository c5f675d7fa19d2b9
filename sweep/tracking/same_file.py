"""Whether a SQLite file is still the one that was opened.

SQLite goes on in a file that was deleted or replaced, and in a log that was, without an error: what it writes there is
lost. What was written over in place it sees only once it needs a page that it does not hold.
"""

import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, event

ENDS = ("", "-wal", "-shm")
"""How the names of a database's files end: the log and its index are there while somebody has it open."""

CHECKPOINT = 5.0
"""Seconds in which another process folds its log into the file, so that what is read there may be torn."""

Mark = Mapping[int, int]
"""What tells a store from others: of its first experiment and of ours, when each was made, in ms since 1970."""


class SameFile:
    """The files that the connections of an engine have open."""

    def __init__(self, engine: Engine, file: Path) -> None:
        self.file, self._open = file, set[int]()
        self._known: dict[str, tuple[int, int]] = {}
        self._mark: Mark = {}
        self._lost = ""
        event.listen(engine, "do_connect", self._connecting)
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "close", self._closed)
        event.listen(engine, "checkout", lambda *_: self.check())

    def renew(self, engine: Engine) -> None:
        """Where the file is not the one that ``engine`` has open, open the one that is there from now on."""
        try:
            self.check_content()
        except sqlite3.DatabaseError:
            engine.dispose()
            self._known, self._mark, self._lost = {}, {}, ""

    def check(self, ends: Sequence[str] = ENDS) -> None:
        """Make sure that each name still means the file that is open, as far as that is known.

        With its last connection SQLite itself deletes a log, whose name then means nothing.

        Raises
        ------
        sqlite3.OperationalError
        """
        for end in ends if self._open else ENDS[:1]:
            found = _identity(self.file, end)
            if found != self._known.get(end, found):
                what = f"{self.file}{end} is {'gone' if found is None else 'another file now'}"
                if end:  # What was in it is lost, also once nobody has it open any more.
                    self._lost = self._lost or what
                raise sqlite3.OperationalError(what)
        if self._lost:
            raise sqlite3.OperationalError(self._lost)

    def know(self, experiment_id: str) -> None:
        """Remember by what to tell this database, once it is opened, from one that is written over it."""
        try:
            self._mark = _mark(self.file, [0, int(experiment_id)])
        except sqlite3.Error:  # All in its log so far.
            self._mark = {}

    def check_content(self) -> None:
        """:meth:`check`, and make sure that the file was not written over; it costs some 2 ms.

        Raises
        ------
        sqlite3.DatabaseError
        """
        self.check()
        deadline = time.monotonic() + CHECKPOINT
        while self._mark:
            try:
                found = _mark(self.file, [*self._mark])
                if all(self._mark[each] == made for each, made in found.items()):  # One may have been deleted.
                    return
                self._give_up_log(f"{self.file} is another database now")
            except sqlite3.Error as error:
                if self.file.stat().st_size == 0 or "not a database" in str(error):
                    self._give_up_log(f"{self.file} is overwritten: {error}")
                elif time.monotonic() > deadline:
                    self._lost = f"{self.file} is overwritten: {error}"
            self.check()
            time.sleep(0.1)

    def _give_up_log(self, lost: str) -> None:
        """Empty the log of what was written over: SQLite would fold it into what is there now, and damage that."""
        self._lost = lost
        if "-wal" in self._known:
            with suppress(OSError):
                os.truncate(self.file.with_name(f"{self.file.name}-wal"), 0)

    def _connecting(self, *_: object) -> None:
        self.check(ENDS[:1])  # SQLite would make a file that is not there.

    def _connected(self, connection: sqlite3.Connection, record: object) -> None:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").close()  # Opens the log, if there is one.
        self.check()
        if not self._open:
            self._known = {end: self._known[end] for end in ENDS[:1] if end in self._known}
        found = {end: _identity(self.file, end) for end in ENDS}
        self._known |= {end: each for end, each in found.items() if each}
        self._open.add(id(connection))

    def _closed(self, connection: object, record: object) -> None:
        self._open.discard(id(connection))


def _identity(file: Path, end: str) -> tuple[int, int] | None:
    try:
        found = file.with_name(file.name + end).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _mark(file: Path, experiments: Sequence[int]) -> Mark:
    """What stands in the file without its log, whoever has that open."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        query = "SELECT experiment_id, creation_time FROM experiments WHERE experiment_id = ?"
        rows = (connection.execute(query, (each,)).fetchone() for each in experiments)
        return {row[0]: row[1] for row in rows if row and row[1]}
    finally:
        connection.close()
