"""A real MLflow tracking server on loopback, and one of PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.process import unused_port
from sweep.tracking import artifact_root
from tests.mlflow_server import serving

if TYPE_CHECKING:
    from benchmarks.postgresql import Postgresql


@pytest.fixture
def free_port() -> int:
    return unused_port()


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of :func:`server` lie."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def started_server(server_folder: Path, empty_store: Path) -> Iterator[str]:
    with started(server_folder, empty_store) as address:
        yield address


@pytest.fixture
def server(started_server: str, server_folder: Path) -> str:
    """The address of a server; starting one takes seconds, so what earlier tests left there has other names."""
    with closing(sqlite3.connect(server_folder / "mlflow.db")) as connection:
        connection.execute("UPDATE experiments SET name = hex(randomblob(8)) WHERE experiment_id > 0")
        connection.commit()
    return started_server


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between tries."""
    for module in ("patience", "artifacts"):
        monkeypatch.setattr(f"sweep.tracking.{module}.FIRST", 0.01)
        monkeypatch.setattr(f"sweep.tracking.{module}.LONGEST", 0.1)


@contextmanager
def started(folder: Path, empty_store: Path) -> Iterator[str]:
    """The address of a server whose files lie in ``folder``."""
    (folder / "mlflow.db").write_bytes(empty_store.read_bytes())
    with serving(folder, "sqlite:///mlflow.db") as address:
        yield address


@pytest.fixture(scope="session")
def postgresql() -> Iterator["Postgresql"]:
    """Debian's PostgreSQL on loopback."""
    from benchmarks.postgresql import running_postgresql

    with running_postgresql() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this user's programs keep data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(artifact_root.GIVEN, raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def ready_database(postgresql: "Postgresql", tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with MLflow's tables and nothing in it; MLflow needs seconds to make one."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    uri = postgresql.empty_database()
    SqlAlchemyStore(uri, str(tmp_path_factory.mktemp("unused"))).engine.dispose()  # type: ignore[no-untyped-call]
    return uri


@pytest.fixture
def uri(postgresql: "Postgresql", ready_database: str, home: Path) -> str:
    """A database with MLflow's tables and nothing in it."""
    return postgresql.copy_of(ready_database)


@pytest.fixture
def empty_uri(postgresql: "Postgresql", home: Path) -> str:
    """A database with no tables."""
    return postgresql.empty_database()
