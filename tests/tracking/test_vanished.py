"""A SQLite store that vanishes, or is replaced, under a sweep: results wait in the spool, the next command has all."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sweep import app, publication
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings, Tracking
from sweep.tracking import spool, spool_folders
from sweep.tracking.location import sqlite_uri
from sweep.tracking.store import open_store
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.tracking.stored import URI, runs, settings

pytestmark = pytest.mark.usefixtures("chunked")

FILE = Path("outputs/mlflow.db")
LRS = (1e-2, 1e-3, 1e-4)
Way = Callable[[Path], None]


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk a point; damage is believed at once."""
    monkeypatch.setattr("sweep.tracking.same_file.CHECKPOINT", 0.1)
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)


def _removed(other: Path) -> None:
    FILE.unlink()


def _moved(other: Path) -> None:
    FILE.rename("elsewhere.db")


def _folder_removed(other: Path) -> None:
    shutil.rmtree("outputs")


def _folder_moved(other: Path) -> None:
    Path("outputs").rename("before")


def _without_log(other: Path) -> None:
    FILE.with_name("mlflow.db-wal").unlink()


def _without_index_of_log(other: Path) -> None:
    FILE.with_name("mlflow.db-shm").unlink()


def _replaced(other: Path) -> None:
    shutil.copyfile(other, "outputs/new")
    Path("outputs/new").replace(FILE)


def _replaced_by_a_copy(other: Path) -> None:
    shutil.copyfile(FILE, "outputs/new")
    Path("outputs/new").replace(FILE)


def _overwritten(other: Path) -> None:
    FILE.write_bytes(other.read_bytes())


def _emptied(other: Path) -> None:
    FILE.write_bytes(b"")


def _overwritten_by_text(other: Path) -> None:
    FILE.write_text("no database\n" * 1000)


def _cut(other: Path) -> None:
    os.truncate(FILE, FILE.stat().st_size // 2 // 4096 * 4096)


GONE = (_removed, _moved, _folder_removed, _folder_moved)
WAYS = (
    *(*GONE, _without_log, _without_index_of_log, _replaced, _replaced_by_a_copy),
    *(_overwritten, _emptied, _overwritten_by_text, _cut),
)
DAMAGED = (_overwritten_by_text, _cut, _emptied)
"""What a person mends before the next command."""


def asked(lrs: Sequence[float] = LRS) -> list[Settings]:
    return [settings(lr=lr) for lr in lrs]


@pytest.fixture(scope="module")
def other(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with an experiment of the same name and number, as another folder has one."""
    file = tmp_path_factory.mktemp("other") / "mlflow.db"
    shutil.copyfile(empty_store, file)
    assert open_store(Tracking(sqlite_uri(file), "sweep", 1000, {}, 60.0)) is not None
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def run_while(way: Way, other: Path, before: float) -> str:
    """What a sweep says whose store vanishes while the point with lr ``before`` trains, or in the end for 0."""

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == before:
            way(other)
        return in_process.in_process(points, problems)

    with pytest.raises(StoreAway) as away:
        app.run(asked(), Here(train))
    return str(away.value)


def waiting() -> int:
    return sum(len(spool.read(folder).results) for folder in spool_folders.folders())


def the_next_command_has_all(command: Command, way: Way, empty_store: Path) -> None:
    if way in DAMAGED:
        FILE.unlink()
    if not FILE.exists():  # Quicker than a store that the command makes, which puts the log aside first.
        FILE.parent.mkdir(exist_ok=True)
        for end in ("-wal", "-shm"):
            FILE.with_name(f"{FILE.name}{end}").unlink(missing_ok=True)
        shutil.copyfile(empty_store, FILE)
    said = command("lr=1e-2,1e-3,1e-4", "epochs=5")
    assert said.code == 0, said.err
    assert {run.data.params["lr"] for run in runs()} >= {"0.01", "0.001", "0.0001"}
    assert not spool_folders.folders()


@pytest.mark.parametrize(("way", "moment"), [*((way, 1) for way in WAYS), (_removed, 0), (_cut, 0)])
def test_results_wait_where_a_store_vanishes_mid_sweep(
    command: Command, other: Path, ready_store: Path, empty_store: Path, way: Way, moment: int
) -> None:
    said = run_while(way, other, LRS[moment])
    assert "outputs/spool" in said
    if way in GONE:
        assert not FILE.exists()  # None is made there in passing.
    assert waiting() >= 3 - moment
    the_next_command_has_all(command, way, empty_store)


@pytest.mark.parametrize("way", [_removed, _folder_removed, _without_log, _replaced, _overwritten])
def test_results_wait_where_a_store_vanishes_before_the_summary_is_written(
    command: Command, other: Path, ready_store: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    publish = publication.publish

    def late(sweep: Any, **how: Any) -> object:
        way(other)
        return publish(sweep, **how)

    with monkeypatch.context() as patched:
        patched.setattr("sweep.publication.publish", late)
        said = run_while(way, other, 0)
    assert "the store fails" in said
    assert waiting() == (0 if way is _folder_removed else 3)


def test_a_store_that_vanishes_after_the_report_is_told_of(
    command: Command, other: Path, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.console.terminal.conclude", lambda *_: _removed(other))
    run_while(_removed, other, 0)
    assert waiting() == 3


@pytest.mark.usefixtures("ready_store")
@pytest.mark.parametrize("gone", [(0,), (1,), (0, 1)])
def test_an_experiment_that_somebody_deletes_for_good_makes_no_other_store(gone: tuple[int, ...]) -> None:
    store = open_store(Tracking(URI, "sweep", 1000, {}, 60.0))
    assert store is not None
    with closing(sqlite3.connect(FILE)) as connection, connection:
        for each in gone:
            connection.execute("DELETE FROM experiment_tags WHERE experiment_id = ?", (each,))
            connection.execute("DELETE FROM experiments WHERE experiment_id = ?", (each,))
    store.check_file()
    with closing(sqlite3.connect(FILE)) as connection, connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.check_file()
