"""Folders for temporary files; what a killed process has left of them is deleted by a later one."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sweep.outputs import LEFT

PREFIX = ".sweep-scratch-"

SHORTEST, LONGEST = 0.005, 0.2
"""Seconds between two looks whether a folder is free: each pause is twice the one before."""


@contextmanager
def folder(within: Path | None = None) -> Iterator[Path]:
    """A folder that is gone afterwards, locked for as long as this process works in it.

    Parameters
    ----------
    within : where; None: where the system has such folders, and :func:`clear` looks for them.
    """
    # A process that still writes into it may keep it from being deleted; then a later one deletes it.
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=within, ignore_cleanup_errors=True) as name:
        lock = locked(name)
        try:
            yield Path(name)
        finally:
            if lock is not None:
                os.close(lock)


@contextmanager
def alone_in(place: Path, seconds: float) -> Iterator[None]:
    """Work in a folder while no other process that asks for the same does, as far as the system knows such locks.

    Raises
    ------
    TimeoutError : another has not been through for as many ``seconds``, as one that is stopped.
    """
    place.mkdir(parents=True, exist_ok=True)
    lock = locked(str(place), seconds)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def clear() -> None:
    """Delete folders of this user that nobody has written to for an hour, and whose process is gone.

    Where the system knows no such locks, nothing is deleted.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # Gone meanwhile, or not for us to see.
            if left.is_symlink() or left.stat().st_uid != os.getuid() or not _is_old(left):
                continue
            lock = locked(str(left))
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


def _is_old(left: Path) -> bool:
    times = [path.lstat().st_mtime for path in (left, *left.rglob("*"))]
    return time.time() - max(times) > LEFT


def locked(name: str, seconds: float | None = None) -> int | None:
    """The descriptor that locks a folder until it is closed or its process is gone; None where it cannot be locked.

    Parameters
    ----------
    seconds : to wait for another to be through; None to leave it to the other at once.

    Raises
    ------
    TimeoutError
    """
    try:
        import fcntl
    except ImportError:  # Windows.
        return None
    lock = os.open(name, os.O_RDONLY)
    began, pause = time.monotonic(), SHORTEST
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # One that waits, waits for a process that is stopped too.
            return lock
        except OSError as error:
            waited = time.monotonic() - began
            if seconds is None or not isinstance(error, BlockingIOError) or waited + pause > seconds:
                os.close(lock)
                if seconds is None or not isinstance(error, BlockingIOError):
                    return None
                held = f"another process has been at work in it for {waited:.0f} s, and may be stopped"
                raise TimeoutError(errno.ETIMEDOUT, held, name) from None
        time.sleep(pause)
        pause = min(2 * pause, LONGEST)
