"""Folders for temporary files; what a killed process has left of them is deleted by a later one."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sweep.outputs import LEFT

PREFIX = ".sweep-scratch-"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards, locked for as long as this process works in it."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        lock = _locked(name)
        try:
            yield Path(name)
        finally:
            if lock is not None:
                os.close(lock)


@contextmanager
def alone_in(place: Path) -> Iterator[None]:
    """Work in a folder while no other process that asks for the same does, as far as the system knows such locks."""
    place.mkdir(parents=True, exist_ok=True)
    lock = _locked(str(place), wait=True)
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
            lock = _locked(str(left))
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


def _is_old(left: Path) -> bool:
    times = [path.lstat().st_mtime for path in (left, *left.rglob("*"))]
    return time.time() - max(times) > LEFT


def _locked(name: str, *, wait: bool = False) -> int | None:
    """The descriptor that locks a folder until it is closed or its process is gone; None where another has the lock.

    Parameters
    ----------
    wait : for another to be through.
    """
    try:
        import fcntl
    except ImportError:  # Windows.
        return None
    lock = os.open(name, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(lock)
        return None
    return lock
