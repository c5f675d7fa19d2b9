"""Files that others may have laid: plain ones alone, opened without waiting for anybody, and read up to a bound."""

import io
import os
import stat
from pathlib import Path

LARGEST = 1 << 30
"""Bytes of a file that are read at most, where nothing tells how many to expect."""

PIECE = 1 << 20

FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
"""Without waiting: for who writes into a pipe, or into one of the system's own files."""


class Unfit(OSError):
    """What stands at a path is no plain file, or has more bytes than it may.

    Parameters
    ----------
    looks : what it is instead.
    next_step : what to do.
    """

    def __init__(self, path: Path, looks: str, next_step: str) -> None:
        super().__init__(f"{path}: {looks}")
        self.looks, self.next_step = looks, next_step


def read(path: Path, at_most: int = LARGEST, start: bytes = b"") -> bytes:
    """The bytes of the plain file at ``path``.

    Parameters
    ----------
    at_most : bytes that it may have.
    start : how it begins; one of no more than :data:`PIECE` may begin otherwise.

    Raises
    ------
    OSError : it is not there or cannot be read; ``Unfit`` where it is no plain file, too large, or begins otherwise.
    ValueError : no file can have that path.
    """
    _check(path, path.stat(), at_most)  # First: of a device, to open it may be to do something.
    descriptor = os.open(path, FLAGS)
    try:
        _check(path, os.fstat(descriptor), at_most)
        with io.BytesIO() as content:  # Closed: what is raised may be kept, and would keep all that was read.
            while piece := os.read(descriptor, PIECE):  # Its size is no promise: it may grow meanwhile.
                content.write(piece)
                if content.tell() > at_most:
                    raise _too_large(path, at_most)
                if content.tell() > PIECE and content.getbuffer()[: len(start)] != start:
                    raise Unfit(path, "the file does not begin as it should", "keep less in it")
            return content.getvalue()
    finally:
        os.close(descriptor)


def _check(path: Path, found: os.stat_result, at_most: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise Unfit(path, "this is a folder", "name a file in it")
    if not stat.S_ISREG(found.st_mode):
        raise Unfit(path, "this is no plain file but a pipe, a socket or a device", "write it into a file first")
    if found.st_size > at_most:
        raise _too_large(path, at_most)


def _too_large(path: Path, at_most: int) -> Unfit:
    return Unfit(path, f"the file has more than {at_most:,} bytes", "keep less in it")
