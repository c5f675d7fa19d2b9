"""Both writers put the same rows into a store; a client of MLflow, and the tables, are the judges."""

import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from sweep.curve import Curve, Failure
from sweep.data import Readings
from sweep.outcome import judge
from sweep.plan import Plan, Point
from sweep.settings import DType, Gradient, Tracking
from sweep.stability import problems
from sweep.tracking import client_writer, database_reader, database_writer, found
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.attempt import Place
from sweep.tracking.database_tables import COLUMNS, difference, engine_of
from sweep.tracking.runs import Facts, failed, trained
from sweep.tracking.store import Store, open_store
from sweep.tracking.writers import Writer, writer_for

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.

DATA = [
    Readings((0.0, 1.0, 2.0), (1.0, 2.0, 4.0), name, "made up", "x", "y", None, None) for name in ("first", "second")
]
DATA[1] = replace(DATA[1], targets=(1.0, 2.0, 5.0))
READINGS = {data.fingerprint: data for data in DATA}
LIMIT = 20


def point(lr: float, data: Readings = DATA[0], epochs: int = 5) -> Point:
    return Point(lr, 0.1, epochs, (1.0, 0.0), Gradient.analytic, 0.1, DType.float64, "cpu", data.fingerprint)


def facts_of(point: Point, losses: Sequence[float] | None, attempt: int = 1) -> Facts:
    """The facts of a point with these losses, or of one whose training raised."""
    identity = {"kind": "point", "key": point.key, "attempt": str(attempt), "in_sweep.one": "true", "team": "blue µ"}
    data = READINGS[point.data]
    if losses is None:
        failure = Failure("ValueError", "it's “bad”", "Traceback …\nValueError: it's “bad”\n")
        return failed("a name", point, data, failure, identity)
    curve = Curve(np.array(losses), (1.0, losses[-1]), losses[-1], False)
    verdict = judge(curve, point, problems(READINGS)[point.data], 1e-3)
    place = Place("a" * 32, "curves/part.parquet", 0)
    return trained("a name", point, data, curve, verdict, 1e-3, place, identity, LIMIT)


EVERY_KIND = [
    facts_of(point(0.1), [5.0, 4.0, 3.0, 2.0, 0.041]),
    facts_of(point(0.2), [5.0, 50.0, np.inf, np.nan, np.nan]),
    facts_of(point(0.3), [np.nan] * 5),
    facts_of(point(0.4), None),
    facts_of(point(0.5, epochs=500), np.geomspace(9.0, 1e-9, 500).tolist()),
    facts_of(point(0.6, DATA[1]), [5.0, 4.0, 0.0, -0.0, 0.0]),
]


def opened(uri: str, experiment: str = "sweep") -> Store:
    store = open_store(Tracking(uri, experiment, LIMIT, {}, 60.0))
    assert store is not None
    return store


@lru_cache(maxsize=1)
def _fresh_database() -> bytes:
    """MLflow takes a second to make its tables: once is enough."""
    with tempfile.TemporaryDirectory() as folder:
        uri = f"sqlite:///{folder}/mlflow.db"
        opened(uri)
        with closing(sqlite3.connect(f"{folder}/mlflow.db")) as connection:
            connection.execute("DELETE FROM experiment_tags")
            connection.execute("DELETE FROM experiments")
            connection.commit()
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        return Path(folder, "mlflow.db").read_bytes()


def a_store(folder: Path, name: str) -> Store:
    (folder / name).mkdir()
    (folder / name / "mlflow.db").write_bytes(_fresh_database())
    return opened(f"sqlite:///{folder / name}/mlflow.db")


def nothing() -> None:
    pass


def query(store: Store, text: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(store.uri.removeprefix("sqlite:///"))) as connection:
        return connection.execute(text, values).fetchall()


