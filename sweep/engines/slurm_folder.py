"""Files by which a driver and its Slurm jobs speak, in a folder that both see: what is ordered, and what came of it.

A driver has a folder of its own, which it holds while it lives; of one that is gone, the next driver finds the jobs
again. Only this user's own files are read: they are unpickled.
"""

import os
import pickle
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweep import plain_file, scratch
from sweep.engines.answer import Chunk
from sweep.errors import BadInput
from sweep.training.curve import Result

LARGEST = 1 << 40
"""Bytes of a file of ours that are read at most."""


LEFT = 30 * 86400.0
"""Seconds for which a folder waits for a command that wants what is in it."""


@dataclass(frozen=True)
class Order:
    """What all jobs of a folder need.

    Parameters
    ----------
    kit : a pickled :class:`sweep.engines.work.Kit`.
    here, path : the driver's current folder, and where it finds modules.
    cpus : workers of a job.
    timeout : seconds after which a point is ended; None: never.
    """

    kit: bytes
    here: str
    path: Sequence[str]
    cpus: int
    timeout: float | None


@dataclass(frozen=True)
class Array:
    """Jobs that were submitted together; what is known of them before that has no ``ids``."""

    name: str
    numbers: Sequence[int]
    ids: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """Results of a job, by key of their points, and the seconds of their training."""

    results: Sequence[tuple[str, Result]]
    seconds: float


@dataclass(frozen=True)
class End:
    """What a job said last.

    Parameters
    ----------
    chunks, largest, lost : as :class:`sweep.engines.pool.Tally` has them.
    workers : kinds of them, each with its ``count``.
    refused : why none of its points can be trained there, as :class:`sweep.errors.BadInput` has it.
    """

    chunks: int
    largest: int
    lost: int
    workers: Sequence[dict[str, Any]]
    refused: tuple[str, str, str] | None = None


@dataclass
class Job:
    """One that was submitted.

    Parameters
    ----------
    number, id : in its folder, and as the queue calls it; empty where that is not known.
    left : keys of points whose results have not come.
    begun : when it was first seen to have begun; 0: not yet.
    brought : whether anything has come.
    missed : since when the queue does not have it; 0: it has.
    """

    folder: "Folder"
    number: int
    id: str
    chunk: Chunk
    left: set[str]
    begun: float = 0.0
    brought: bool = False
    missed: float = 0.0

    @classmethod
    def of(cls, folder: "Folder", number: int, job: str, chunk: Chunk) -> "Job":
        """Of which all is to come."""
        return cls(folder, number, job, chunk, {point.key for point in chunk.points})


class Folder:
    """Of one driver."""

    ORDER = "order"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @classmethod
    def made(cls, below: Path, order: Order) -> "Folder":
        """A new one, held by this process.

        Raises
        ------
        BadInput : it cannot be made there.
        """
        folder = cls(below / secrets.token_hex(4))
        try:
            below.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.path.mkdir(mode=0o700)
        except OSError as error:
            raise BadInput(
                f"hydra.launcher.folder={below.parent}: nothing can be written there: {error.strerror}",
                "a folder that this user can write to, and that all nodes see; null: outputs/",
                "give another hydra.launcher.folder=…",
            ) from error
        folder.hold()
        folder.write(cls.ORDER, order)
        return folder

    @classmethod
    def left(cls, below: Path) -> Iterator["Folder"]:
        """Those of drivers that are gone, each held by this process from now on."""
        if not below.is_dir() or not _is_private(below):
            return
        for path in sorted(below.iterdir()):
            folder = cls(path)
            with suppress(OSError):  # Gone meanwhile.
                if _is_private(path) and folder.hold():
                    yield folder

    def hold(self) -> bool:
        """Whether no other process holds it; where a file system knows no locks, nobody can."""
        try:
            self._lock = scratch.locked(str(self.path), 0.0)
        except TimeoutError:
            return False
        return True

    def let_go(self) -> None:
        """Leave it to others."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def remove(self) -> None:
        """Delete it. Jobs that find it gone end by themselves."""
        (self.path / self.ORDER).unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)
        self.let_go()
        with suppress(OSError):  # There are others.
            self.path.parent.rmdir()

    @property
    def is_there(self) -> bool:
        """Whether a driver may still want what is written."""
        return (self.path / self.ORDER).exists()

    @property
    def is_old(self) -> bool:
        """Whether nothing has been written in it for :data:`LEFT` seconds."""
        written = max((path.lstat().st_mtime for path in self.path.iterdir()), default=self.path.lstat().st_mtime)
        return time.time() - written > LEFT  # Not by the folder's own time, which a look changes.

    def names(self) -> list[str]:
        """Of all files, as they are now on the server of the folder."""
        with suppress(OSError):
            os.utime(self.path)  # A client of a network file system asks its server anew.
        return sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []

    def write(self, name: str, content: Any) -> None:
        """Whole or not at all; raises FileNotFoundError where the folder is gone."""
        beside = self.path / f".{name}.{secrets.token_hex(4)}"
        with beside.open("xb") as file:
            pickle.dump(content, file, pickle.HIGHEST_PROTOCOL)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / name)

    def read(self, name: str) -> Any:
        """What was written, by this user's processes alone."""
        path = self.path / name
        if path.lstat().st_uid != os.geteuid() or not _is_private(self.path):
            raise PermissionError(f"{path}: it may be another user's")
        return pickle.loads(plain_file.read(path, LARGEST))

    def forget(self, name: str) -> None:
        """Delete a file that has been read."""
        (self.path / name).unlink(missing_ok=True)

    def arrays(self) -> list[tuple[str, Array]]:
        """What was submitted, by name of its file."""
        return [(name, self.read(name)) for name in self.names() if name.endswith(".array")]

    def chunk(self, number: int) -> Chunk:
        """The points of a job."""
        found: Chunk = self.read(f"{number}.points")
        return found


def _is_private(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
