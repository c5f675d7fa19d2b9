"""One bound for each wait, the patience: for a lock of SQLite, as opened by us or by MLflow, and for a connection."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from mlflow import MlflowClient
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sweep import app
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings, Tracking
from sweep.tracking import spool, spool_folders
from sweep.tracking.database_tables import engine_of
from sweep.tracking.deadline import within
from sweep.tracking.patience import patiently
from sweep.tracking.store import Store, open_store
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.tracking.stored import URI, runs, settings

FILE = Path("outputs/mlflow.db")
COMMANDS = (
    ("sweep", "epochs=5"),
    ("sweep", "epochs=5", "dry_run=true"),
    ("sweep.report",),
    ("sweep.replay",),
    ("sweep.ui",),
)


@contextmanager
def held(how: str, file: Path = FILE) -> Iterator[sqlite3.Connection]:
    """A lock that another program has on the SQLite file."""
    with closing(sqlite3.connect(file, check_same_thread=False)) as other:
        other.execute(how)
        yield other


def opened(patience: float, uri: str = URI) -> Store:
    store = open_store(Tracking(uri, "sweep", 1000, {}, patience))
    assert store is not None
    return store


def bounds(client: MlflowClient) -> tuple[Any, Any]:
    """In ms, how long connections of ours wait for a lock of SQLite, and those of MLflow's sessions."""
    engine, backend = engine_of(client), client._tracking_client.store
    assert engine is not None
    with engine.connect() as connection:
        own = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    with backend.ManagedSessionMaker() as session:
        theirs = session.connection().exec_driver_sql("PRAGMA busy_timeout").scalar()
    return own, theirs


@pytest.mark.usefixtures("ready_store")
@pytest.mark.parametrize("patience", [0.0, 7.0, 60.0, 86_400.0])
def test_a_lock_of_sqlite_is_waited_for_as_long_as_the_patience_says(patience: float) -> None:
    client = opened(patience).client
    for bound in (*bounds(client), *patiently(lambda: bounds(client), patience)):
        assert bound == pytest.approx(1000 * patience, rel=0.1, abs=1)


@pytest.mark.usefixtures("ready_store")
def test_what_is_asked_after_the_patience_is_spent_waits_no_longer() -> None:
    client = opened(60).client
    with within(0):
        assert max(bounds(client)) <= 1


@pytest.mark.parametrize("words", COMMANDS)
def test_a_file_that_stays_locked_is_blamed_on_the_lock(
    command: Command, ready_store: Path, words: tuple[str, ...]
) -> None:
    with held("BEGIN EXCLUSIVE", ready_store):
        said = command(*words[1:], "tracking.patience=0.2", module=words[0])
    assert said.code == 1, said.err
    assert "database is locked" in said.err
    assert "end what holds the lock" in said.err
    assert "permission" not in said.err


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("how", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_an_experiment_is_made_once_a_lock_is_let_go_of(
    command: Command, ready_store: Path, journal: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.tracking.store.OPENING", 0.0)
    with held(f"PRAGMA journal_mode = {journal}") as other:
        other.execute(how)
        Timer(0.5, other.rollback).start()
        said = command("epochs=5", "tracking.patience=60", "tracking.experiment=new")
    assert said.code == 0, said.err


@contextmanager
def chunk_a_point(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr("sweep.training.execute.CHUNK_LOSSES", 1)
        yield


def fails_mid_sweep(asked: list[Settings], spoil: Callable[[], object]) -> str:
    """What a sweep says whose store is spoiled while the second of its points trains."""

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == 1e-3:
            spoil()
        return in_process.in_process(points, problems)

    with pytest.raises(StoreAway) as away:
        app.run(asked, Here(train))
    assert sum(len(spool.read(folder).results) for folder in spool_folders.folders()) == 2
    return str(away.value)


def asked(uri: str = URI, patience: float = 0.2) -> list[Settings]:
    points = [settings(uri, lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for each in points:
        each.tracking.patience = patience
    return points


@pytest.mark.usefixtures("ready_store")
def test_results_wait_while_a_file_is_locked_mid_sweep(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    with chunk_a_point(monkeypatch), closing(sqlite3.connect(FILE)) as other:
        said = fails_mid_sweep(asked(), lambda: other.execute("BEGIN IMMEDIATE"))
    assert "database is locked" in said
    assert "end what holds the lock" in said
    assert command(module="sweep.sync").code == 0
    assert len(runs()) == 3


@pytest.mark.usefixtures("ready_store")
def test_a_pool_without_a_connection_is_waited_for_as_long_as_the_patience_says() -> None:
    engine = engine_of(opened(0.1).client)
    assert engine is not None
    taken = [engine.connect() for _ in range(15)]  # As many as SQLAlchemy's pools hold.
    with pytest.raises(PoolTimeout, match=r"timeout 0\.10"):
        engine.connect()
    for each in taken:
        each.close()