def tables(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, with ids replaced by what they name, without times, and the store's folder cut off."""
    folder = str(Path(store.uri.removeprefix("sqlite:///")).parent)
    names = dict(query(store, "SELECT run_uuid, name FROM runs"))
    names.update(query(store, "SELECT dataset_uuid, name FROM datasets"))
    inputs = query(store, "SELECT input_uuid, destination_id FROM inputs")
    names.update({own: f"input of {names[run]}" for own, run in inputs})
    content = {}
    for (table,) in query(store, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in query(store, f"PRAGMA table_info({table})")]
        kept = [each for each in columns if not each.endswith("_time") and each != "timestamp"]
        rows = query(store, f"SELECT {', '.join(map('typeof({0}), {0}'.format, kept))} FROM {table}") if kept else []
        content[table] = sorted((tuple(_named(value, names, folder) for value in row) for row in rows), key=repr)
    return content


def _named(value: object, names: dict[str, str], folder: str) -> object:
    if not isinstance(value, str):
        return value
    for own, name in names.items():
        value = value.replace(own, name)
    return value.replace(folder, "")


@pytest.fixture
def both(tmp_path: Path) -> tuple[Store, Store]:
    stores = a_store(tmp_path, "client"), a_store(tmp_path, "database")
    client_writer.write(stores[0], EVERY_KIND, nothing)
    database_writer.write(stores[1], EVERY_KIND, nothing)
    return stores


def test_both_writers_leave_the_same_rows_in_every_table(both: tuple[Store, Store]) -> None:
    expected, got = map(tables, both)
    assert len(got["runs"]) == len(EVERY_KIND)
    assert len(got["datasets"]) == 2
    assert got == expected


def test_both_writers_leave_the_same_runs_for_a_client(both: tuple[Store, Store]) -> None:
    seen = []
    for store in both:
        of_store = {}
        for run in store.client.search_runs([store.experiment_id]):
            history = {
                name: [(each.step, each.value) for each in store.client.get_metric_history(run.info.run_id, name)]
                for name in run.data.metrics
            }
            assert run.inputs is not None
            info = (run.info.status, run.info.lifecycle_stage, run.info.user_id, run.info.end_time is None)
            datasets = [
                (each.dataset.to_dictionary(), [(tag.key, tag.value) for tag in each.tags])
                for each in run.inputs.dataset_inputs
            ]
            of_store[run.info.run_name] = (info, run.data.params, run.data.tags, run.data.metrics, history, datasets)
        seen.append(of_store)
    assert seen[0] == seen[1]


def test_a_run_written_in_bulk_is_searched_and_read_like_any_other(both: tuple[Store, Store]) -> None:
    client, experiment = both[1].client, both[1].experiment_id
    (run,) = client.search_runs([experiment], "metrics.final_loss < 1e-8 and params.epochs = '500'")
    history = client.get_metric_history(run.info.run_id, "loss")
    assert run.data.tags["curve_points"] == "20 of 500 epochs"
    assert [each.step for each in history] == EVERY_KIND[4].epochs.tolist()
    assert [each.value for each in history] == EVERY_KIND[4].losses.tolist()
    assert client.search_runs([experiment], "attributes.status = 'RUNNING'") == []


def test_runs_stand_in_the_order_of_the_plan(both: tuple[Store, Store]) -> None:
    runs = both[1].client.search_runs([both[1].experiment_id], order_by=["attributes.start_time ASC"])
    assert [run.info.run_name for run in runs] == [facts.name for facts in EVERY_KIND]


@pytest.mark.parametrize("writer", [client_writer.write, database_writer.write])
def test_the_traceback_of_a_failed_run_is_an_artifact(tmp_path: Path, writer: Writer) -> None:
    store = a_store(tmp_path, "embedded")
    ((run_id, _),) = writer(store, [EVERY_KIND[3]], nothing)
    assert store.artifacts.get(run_id, "traceback.txt").decode() == EVERY_KIND[3].traceback


def test_the_traceback_stands_where_mlflow_keeps_artifacts_of_an_experiment_it_made(tmp_path: Path) -> None:
    made = a_store(tmp_path, "made")
    made.client.create_experiment("theirs", artifact_location=str(tmp_path / "elsewhere"))
    store = opened(made.uri, "theirs")
    ((run_id, _),) = database_writer.write(store, [EVERY_KIND[3]], nothing)
    assert store.artifacts.get(run_id, "traceback.txt").decode() == EVERY_KIND[3].traceback


@pytest.mark.parametrize("writer", [client_writer.write, database_writer.write])
def test_ids_come_in_the_order_of_the_facts_with_a_tick_each(tmp_path: Path, writer: Writer) -> None:
    store, ticks = a_store(tmp_path, "order"), []
    written = writer(store, EVERY_KIND, lambda: ticks.append(threading.current_thread()))
    names = [store.client.get_run(each.run_id).info.run_name for each in written]
    assert names == [facts.name for facts in EVERY_KIND]
    assert ticks == [threading.current_thread()] * len(EVERY_KIND)


def test_ids_follow_from_experiment_key_and_attempt(tmp_path: Path) -> None:
    stores = a_store(tmp_path, "one"), a_store(tmp_path, "other")
    written = [database_writer.write(store, EVERY_KIND, nothing) for store in stores]
    assert written[0] == written[1]
    again = [facts_of(point(0.1), [5.0] * 5, attempt=2)]
    assert database_writer.write(stores[0], again, nothing)[0].run_id not in {each.run_id for each in written[0]}


@pytest.mark.parametrize(("bound", "most"), [("RUNS", 2), ("POINTS", 10)])
def test_many_runs_land_in_several_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(database_writer, bound, most)
    store = a_store(tmp_path, "many")
    facts = [facts_of(point(0.001 * number), [5.0] * 5) for number in range(1, 6)]
    with pytest.raises(IntegrityError):
        database_writer.write(store, [*facts, replace(EVERY_KIND[0], status="NONSENSE")], nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == 4  # The fifth shared a transaction with what cannot be written.
    database_writer.write(store, facts, nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == len(facts)


class Interrupting(FolderArtifacts):
    """Artifacts whose first ``put``, between looking and inserting, lets another sweep go first."""

    def __init__(self, folder: Path, store: Store, other: list[Facts]) -> None:
        super().__init__(folder, 0.0)
        self.store, self.other = store, other

    def put(self, run_id: str, path: str, content: bytes) -> None:
        other, self.other = self.other, []
        database_writer.write(self.store, other, nothing)
        super().put(run_id, path, content)


def test_a_run_that_another_sweep_wrote_meanwhile_is_not_written_twice(tmp_path: Path) -> None:
    store = a_store(tmp_path, "race")
    theirs = facts_of(point(0.1), [7.0] * 5)
    mine = replace(EVERY_KIND[0], tags={**EVERY_KIND[0].tags, "in_sweep.two": "true"})
    racing = replace(store, artifacts=Interrupting(tmp_path, store, [theirs]))
    written = database_writer.write(racing, [mine, *EVERY_KIND[1:]], nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == len(EVERY_KIND)
    standing = store.client.get_run(written[0].run_id)
    assert standing.data.metrics["final_loss"] == 7.0
    assert {"in_sweep.one", "in_sweep.two"} <= set(standing.data.tags)


def test_two_sweeps_that_write_the_same_runs_at_once_leave_one_of_each(tmp_path: Path) -> None:
    store, written = a_store(tmp_path, "threads"), []
    facts = [facts_of(point(0.001 * number), [5.0] * 5) for number in range(1, 60)]
    start = threading.Barrier(4)

    def sweep() -> None:
        start.wait()
        written.append(database_writer.write(store, facts, nothing))

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == [written[0]] * 4
    assert len(query(store, "SELECT 1 FROM runs")) == len(facts)
    assert len(query(store, "SELECT 1 FROM metrics WHERE key = 'loss'")) == 5 * len(facts)


def test_a_transaction_lands_whole_or_not_at_all(tmp_path: Path) -> None:
    store = a_store(tmp_path, "whole")
    with pytest.raises(IntegrityError):
        database_writer.write(store, [*EVERY_KIND, replace(facts_of(point(0.9), [1.0]), status="NONSENSE")], nothing)
    assert all(query(store, f"SELECT 1 FROM {table}") == [] for table in COLUMNS)


def test_after_a_run_deleted_in_mlflow_comes_the_next_attempt(tmp_path: Path) -> None:
    store = a_store(tmp_path, "deleted")
    ((first, _),) = database_writer.write(store, [EVERY_KIND[0]], nothing)
    store.client.delete_run(first)
    ((second, number),) = database_writer.write(store, [EVERY_KIND[0]], nothing)
    assert (second != first, number) == (True, 2)
    assert store.client.get_run(second).data.tags["attempt"] == "2"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE metrics ADD COLUMN colour TEXT", "a new column metrics.colour"),
        ("ALTER TABLE params RENAME COLUMN value TO worth", "no column params.value, a new column params.worth"),
        ("ALTER TABLE input_tags RENAME TO labels", "no table input_tags"),
    ],
)
def test_tables_unlike_those_known_are_written_through_the_client(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, words: str
) -> None:
    store = a_store(tmp_path, "changed")
    assert writer_for(store) is database_writer.write
    assert capsys.readouterr().err == ""
    engine = engine_of(store.client)
    assert engine is not None
    with engine.begin() as connection:
        connection.exec_driver_sql(change)
    difference.cache_clear()  # A store is looked at once a process.
    assert writer_for(store) is client_writer.write
    assert capsys.readouterr().err.count("\n") == 1
    writer_for(store)
    assert words in capsys.readouterr().err


def test_both_ways_to_find_attempts_agree(tmp_path: Path) -> None:
    store = a_store(tmp_path, "found")
    points = [point(0.1), point(0.2), point(0.4), point(0.6, DATA[1]), point(0.7)]
    database_writer.write(store, EVERY_KIND, nothing)
    client_writer.write(store, [facts_of(points[0], [6.0] * 5, attempt=2), facts_of(points[1], None, 2)], nothing)
    ((gone, _),) = database_writer.write(store, [facts_of(points[3], [1.0], attempt=2)], nothing)
    store.client.delete_run(gone)
    store.client.create_run(store.experiment_id, tags={"kind": "point", "key": points[4].key, "attempt": "1"})
    store.client.create_run(store.experiment_id, tags={"kind": "summary", "key": points[4].key})
    plan = Plan(tuple(points), READINGS, 1e-3)
    by_tables = found.newest_attempts(store, plan)
    engine = engine_of(store.client)
    assert engine is not None
    tabled = {run: (status, tags) for run, status, tags in database_reader.point_runs(engine, store.experiment_id)}
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE input_tags ADD COLUMN colour TEXT")
    assert found.newest_attempts(store, plan) == by_tables
    assert sorted(by_tables) == sorted(each.key for each in points[:4])
    assert [by_tables[each.key].number for each in points[:4]] == [2, 2, 1, 1]
    assert tabled.keys() == {run.info.run_id for run in found.search(store, "tags.kind = 'point'")}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of an MLflow server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    store = f"sqlite:///{tmp_path}/server.db"
    (tmp_path / "server.db").write_bytes(_fresh_database())
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port)]
    command += ["--artifacts-destination", str(tmp_path / "served"), "--workers", "1"]
    with (tmp_path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/health", timeout=5).close()
                    break
                except OSError:
                    assert process.poll() is None, (tmp_path / "log").read_text()
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def test_a_server_gets_the_same_runs_from_several_threads_in_order(tmp_path: Path, server: str) -> None:
    store, alone = opened(server), a_store(tmp_path, "alone")
    facts = [*EVERY_KIND, *(facts_of(point(0.001 * number), [5.0] * 5) for number in range(1, 30))]
    ticks: list[threading.Thread] = []
    assert writer_for(store) is client_writer.write
    written = client_writer.write(store, facts, lambda: ticks.append(threading.current_thread()))
    assert ticks == [threading.current_thread()] * len(facts)
    for (run_id, _), (expected_id, _) in zip(written, database_writer.write(alone, facts, nothing), strict=True):
        run, expected = store.client.get_run(run_id), alone.client.get_run(expected_id)
        assert run.info.run_name == expected.info.run_name
        assert (run.info.status, run.data.tags) == (expected.info.status, expected.data.tags)
        assert (run.data.params, run.data.metrics) == (expected.data.params, expected.data.metrics)
    assert store.artifacts.get(written[3].run_id, "traceback.txt").decode() == EVERY_KIND[3].traceback
