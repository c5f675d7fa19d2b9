"""An experiment with many runs of others: what a sweep asks of its store, and gets, does not grow with them."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
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
def test_no_command_reads_the_runs_of_others_in_postgresql_nor_does_a_server_send_them(
    command: Command, uri: str, tmp_path: Path
) -> None:
    command("lr=1e-2", "epochs=1", f"tracking.uri={uri}")
    crowd.add(create_engine(uri, poolclass=NullPool), MANY)
    with serving(tmp_path, uri) as server, faulty(server, part=0, seed=1) as proxy:
        took, asked, sent = [], [], []
        for n, there in enumerate((uri, f"http://127.0.0.1:{proxy.server_port}")):
            for module, words in COMMANDS[:4]:
                before = rows_read(uri), sum(proxy.hits.values()), proxy.sent
                new = [f"init.b={n}"] if "lr=1e-4" in words else []
                said = command(*words.split(), *new, f"tracking.uri={there}", module=module)
                assert said.code == 0, said.err
                took.append(rows_read(uri) - before[0])
                asked.append(sum(proxy.hits.values()) - before[1])
                sent.append(proxy.sent - before[2])
    assert max(took) < MANY, took  # By value: each of them, and a new point on a server three times over.
    assert max(asked) < 50, asked
    assert max(sent) < 50 * MANY, sent  # A run has some 2,000 bytes.


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

    command("lr=1e-2", "epochs=1", uri)
    assert mark() == by_key.ALL
    forget(server_folder / "mlflow.db")
    assert "1 done already, 1 to train" in command("lr=1e-2,1e-3", "epochs=1", uri).out
    assert mark() == by_key.SOME
    assert "2 done already, 0 to train" in command("lr=1e-2,1e-3", "epochs=1", uri, "dry_run=true").out


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
