"""Faults of a store that may pass, as a lock, a server that is away, a full disk: tried again, with growing pauses."""

import time
from collections.abc import Callable
from typing import TypeVar

from sweep.errors import StoreAway
from sweep.redaction import without_secrets
from sweep.tracking import database_faults

T = TypeVar("T")

FIRST, LONGEST = 0.1, 10.0
"""Seconds between two tries: each pause is twice the one before."""

LASTING = {
    *("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "PERMISSION_DENIED", "UNAUTHENTICATED"),
    *("ENDPOINT_NOT_FOUND", "FEATURE_DISABLED", "INVALID_STATE", "CUSTOMER_UNAUTHORIZED", "MALFORMED_REQUEST"),
    *("NOT_FOUND", "NOT_IMPLEMENTED", "DATA_LOSS", "QUOTA_EXCEEDED", "RESOURCE_LIMIT_EXCEEDED"),
}
"""MLflow's codes of refusals that no waiting changes."""


def patiently(action: Callable[[], T], patience: float, answer: type[Exception] | tuple[()] = ()) -> T:
    """What ``action`` returns, tried again while the store fails.

    Parameters
    ----------
    action : may be repeated after any of its steps.
    patience : seconds.
    answer : what ``action`` raises where the store is well and says no; raised as it is.

    Raises
    ------
    StoreAway : it failed to the end. Whatever is no fault of a store is raised as it is.
    """
    deadline, pause = time.monotonic() + patience, FIRST
    while True:
        try:
            return action()
        except Exception as error:  # Sorted at once: each kind of store raises its own.
            if isinstance(error, answer) or not _is_fault(error):
                raise
            if _lasts(error) or time.monotonic() + pause > deadline:
                raise refused(error) from error
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)


def refused(error: Exception) -> StoreAway:
    """What to raise where the store does not take what was written."""
    return StoreAway(_words(error), cure=database_faults.cure(error))


def _is_fault(error: Exception) -> bool:
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import DBAPIError, IntegrityError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    if isinstance(error, IntegrityError):
        return False
    if isinstance(error, ValueError):  # A server's answer that was cut; what requests itself raises are OSErrors.
        return type(error).__name__ in ("JSONDecodeError", "ParseError", "DecodeError")
    return isinstance(error, OSError | MlflowException | DBAPIError | PoolTimeout | ImportError)


def _lasts(error: Exception) -> bool:
    if isinstance(error, PermissionError | NotADirectoryError | IsADirectoryError | ImportError):
        return True
    return getattr(error, "error_code", None) in LASTING or database_faults.cure(error) is not None


def _words(error: Exception) -> str:
    """What the store said, without the statement that it said it of."""
    said = str(getattr(error, "orig", None) or error).partition("[SQL:")[0]
    return without_secrets(" ".join(said.split()))[:300]
