"""What a user's function prints."""

import ctypes
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, TextIO

HEAD = TAIL = 256_000
"""Bytes of much output that are kept, of its beginning and of its end."""


given: BinaryIO | None = None
"""Of a worker, the file that its driver can read, whatever becomes of the worker."""


@contextmanager
def opened() -> Iterator[BinaryIO]:
    """An empty file for what a run prints; a worker's own again and again."""
    if given is None:
        with tempfile.TemporaryFile() as log:
            yield log
        return
    try:
        yield given
    finally:
        given.truncate(0)
        given.seek(0)


@contextmanager
def captured(log: BinaryIO) -> Iterator[None]:
    """Whatever this process, and what it starts, writes to its standard output and error goes to ``log`` meanwhile."""
    streams, kept = (sys.stdout, sys.stderr), {}
    _flush(streams)
    number = os.dup(log.fileno())  # Which has one place to write at for all that write.
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace", buffering=1) as file:
        try:
            for each in (1, 2):
                with suppress(OSError):  # It may be closed.
                    kept[each] = os.dup(each)
                    os.dup2(file.fileno(), each)
            sys.stdout = sys.stderr = file
            with _logs(), _warnings():
                yield
        finally:
            _flush((sys.stdout, sys.stderr, *streams))  # Whoever has kept one of them has written to it.
            sys.stdout, sys.stderr = streams
            for each, before in kept.items():
                os.dup2(before, each)
                os.close(before)


@contextmanager
def _logs() -> Iterator[None]:
    """Logging as Python has it, whatever Hydra has made of it; what a function changes of it is gone with it."""
    root = logging.root
    level, handlers = root.level, root.handlers[:]
    if not handlers:
        root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


@contextmanager
def _warnings() -> Iterator[None]:
    """Warnings as Python shows them by default: a command silences them, and a function's are for who wrote it."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for kind in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", kind)
        yield


def _flush(streams: Iterable[TextIO | None]) -> None:
    """Have what was printed where it was printed to: of Python, and of the C library in this process."""
    for stream in streams:
        with suppress(OSError, ValueError):  # It may be closed.
            if stream is not None:
                stream.flush()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)


def output(log: BinaryIO) -> str:
    """What was written to ``log``; of much, the beginning and the end."""
    size = os.fstat(log.fileno()).st_size
    log.seek(0)
    if size <= HEAD + TAIL:
        return log.read(HEAD + TAIL).decode("utf-8", "replace")
    head = log.read(HEAD)
    log.seek(size - TAIL)
    tail = log.read(TAIL)
    first, last = (each.decode("utf-8", "replace") for each in (head, tail))
    return f"{first}\n[… {size - HEAD - TAIL:,} bytes left out …]\n{last}"
