"""What a user's function prints, and the files that it leaves in its folder."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

HEAD = TAIL = 256_000
"""Bytes of much output that are kept, of its beginning and of its end."""

MOST_BYTES, MOST_FILES = 64 << 20, 1_000
"""Of the files of a run together, and how many there are: they cross processes in memory."""


@contextmanager
def captured(path: Path) -> Iterator[TextIO]:
    """Whatever this process, and what it starts, writes to its standard output and error goes to ``path`` meanwhile.

    Yields
    ------
    The same file, to write to.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    streams, kept = (sys.stdout, sys.stderr), {}
    with path.open("w", encoding="utf-8", errors="backslashreplace", buffering=1) as file:
        try:
            for number in (1, 2):
                with suppress(OSError):  # It may be closed.
                    kept[number] = os.dup(number)
                    os.dup2(file.fileno(), number)
            sys.stdout = sys.stderr = file
            yield file
        finally:
            sys.stdout, sys.stderr = streams
            for number, before in kept.items():
                os.dup2(before, number)
                os.close(before)


def output(path: Path) -> str:
    """What was written to ``path``; of much, the beginning and the end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size <= HEAD + TAIL:
            return file.read().decode("utf-8", "replace")
        head = file.read(HEAD)
        file.seek(-TAIL, os.SEEK_END)
        tail = file.read()
    first, last = (each.decode("utf-8", "replace") for each in (head, tail))
    return f"{first}\n[… {size - HEAD - TAIL:,} bytes left out …]\n{last}"


def files(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The plain files below ``folder`` by their paths there; and what is left out, a line each."""
    found: dict[str, bytes] = {}
    left_out, size = [], 0
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        bytes_of = path.stat().st_size
        if len(found) == MOST_FILES:
            left_out.append(f"{name} is left out: more than {MOST_FILES:,} files")
        elif size + bytes_of > MOST_BYTES:
            left_out.append(f"{name} is left out, {bytes_of:,} bytes: a run keeps {MOST_BYTES:,} in all")
        else:
            found[name] = path.read_bytes()
            size += bytes_of
    return found, left_out
