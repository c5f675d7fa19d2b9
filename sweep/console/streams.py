"""Standard streams that take whatever is printed: whether anybody can read it decides nothing else."""

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What writing raises where somebody wanted the text and there is no room for it; after any other error nobody does."""


class _Descriptor(io.FileIO):
    """A file descriptor that drops what it cannot write, from the first error on, which is kept in ``lost``."""

    lost: OSError | None = None

    def write(self, data: Any) -> int:
        """Write all of ``data``, also where the descriptor does not block; return its length in bytes."""
        rest = memoryview(data).cast("B")
        while rest and not self.lost:
            try:
                written: int | None = super().write(rest)
            except OSError as error:
                self.lost = error
            else:
                rest = rest[written or 0 :]
                if written is None:  # It does not block, and is full for now.
                    room = select.poll()  # Not select, which takes no descriptor above 1023.
                    room.register(self, select.POLLOUT)
                    room.poll()
        return len(data)


class _Sink(io.StringIO):
    """Where nothing that is printed is kept."""

    def write(self, text: str) -> int:
        """Drop ``text``."""
        return len(text)


@contextmanager
def unbreakable() -> Iterator[None]:
    """Nothing that is printed raises while the context lasts, be a standard stream closed, missing, broken or full."""
    _open_missing_descriptors()
    before = sys.stdin, sys.stdout, sys.stderr
    sys.stdin = sys.stdin or io.StringIO()
    sys.stdout, sys.stderr = _kept(sys.stdout, sys.__stdout__), _kept(sys.stderr, sys.__stderr__)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdin, sys.stdout, sys.stderr = before


def full() -> OSError | None:
    """The error of a standard output that has no room, where it is one that :func:`unbreakable` keeps."""
    sys.stdout.flush()
    descriptor = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    lost = descriptor.lost if isinstance(descriptor, _Descriptor) else None
    return lost if lost and lost.errno in FULL else None


def _open_missing_descriptors() -> None:
    """Open what the caller has closed: the next file would have its number, and get what is printed in C."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)


def _kept(stream: TextIO | None, own: TextIO | None) -> TextIO:
    """``stream``, or what stands for it: for the process's ``own`` a descriptor that is kept, for none a sink."""
    if stream is None or stream.closed:
        return _Sink()
    if stream is not own or not isinstance(stream, io.TextIOWrapper):  # A caller's, as in a notebook.
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Descriptor(stream.fileno(), "wb", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",  # A terminal may lack a character; no sweep fails for that.
        line_buffering=stream.line_buffering or stream.write_through,  # python -u: what is below has a buffer.
        write_through=stream.write_through,
    )
