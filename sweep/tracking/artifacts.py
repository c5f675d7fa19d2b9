"""Files on a run: whole or not at all.

An embedded store keeps them in a folder beside its database file and finds them from there, so a moved or copied store
still has them; every other store keeps them wherever MLflow does.
"""

import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol, TypeVar

from sweep import plain_file, scratch
from sweep.outputs import write_atomically
from sweep.tracking import answers, deadline, wire
from sweep.tracking.artifact_access import Elsewhere, repository
from sweep.tracking.location import is_server
from sweep.tracking.parts import DamagedPart
from sweep.tracking.patience import FIRST, LONGEST, patiently, words
from sweep.tracking.trip import TooLarge
from sweep.tracking.typed import Malformed

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

T = TypeVar("T")

MOST = 256 << 20
"""Bytes that a file may have where nothing else is expected of it."""


class Missing(FileNotFoundError):
    """The run has no such file."""


class NoRun(Missing):
    """There is no such run; no waiting changes that."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class Artifacts(Protocol):
    """Where files of runs go, by run id and a relative path with ``/``."""

    def put(self, run_id: str, path: str, content: bytes) -> None:
        """Write a file whole, in place of an earlier one."""

    def get(self, run_id: str, path: str) -> bytes:
        """Read a file; ``FileNotFoundError`` where it is not there."""

    def read(
        self,
        run_id: str,
        path: str,
        value_of: Callable[[bytes], T],
        *,
        may_miss: bool = False,
        most: int = MOST,
        start: bytes = b"",
    ) -> T:
        """What ``value_of`` makes of a file that should be whole, unless it ``may_miss``.

        Parameters
        ----------
        most : bytes that it may have.
        start : how it begins, unless it is short.

        Raises
        ------
        FileNotFoundError : it is not there.
        DamagedPart, Malformed : from ``value_of``.
        """


def inside(run_id: str, path: str) -> PurePosixPath:
    """``path`` if, of an artifact of ``run_id``, it stays there: both may come from a store that anybody can write to.

    Raises
    ------
    ValueError : it would lead elsewhere.
    """
    inner = PurePosixPath(path)
    if run_id in ("", "..") or run_id != PurePosixPath(run_id).name or {"..", "/"} & set(inner.parts):
        raise ValueError(f"artifact {path} of run {run_id} would lie outside of the store")
    return inner


class FolderArtifacts:
    """Artifacts of an embedded store, at ``folder/<run id>/artifacts/<path>`` as MLflow lays them.

    A full disk is waited for, for ``patience`` seconds.
    """

    def __init__(self, folder: Path, patience: float) -> None:
        self._folder, self._patience = folder, patience

    def put(self, run_id: str, path: str, content: bytes) -> None:
        """See :class:`Artifacts`."""
        patiently(lambda: write_atomically(self._path(run_id, path), content), self._patience)

    def get(self, run_id: str, path: str, most: int = MOST, start: bytes = b"") -> bytes:
        """See :class:`Artifacts`."""
        return plain_file.read(self._path(run_id, path), most, start)

    def read(
        self,
        run_id: str,
        path: str,
        value_of: Callable[[bytes], T],
        *,
        may_miss: bool = False,
        most: int = MOST,
        start: bytes = b"",
    ) -> T:
        """See :class:`Artifacts`."""
        return value_of(self.get(run_id, path, most, start))

    def _path(self, run_id: str, path: str) -> Path:
        return self.folder(run_id) / inside(run_id, path)

    def folder(self, run_id: str) -> Path:
        """Where the files of a run lie."""
        inside(run_id, "")
        return self._folder / run_id / "artifacts"


class ClientArtifacts:
    """Artifacts wherever MLflow keeps them, tried again for ``patience`` seconds; what was put is read back."""

    def __init__(self, client: "MlflowClient", patience: float) -> None:
        self._client, self._patience, self._waited = client, patience, 0.0
        self._places: dict[str, ArtifactRepository] = {}

    def put(self, run_id: str, path: str, content: bytes) -> None:
        """See :class:`Artifacts`."""
        inner = inside(run_id, path)
        patiently(lambda: self._put(run_id, inner, content), self._patience)

    def get(self, run_id: str, path: str, most: int = MOST, start: bytes = b"") -> bytes:
        """See :class:`Artifacts`."""
        return patiently(lambda: self._get(run_id, path, most, start), self._patience, (Missing, Malformed, Elsewhere))

    def read(
        self,
        run_id: str,
        path: str,
        value_of: Callable[[bytes], T],
        *,
        may_miss: bool = False,
        most: int = MOST,
        start: bytes = b"",
    ) -> T:
        """See :class:`Artifacts`; fetched again before it counts as damaged or missing.

        What passes a request on may answer in place of the server. All files share the patience for that: of a store
        that lost many, each is looked for once it is spent. One that may miss is looked for twice.
        """
        pause = FIRST
        while True:
            began = time.monotonic()
            try:
                return value_of(self.get(run_id, path, most, start))
            except (Missing, DamagedPart, Malformed) as error:
                self._waited += time.monotonic() - began
                known = isinstance(error, NoRun) or (may_miss and isinstance(error, Missing) and pause > FIRST)
                if known or self._waited + pause > self._patience:
                    raise
            time.sleep(pause)
            self._waited += pause
            pause = min(2 * pause, LONGEST)

    def _put(self, run_id: str, inner: PurePosixPath, content: bytes) -> None:
        with scratch.folder() as folder:
            local = folder / inner.name
            local.write_bytes(content)
            folder_there = str(inner.parent) if inner.parent.name else None
            place = self._place(run_id)
            log: Callable[[str, str | None], None] = place.log_artifact
            self._in_time(place, lambda: log(str(local), folder_there), lambda: len(content))
        try:
            there = self._get(run_id, str(inner), len(content), content[:1])
        except Malformed:
            there = b""
        if there != content:
            raise ConnectionError(f"artifact {inner} of run {run_id} did not arrive")

    def _get(self, run_id: str, path: str, most: int, start: bytes) -> bytes:
        inner, place = inside(run_id, path), self._place(run_id)
        with scratch.folder() as folder:
            local = folder / inner.name
            try:
                if kept := getattr(place, "artifact_dir", None):  # MLflow would copy whatever stands there.
                    return plain_file.read(Path(kept) / inner, most, start)
                # Not by MLflow's way for folders, which asks for a listing first.
                fetch: Callable[[str, str], None] = place._download_file
                with wire.at_most(most, start):
                    self._in_time(place, lambda: fetch(str(inner), str(local)), lambda: _come(local, most))
                return plain_file.read(local, most, start)
            except (TooLarge, plain_file.Unfit) as error:
                raise Malformed(f"{path}: {error}") from error
            except Exception as error:
                # What a place raises for a file that is not there is as various as places are; a listing is not.
                parent = None if str(inner.parent) == "." else str(inner.parent)
                if path not in {each.path for each in self._in_time(place, lambda: place.list_artifacts(parent))}:
                    raise Missing(f"its {path} is not there") from None
                if isinstance(error, OSError):
                    raise
                # It is there, yet MLflow calls a download that broke off a wrong path, which no waiting would change.
                raise ConnectionError(f"artifact {path} of run {run_id}: {words(error)}") from error

    def _in_time(self, place: "ArtifactRepository", action: Callable[[], T], moved: Callable[[], int] = lambda: 0) -> T:
        """What a place of files answers: of a server, requests are bounded; of others nothing is known."""
        if getattr(place, "artifact_dir", None) or is_server(place.artifact_uri):
            return action()
        return deadline.in_time(action, deadline.left(self._patience), moved)

    def _place(self, run_id: str) -> "ArtifactRepository":
        """Where the files of a run are; MLflow's client would keep for good what a bad answer says of that."""
        from mlflow.exceptions import MlflowException

        if run_id not in self._places:
            try:
                uri = answers.run(self._client.get_run(run_id), run_id).info.artifact_uri
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    raise NoRun("it is not there any more") from None
                raise
            if not uri:
                raise ConnectionError(f"the server's answer was cut: run {run_id} has no place for artifacts")
            self._places[run_id] = repository(uri, self._client.tracking_uri)
        return self._places[run_id]


def _come(local: Path, most: int) -> int:
    """Bytes of a file that is on its way.

    Raises
    ------
    TooLarge : more than it may have.
    """
    size = local.stat().st_size if local.exists() else 0
    if size > most:
        raise TooLarge(f"it goes on beyond {most:,} bytes")
    return size
