"""Faults of a database, sorted: those that pass by waiting, and those that stay until somebody mends what is wrong."""

import re
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

DAMAGED = (
    'sqlite3 FILE "PRAGMA integrity_check", with the file of tracking.uri, tells what is damaged; put a copy of before'
    " in its place, or move it away"
)
"""What to do with a SQLite file whose bytes have changed."""

GONE = r" is (gone|another (file|database) now|overwritten: .*)$"
"""What :mod:`sweep.tracking.same_file` says."""

STAY = {
    r"unknown database|database \S+ does not exist": "create that database, or correct its name",
    r"role \S+ does not exist|access denied for user \S+ \(": "check user and password",
    GONE: "put back the file that was there, or let a new store be made in its place",
    r"read-?only (database|transaction)": "make the database writable",
    r"malformed|not a database|corrupt|could not decode|unsupported file format": DAMAGED,
    r"no such (table|column)|has no column|does not exist|doesn't exist": "give the database back what it lacks",
    r"permission denied|access denied|denied to user": "let this user write to the database",
}
"""Of a fault that no waiting ends, how it is worded, and what to do."""

BUSY = {
    r"database (table )?is locked|lock timeout|lock wait timeout": "end what holds the lock, or wait for it",
    r"too many (clients|connections)|connection slots": "let the database take more connections, or end some",
    r"database system is (starting|shutting)": "wait until the database has started",
}
"""Of a fault that shows a database which is there and may pass, how it is worded, and what to do."""

REFUSED = "change what the database refuses"

ROW = "mend the row that MLflow cannot read, or delete its run or experiment"


def cure(error: BaseException) -> str | None:
    """What to do about what a database raised, or MLflow because of it; None for what may pass, or is no such thing."""
    from sqlalchemy import exc

    fault = error if isinstance(error, exc.DBAPIError) else error.__cause__
    if not isinstance(fault, exc.DBAPIError):
        return ROW if _is_of_a_row(error) else None
    stays = isinstance(fault, exc.ProgrammingError | exc.DataError | exc.NotSupportedError)
    return _step(STAY, fault) or (REFUSED if stays and not busy(error) else None)


def busy(error: BaseException) -> str | None:
    """What to do about a database that is there and has no time; None for what is another fault."""
    from sqlalchemy import exc

    fault = error if isinstance(error, exc.DBAPIError) else error.__cause__
    return _step(BUSY, fault) if isinstance(fault, exc.DBAPIError) else None


def _step(steps: Mapping[str, str], fault: "DBAPIError") -> str | None:
    said = str(fault.orig)
    return next((step for pattern, step in steps.items() if re.search(pattern, said, re.IGNORECASE)), None)


def _is_of_a_row(error: BaseException) -> bool:
    """Whether MLflow raised ``error``, or what caused it, when it took a row of its tables apart."""
    raised = [each.__traceback__ for each in (error, error.__cause__) if each]
    names = (str(frame.f_globals.get("__name__")) for trace in raised for frame, _ in traceback.walk_tb(trace))
    return any(name.startswith("mlflow.store.tracking.dbmodels") for name in names)
