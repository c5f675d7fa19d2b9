"""Faults of a store that may pass, as a lock, a server that is away, a full disk: tried again, with growing pauses."""

import re
import time
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.client import responses
from typing import TypeVar

from sweep.errors import StoreAway
from sweep.outputs import Anothers
from sweep.redaction import without_secrets
from sweep.tracking import database_faults, deadline

T = TypeVar("T")

FIRST, LONGEST = 0.1, 10.0
"""Seconds between two tries: each pause is twice the one before."""

LASTING = {
    *("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "PERMISSION_DENIED", "UNAUTHENTICATED"),
    *("ENDPOINT_NOT_FOUND", "FEATURE_DISABLED", "INVALID_STATE", "CUSTOMER_UNAUTHORIZED", "MALFORMED_REQUEST"),
    *("NOT_FOUND", "NOT_IMPLEMENTED", "DATA_LOSS", "QUOTA_EXCEEDED", "RESOURCE_LIMIT_EXCEEDED"),
}
"""MLflow's codes of refusals that no waiting changes."""

BESIDE_THE_POINT = re.compile(r"\[SQL:|\(Background on|LINE \d+:|Response body: '<")
"""How begins what MLflow, SQLAlchemy and PostgreSQL add to what was said: the statement, a link, a page."""

REQUESTED = re.compile(r"API request to |HTTPS?ConnectionPool\(|Connection (?:aborted|broken)")
"""What MLflow, requests and urllib3 say that they were about."""

NETWORK = (
    r"\[(?:Errno -?\d+|SSL: \w+)\] ([^\"'()]+)",
    r"Caused by .*port=\d+\): ([^\"']+)[\"']",
    r"Caused by \w+\([\"']([^\"']+)[\"']\)",
    r"(?:RemoteDisconnected|Connection\w+Error)\((?:\d+, )?[\"']([^\"']+)",
    r"^API request to \S+ failed with (?:timeout )?exception (.*?)(?:\.? To increase the timeout, set .*)?$",
)
"""What the network said, from deep inside their words."""

ANSWERED = re.compile(r"failed with error code (\d{3}) != \d+")
"""What MLflow says of an answer that is none."""

LONGEST_SAID = 20_000
"""Characters that are looked through of what was said."""

SIGN_IN = (
    "sign in: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, of somebody who may"
    " write there"
)
"""What to do where a server wants to know who asks, or lets others alone write."""

CURES = {
    HTTPStatus.UNAUTHORIZED: SIGN_IN,
    HTTPStatus.FORBIDDEN: SIGN_IN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "let the server, and any proxy before it, take larger files",
}
"""Of answers that no waiting changes, what to do."""


def patiently(
    action: Callable[[], T],
    patience: float,
    answer: type[Exception] | tuple[type[Exception], ...] = (),
    unknown: float | None = None,
) -> T:
    """What ``action`` returns, tried again while the store fails.

    Parameters
    ----------
    action : may be repeated after any of its steps.
    patience : seconds.
    answer : what ``action`` raises where the store is well and says no; raised as it is.
    unknown : seconds, where nothing says that the store is there; as ``patience`` if None.

    Raises
    ------
    StoreAway : it failed to the end. Whatever is no fault of a store is raised as it is.
    """
    began, pause = time.monotonic(), FIRST
    with deadline.within(patience):
        while True:
            try:
                return action()
            except Exception as error:  # Sorted at once: each kind of store raises its own.
                if isinstance(error, answer) or not _is_fault(error):
                    raise
                waited, busy = time.monotonic() - began, database_faults.busy(error)
                limit = patience if busy or unknown is None else min(patience, unknown)
                if _lasts(error) or waited + pause > limit:
                    raise refused(error, waited if busy else 0) from error
            time.sleep(pause)
            pause = min(2 * pause, LONGEST)


def refused(error: Exception, waited: float = 0) -> StoreAway:
    """What to raise where the store does not take what was written, for which one has ``waited`` some seconds."""
    after = f", and was for {waited:.0f} s" if waited >= 1 else ""
    return StoreAway(words(error)[:300] + after, cure=_cure(error) or database_faults.busy(error))


def _is_fault(error: Exception) -> bool:
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    if isinstance(error, IntegrityError):
        return False
    if isinstance(error, OSError | MlflowException | DBAPIError | PoolTimeout | ImportError):
        return True
    # Whatever else MLflow raises, it raises of an answer that it took apart and that is none.
    return not isinstance(error, SQLAlchemyError) and _is_of_mlflow(error)


def _lasts(error: Exception) -> bool:
    if isinstance(error, PermissionError | NotADirectoryError | IsADirectoryError | ImportError):
        return True
    return getattr(error, "error_code", None) in LASTING or _cure(error) is not None


def _cure(error: Exception) -> str | None:
    """What to do about a refusal that no waiting ends; None where it may pass, or that is not known."""
    status = _refusal(error)
    if isinstance(error, Anothers):
        return error.cure
    return CURES[status] if status else database_faults.cure(error)


def _is_of_mlflow(error: Exception) -> bool:
    """Whether MLflow, not we, called last what raised ``error``."""
    frames = [str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = (name.startswith("mlflow.") for name in reversed(frames) if name.startswith(("mlflow.", "sweep.")))
    return next(ours, False)


def _refusal(error: BaseException) -> HTTPStatus | None:
    """Which of :data:`CURES` a server answered; MLflow forgets it of an answer in JSON, which its frame still holds."""
    answers = [frame.f_locals.get("response") for frame, _ in traceback.walk_tb(error.__traceback__)]
    codes = [getattr(answer, "status_code", None) for answer in (getattr(error, "response", None), *answers)]
    return next((HTTPStatus(code) for code in codes if code in CURES), None)


def words(error: BaseException) -> str:
    """What the store said, without its secrets, the statement that it said it of, and pages of HTML."""
    status = _refusal(error)
    if status is not None:
        return f"the server answers {status.value} {status.phrase}"
    raised = (getattr(each, "orig", None) for each in (error, error.__cause__))
    said = " ".join(str(next(filter(None, raised), error))[:LONGEST_SAID].split())
    said = without_secrets(BESIDE_THE_POINT.split(said)[0].strip())
    return network(said) if REQUESTED.search(said) else said


def network(said: str) -> str:
    """What the network said, of all that was made of it."""
    if status := ANSWERED.search(said):
        return f"the server answers {status[1]} {responses.get(int(status[1]), '')}".strip()
    found = (re.search(pattern, said) for pattern in NETWORK)
    return next((each[1].strip() for each in found if each), said)
