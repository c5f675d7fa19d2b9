"""Files on a run: whole or not at all.

An embedded store keeps them in a folder beside its database file and finds them from there, so a moved or copied store
still has them; every other store keeps them wherever MLflow does.
"""

import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from sweep.outputs import write_atomically
from sweep.tracking.patience import patiently

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Missing(FileNotFoundError):
    """The run has no such file."""


class Artifacts(Protocol):
    """Where files of runs go, by run id and a relative path with ``/``."""

    def put(self, run_id: str, path: str, content: bytes) -> None:
        """Write a file whole, in place of an earlier one."""

    def get(self, run_id: str, path: str) -> bytes:
        """Read a file; ``FileNotFoundError`` where it is not there."""


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

    def get(self, run_id: str, path: str) -> bytes:
        """See :class:`Artifacts`."""
        return self._path(run_id, path).read_bytes()

    def _path(self, run_id: str, path: str) -> Path:
        return self._folder / run_id / "artifacts" / inside(run_id, path)


class ClientArtifacts:
    """Artifacts through MLflow's client, tried again for ``patience`` seconds."""

    def __init__(self, client: "MlflowClient", patience: float) -> None:
        self._client, self._patience = client, patience

    def put(self, run_id: str, path: str, content: bytes) -> None:
        """See :class:`Artifacts`."""
        inner = inside(run_id, path)
        parent = str(inner.parent) if inner.parent.name else None
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / inner.name
            local.write_bytes(content)
            patiently(lambda: self._client.log_artifact(run_id, str(local), parent), self._patience)

    def get(self, run_id: str, path: str) -> bytes:
        """See :class:`Artifacts`."""
        return patiently(lambda: self._get(run_id, path), self._patience, Missing)

    def _get(self, run_id: str, path: str) -> bytes:
        from mlflow.exceptions import MlflowException

        parent = str(inside(run_id, path).parent)
        with tempfile.TemporaryDirectory() as folder:
            try:
                return Path(self._client.download_artifacts(run_id, path, folder)).read_bytes()
            except (MlflowException, OSError) as error:
                # What a store raises for a file that is not there is as various as stores are; a listing is not.
                if path not in self._listed(run_id, None if parent == "." else parent):
                    raise Missing(f"artifact {path} of run {run_id}") from None
                if isinstance(error, OSError):
                    raise
                # It is there, yet MLflow calls a download that broke off a wrong path, which no waiting would change.
                raise ConnectionError(f"artifact {path} of run {run_id}: {error}") from error

    def _listed(self, run_id: str, folder: str | None) -> set[str]:
        from mlflow.exceptions import MlflowException

        try:
            return {each.path for each in self._client.list_artifacts(run_id, folder)}
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":  # No such run.
                return set()
            raise
