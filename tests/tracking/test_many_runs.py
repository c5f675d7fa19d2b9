"""An experiment with many runs of others: what a sweep asks of its store, and gets, does not grow with them."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from mlflow import MlflowClient
from sqlalchemy import Engine, NullPool, create_engine, event

from benchmarks import crowd
from sweep.plan.plan import Plan
from sweep.tracking import by_key, client_writer, database_writer, lookup, membership
from tests.conftest import Command
from tests.mlflow_server import serving
from tests.tracking.proxy import faulty
from tests.tracking.written import DATA, EVERY_KIND, READINGS, a_store, content_of, nothing, point

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.

FEW, MANY = 50, 2_000


def crowded(file: Path, count: int, first: int = 0) -> None:
    """Put runs of others into a SQLite store, which has one of a point."""
    engine = create_engine(f"sqlite:///{file}")
    crowd.add(engine, count, first)
    engine.dispose()


def forget(file: Path) -> None:
    """Make the store one of an earlier release, whose runs have no tag that is named by their key."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"DELETE FROM tags WHERE key LIKE '{membership.KEY_PREFIX}%'")
        connection.execute("DELETE FROM experiment_tags WHERE key = ?", [by_key.MARK])
        connection.commit()


@contextmanager
def steps() -> Iterator[list[int]]:
    """How much SQLite works meanwhile, in thousands of the instructions of its virtual machine."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    def watch(_: object, cursor: sqlite3.Cursor, statement: str, *__: object) -> None:
        bounded = statement == "ANALYZE"  # By its own limit.
        cursor.connection.set_progress_handler(None if bounded else count, 1_000)

    event.listen(Engine, "before_cursor_execute", watch)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", watch)


COMMANDS = [
    ("sweep", "lr=1e-4 epochs=1 name=named"),
    ("sweep", "lr=1e-2 epochs=1"),
    ("sweep", "lr=1e-2 epochs=1 dry_run=true"),
    ("sweep.report", ""),
    ("sweep.report", "named"),
    ("sweep.list", ""),
]


@pytest.mark.usefixtures("ready_store")
def test_no_command_reads_the_runs_of_others(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command("lr=1e-2", "epochs=1")
    took: dict[int, list[int]] = {FEW: [], MANY: []}
    for count, counts in took.items():
        folder = tmp_path / str(count)
        shutil.copytree(tmp_path / "outputs", folder / "outputs")
        crowded(folder / "outputs/mlflow.db", count)
        monkeypatch.chdir(folder)
        command("lr=1e-3", "epochs=1")  # SQLite hears how many there are.
        for module, words in COMMANDS:
            with steps() as counted:
                said = command(*words.split(), module=module)
            assert said.code == 0, said.err
            counts.append(counted[0])
    assert all(many < few + 30 for few, many in zip(*took.values(), strict=True)), took  # By value: 350 and more.


def test_a_server_sends_no_runs_of_others(command: Command, tmp_path: Path, own_server: str) -> None:
    command("lr=1e-2", "epochs=1", f"tracking.uri={own_server}")
    asked, sent = [], []
    with faulty(own_server, part=0, seed=1) as proxy:
        uri = "tracking.uri=http://{}:{}".format(*proxy.server_address)
        for n, (first, last) in enumerate([(0, FEW), (FEW, 600)]):
            crowded(tmp_path / "server/mlflow.db", last - first, first)
            before = sum(proxy.hits.values()), proxy.sent
            assert command("lr=1e-2,1e-3,1e-4", f"init.b={n}", "epochs=1", uri).code == 0
            assert command(uri, module="sweep.report").code == 0
            asked.append(sum(proxy.hits.values()) - before[0])
            sent.append(proxy.sent - before[1])
    assert asked[1] <= asked[0]
    assert sent[1] < sent[0] + 20_000


def rows_read(uri: str) -> int:
    """Rows and entries of indexes that PostgreSQL has read so far; each of its processes says so at its end."""
    with psycopg.connect(uri.replace("+psycopg", ""), autocommit=True) as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE {others}")
        read = connection.execute(
            "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables)"
            " + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)"
        ).fetchone()
    assert read is not None
    return int(read[0])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Connections that rows_read has ended.
@pytest.mark.parametrize("through", ["", "a server"])
def test_no_command_reads_the_runs_of_others_in_postgresql(
    command: Command, uri: str, tmp_path: Path, through: str
) -> None:
    with ExitStack() as stack:
        there = f"tracking.uri={stack.enter_context(serving(tmp_path, uri)) if through else uri}"
        command("lr=1e-2", "epochs=1", there)
        crowd.add(create_engine(uri, poolclass=NullPool), MANY)
        took = []
        for module, words in COMMANDS[:4]:
            before = rows_read(uri)
            said = command(*words.split(), there, module=module)
            assert said.code == 0, said.err
            took.append(rows_read(uri) - before)
    assert max(took) < MANY, took  # By value: each of them, and a new point on a server three times over.


@pytest.mark.usefixtures("ready_store")
def test_runs_of_an_earlier_release_are_found_and_get_the_tag(command: Command) -> None:
    command("lr=1e-2,1e-3", "epochs=1")
    file = Path("outputs/mlflow.db")
    forget(file)
    assert "2 done already, 1 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=1", "dry_run=true").out
    assert "2 done already, 1 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=1").out
    with closing(sqlite3.connect(file)) as connection:
        named = connection.execute(
            "SELECT count(*) FROM tags JOIN tags keys USING (run_uuid)"
            f" WHERE keys.key = 'key' AND tags.key = '{membership.KEY_PREFIX}' || substr(keys.value, 1, 1)"
            " AND tags.value = keys.value"
        )
        assert named.fetchone() == (3,)
        mark = connection.execute("SELECT value FROM experiment_tags WHERE key = ?", [by_key.MARK])
        assert mark.fetchall() == [(by_key.ALL,)]
    assert "3 done already, 0 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=1").out


def test_runs_of_an_earlier_release_are_found_on_a_server(command: Command, server: str, server_folder: Path) -> None:
    uri = f"tracking.uri={server}"

    def mark() -> str | None:
        found = MlflowClient(server).get_experiment_by_name("sweep")
        return found.tags[by_key.MARK] if found else None

    command("lr=1e-2,1e-3", "epochs=1", uri)
    assert mark() == by_key.ALL
    forget(server_folder / "mlflow.db")
    assert "2 done already, 1 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=1", uri).out
    assert mark() == by_key.SOME
    assert "3 done already, 0 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=1", uri).out


@pytest.mark.parametrize("earlier", [False, True], ids=["named", "earlier release"])
@pytest.mark.parametrize("whole", [False, True], ids=["by key", "all runs"])
def test_through_the_client_a_key_has_the_runs_that_the_tables_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool, earlier: bool
) -> None:
    store = a_store(tmp_path, "found")
    points = (point(0.1), point(0.2), point(0.4), point(0.6, DATA[1]), point(0.7))
    database_writer.write_runs(store, EVERY_KIND, nothing)
    again = [content_of(points[0], [6.0] * 5, 2), content_of(points[0], [6.0] * 5, 2), content_of(points[1], None, 2)]
    client_writer.write_runs(store, again, nothing)
    ((gone, _),) = database_writer.write_runs(store, [content_of(points[3], [1.0], 2)], nothing)
    store.client.delete_run(gone)
    store.client.create_run(store.experiment_id, tags={"kind": "point", "key": points[4].key, "attempt": "1"})
    store.client.create_run(store.experiment_id, tags={"kind": "summary", "key": points[4].key})
    if earlier:
        forget(tmp_path / "found/mlflow.db")
    else:
        by_key.name_all(store)
    by_tables = lookup.newest_attempts(store, Plan(points, READINGS, 1e-3))
    assert {key: attempt.number for key, attempt in by_tables.items()} == {
        each.key: number for each, number in zip(points, (2, 2, 1, 1), strict=False)
    }
    monkeypatch.setattr(lookup, "is_known_database", lambda _: False)
    monkeypatch.setattr(by_key, "KEYS_A_PAGE", 1 if whole else 1_000)
    asked, ask = Counter[str](), store.client.search_runs

    def counted(*words: Any, **named: Any) -> Any:
        asked["searches"] += 1
        return ask(*words, **named)

    monkeypatch.setattr(store.client, "search_runs", counted)
    assert lookup.newest_attempts(store, Plan(points, READINGS, 1e-3)) == by_tables
    assert asked["searches"] == (1 if whole else len(points))
