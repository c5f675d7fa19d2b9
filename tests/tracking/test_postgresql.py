"""Sweeps into PostgreSQL, a real server on loopback: one, its report and replay, and several that start together."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow.store.tracking.dbmodels.initial_models import Base as InitialBase
from sqlalchemy import NullPool, create_engine

from tests.conftest import Command
from tests.tracking.postgresql import Postgresql, running_postgresql
from tests.tracking.stored import FOUR, runs
from tests.tracking.together import start_together


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Postgresql]:
    with running_postgresql() as server:
        yield server


@pytest.fixture
def uri(postgresql: Postgresql) -> str:
    """An empty database."""
    return postgresql.empty_database()


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


def test_sweeps_that_start_together_on_an_empty_database_all_succeed_and_write_each_point_once(
    tmp_path: Path, uri: str
) -> None:
    start_together(tmp_path, f"tracking.uri={uri}", uri=uri)


def test_tables_that_a_killed_process_had_begun_to_make_are_made(command: Command, uri: str) -> None:
    """MLflow makes the first of them in a transaction of their own, and all others in another."""
    engine = create_engine(uri, poolclass=NullPool)
    InitialBase.metadata.create_all(engine)
    said = command("epochs=5", f"tracking.uri={uri}", "tracking.patience=5")
    assert (said.code, said.err) == (0, "")
