"""What a user's function prints."""

import ctypes
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

HEAD = TAIL = 256_000
"""Bytes of much output that are kept, of its beginning and of its end."""


@contextmanager
def captured(path: Path) -> Iterator[TextIO]:
    """Whatever this process, and what it starts, writes to its standard output and error goes to ``path`` meanwhile.

    Yields
    ------
    The same file, to write to.
    """
    streams, kept = (sys.stdout, sys.stderr), {}
    _flush(streams)
    with path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1) as file:
        try:
            for number in (1, 2):
                with suppress(OSError):  # It may be closed.
                    kept[number] = os.dup(number)
                    os.dup2(file.fileno(), number)
            sys.stdout = sys.stderr = file
            with _logs():
                yield file
        finally:
            _flush((sys.stdout, sys.stderr, *streams))  # Whoever has kept one of them has written to it.
            sys.stdout, sys.stderr = streams
            for number, before in kept.items():
                os.dup2(before, number)
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


def _flush(streams: Iterable[TextIO | None]) -> None:
    """Have what was printed where it was printed to: of Python, and of the C library in this process."""
    for stream in streams:
        with suppress(OSError, ValueError):  # It may be closed.
            if stream is not None:
                stream.flush()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)


def output(path: Path) -> str:
    """What was written to ``path``; of much, the beginning and the end."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size <= HEAD + TAIL:
            return file.read().decode("utf-8", "replace")
        head = file.read(HEAD)
        file.seek(-TAIL, os.SEEK_END)
        tail = file.read()
    first, last = (each.decode("utf-8", "replace") for each in (head, tail))
    return f"{first}\n[… {size - HEAD - TAIL:,} bytes left out …]\n{last}"
