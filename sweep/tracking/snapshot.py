"""A SQLite file that this process may not write to is read from a copy: SQLite itself writes beside what it reads.

A reader of a write-ahead log makes ``-shm``, one of a journal rolls it back, and ``immutable=1`` reads past both. The
copy is of one moment: it is made again where somebody has written meanwhile.
"""

import os
import shutil
import time
from pathlib import Path

from sweep.errors import BadInput, StoreAway
from sweep.tracking.patience import FIRST

LOGS = ("-wal", "-journal")
"""How the files end that belong to a SQLite file and hold what it lacks; ``-shm`` is made anew."""

HEADER = 32
"""Bytes at the start of a write-ahead log that change when it begins anew."""


def logs(file: Path) -> list[Path]:
    """Where the logs of ``file`` are, if it has any."""
    return [file.with_name(file.name + end) for end in LOGS]


def blocked(file: Path) -> Path | None:
    """What keeps this process from writing to a SQLite file, which may not be there yet: a file or a folder."""
    beside = [file.with_name(file.name + end) for end in ("", "-shm", *LOGS)]
    needed = [path for path in (*beside, file.parent) if path.exists()]
    return next((path for path in needed if not os.access(path, os.W_OK)), None)


def take(file: Path, folder: Path, patience: float) -> Path:
    """The copy of ``file`` in ``folder``, with its logs.

    Raises
    ------
    BadInput : it cannot be read, or there is no room.
    StoreAway : it was written to all the time, for ``patience`` seconds.
    """
    copy, deadline = folder / file.name, time.monotonic() + patience
    try:
        while True:
            before = _state(file)
            for end in ("", *LOGS):
                source, target = (path.with_name(path.name + end) for path in (file, copy))
                target.unlink(missing_ok=True)
                if source.exists():
                    shutil.copyfile(source, target)
            if _state(file) == before:
                return copy
            if time.monotonic() > deadline:
                raise StoreAway(f"{file} is written to all the time, and cannot be read without writing beside it")
            time.sleep(FIRST)
    except OSError as error:
        raise BadInput(
            f"{error.filename or file}: {error.strerror}",
            f"a store that can be read, and room for a copy of it in {folder.parent}, as it cannot be written",
            "check the permissions, or set TMPDIR to a folder with room",
        ) from error


def _state(file: Path) -> list[object]:
    """What changes when the file is written to. A log may grow meanwhile: what is not whole in it does not count."""
    log, journal = logs(file)
    begins = b""
    if log.exists():
        with log.open("rb") as opened:
            begins = opened.read(HEADER)
    times = [(each.stat().st_ino, each.stat().st_mtime_ns) for each in (file, journal) if each.exists()]
    return [*times, begins]
