"""Sweeps into PostgreSQL, a real server on loopback: one, several that start together, and what a server waits for."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from mlflow.store.db import utils
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase
from sqlalchemy import NullPool, create_engine

from benchmarks.postgresql import Postgresql
from sweep import app
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import by_key, membership, schema
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.tracking.stored import FOUR, runs, settings
from tests.tracking.together import start_together


def test_a_sweep_goes_on_is_reported_and_replayed(command: Command, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    first = command(*FOUR)
    assert first.code == 0, first.err
    assert "4 done already, 0 to train" in command(*FOUR).out
    (page,) = Path("outputs").glob("sweep-*/report.html")
    content = page.read_bytes()
    assert command(module="sweep.report").code == 0
    assert page.read_bytes() == content
    replayed = command(module="sweep.replay")
    assert replayed.code == 0, replayed.err
    assert {run.info.status for run in runs(uri=uri)} == {"FINISHED"}


def test_runs_of_an_earlier_release_are_found_and_get_the_tag_named_by_their_key(command: Command, uri: str) -> None:
    there = f"tracking.uri={uri}"
    command(*FOUR, there)
    with psycopg.connect(uri.replace("+psycopg", "")) as connection:
        connection.execute(f"DELETE FROM tags WHERE key LIKE '{membership.KEY_PREFIX}%'")
        connection.execute("DELETE FROM experiment_tags WHERE key = %s", [by_key.MARK])
    assert "4 done already, 2 to train" in command("lr=1e-2,1e-4,1e-5", "scale=0.1,1", "epochs=50", there).out
    for run in runs(uri=uri):
        assert run.data.tags[membership.key_tag(run.data.tags["key"])] == run.data.tags["key"]
    assert "4 done already, 0 to train" in command(*FOUR, there).out


def test_sweeps_that_start_together_on_an_empty_database_all_succeed_and_write_each_point_once(
    tmp_path: Path, empty_uri: str
) -> None:
    start_together(tmp_path, f"tracking.uri={empty_uri}", uri=empty_uri)


def test_tables_that_a_killed_process_had_begun_to_make_are_made(command: Command, empty_uri: str) -> None:
    """MLflow makes the first of them in a transaction of their own, and all others in another."""
    engine = create_engine(empty_uri, poolclass=NullPool)
    InitialBase.metadata.create_all(engine)
    said = command("epochs=5", f"tracking.uri={empty_uri}", "tracking.patience=5")
    assert (said.code, said.err) == (0, "")


def test_a_server_that_goes_away_while_it_is_opened_is_asked_as_often_as_the_patience_says(
    command: Command, postgresql: Postgresql, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow by itself makes ten engines, with pauses of 100 s in all."""
    assert command("epochs=5", f"tracking.uri={uri}").code == 0
    has_tables, make = schema.has_tables, utils.create_sqlalchemy_engine
    made: list[str] = []

    def look_and_stop(*words: Any) -> bool:
        there = has_tables(*words)
        postgresql.stop()
        return there

    def make_and_count(there: str) -> Any:
        made.append(there)
        return make(there)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(schema, "has_tables", look_and_stop)
    monkeypatch.setattr(utils, "create_sqlalchemy_engine", make_and_count)
    monkeypatch.setattr(utils, "time", SimpleNamespace(sleep=lambda _: None))
    try:
        said = command("epochs=6", f"tracking.uri={uri}", "tracking.patience=0")
    finally:
        postgresql.start()
    assert (said.code, "cannot be used: " in said.err) == (1, True)
    assert len(made) == 1


COMMANDS = (
    *(("sweep", "epochs=5"), ("sweep", "epochs=5", "dry_run=true"), ("sweep.report",)),
    *(("sweep.replay",), ("sweep.ui",)),
)


def test_a_table_that_stays_locked_is_blamed_on_the_lock(command: Command, uri: str) -> None:
    assert command("epochs=5", f"tracking.uri={uri}").code == 0
    tables = ("experiments", "alembic_version", "runs", "experiments", "runs")
    for table, (module, *words) in zip(tables, COMMANDS, strict=True):
        with psycopg.connect(uri.replace("+psycopg", "")) as other:
            other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            said = command(*words, f"tracking.uri={uri}", "tracking.patience=0.2", module=module)
            assert said.code in (1, 4), said.err
            assert "lock timeout" in said.err
            assert "end what holds the lock" in said.err


def test_a_server_without_room_for_one_more_is_blamed_on_that(command: Command, uri: str) -> None:
    assert command("epochs=5", f"tracking.uri={uri}").code == 0
    name = uri.rpartition("/")[2]
    with psycopg.connect(uri.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("CREATE ROLE guest LOGIN")
        other.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        said = command("epochs=5", f"tracking.uri={uri.replace('sweep@', 'guest@')}", "tracking.patience=0.2")
    assert (said.code, "let the database take more connections" in said.err) == (1, True), said.err


def stop(uri: str, number: int) -> None:
    """Send a signal to the server's process and to those that serve others."""
    with psycopg.connect(uri.replace("+psycopg", "")) as other:
        (folder,) = other.execute("SHOW data_directory").fetchone() or ()
        found = other.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    first = int(Path(folder, "postmaster.pid").read_text().split()[0])
    STOPPED.extend([first, *(pid for (pid,) in found)])
    for pid in STOPPED:
        os.kill(pid, number)


STOPPED: list[int] = []


def go_on() -> None:
    """Let go on what was stopped."""
    while STOPPED:
        with suppress(ProcessLookupError):
            os.kill(STOPPED.pop(), signal.SIGCONT)


@pytest.fixture
def goes_on() -> Iterator[None]:
    """What a test has stopped goes on afterwards."""
    yield
    go_on()


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("words", [("sweep", "epochs=5"), ("sweep.report",)])
def test_a_server_that_has_stopped_is_given_up(
    command: Command, uri: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.tracking.engines.SILENT", 0.2)
    assert command("epochs=5", f"tracking.uri={uri}").code == 0
    stop(uri, signal.SIGSTOP)
    said = command(*words[1:], f"tracking.uri={uri}", "tracking.patience=0.2", module=words[0])
    assert said.code == 1, said.err
    assert "connection timeout expired" in said.err


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("way", ["stopped", "locked"])
def test_results_wait_where_a_server_does_not_answer_mid_sweep(
    command: Command, uri: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.tracking.engines.SILENT", 0.2 if way == "stopped" else 60.0)
    points = [settings(uri, lr=lr) for lr in (1e-2, 1e-3)]
    for each in points:
        each.tracking.patience = 0.2

    with psycopg.connect(uri.replace("+psycopg", "")) as other:

        def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
            if way == "stopped":
                stop(uri, signal.SIGSTOP)
            else:
                other.execute("LOCK TABLE params IN ACCESS EXCLUSIVE MODE")
            return in_process.in_process(points, problems)

        with pytest.raises(StoreAway, match="2 results wait in outputs/spool"):
            app.run(points, Here(train))
        go_on()
    assert command(f"tracking.uri={uri}", module="sweep.sync").code == 0
    assert {run.info.status for run in runs(uri=uri)} == {"FINISHED"}
