"""Faults of a database, sorted: those that pass by waiting, and those that stay until somebody mends what is wrong."""

import re
import traceback

DAMAGED = (
    'sqlite3 FILE "PRAGMA integrity_check", with the file of tracking.uri, tells what is damaged; put a copy of before'
    " in its place, or move it away"
)
"""What to do with a SQLite file whose bytes have changed."""

STAY = {
    r"unknown database|database \S+ does not exist": "create that database, or correct its name",
    r"role \S+ does not exist|access denied for user \S+ \(": "check user and password",
    r"read-?only (database|transaction)": "make the database writable",
    r"malformed|not a database|corrupt|could not decode|unsupported file format": DAMAGED,
    r"no such (table|column)|has no column|does not exist|doesn't exist": "give the database back what it lacks",
    r"permission denied|access denied|denied to user": "let this user write to the database",
}
"""Of a fault that no waiting ends, how it is worded, and what to do."""

REFUSED = "change what the database refuses"

ROW = "mend the row that MLflow cannot read, or delete its run or experiment"


def cure(error: BaseException) -> str | None:
    """What to do about what a database raised, or MLflow because of it; None for what may pass, or is no such thing."""
    from sqlalchemy import exc

    fault = error if isinstance(error, exc.DBAPIError) else error.__cause__
    if not isinstance(fault, exc.DBAPIError):
        return ROW if _is_of_a_row(error) else None
    said = str(fault.orig)
    found = (step for pattern, step in STAY.items() if re.search(pattern, said, re.IGNORECASE))
    stays = isinstance(fault, exc.ProgrammingError | exc.DataError | exc.NotSupportedError)
    return next(found, REFUSED if stays else None)


def _is_of_a_row(error: BaseException) -> bool:
    """Whether MLflow raised ``error``, or what caused it, when it took a row of its tables apart."""
    raised = [each.__traceback__ for each in (error, error.__cause__) if each]
    names = (str(frame.f_globals.get("__name__")) for trace in raised for frame, _ in traceback.walk_tb(trace))
    return any(name.startswith("mlflow.store.tracking.dbmodels") for name in names)
