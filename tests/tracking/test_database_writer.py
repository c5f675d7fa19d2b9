"""Transactions straight into the tables: ids, bounds, and sweeps that write the same runs at once."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from sweep.errors import StoreAway
from sweep.tracking import database_writer
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.database_tables import COLUMNS
from sweep.tracking.run_content import RunContent
from sweep.tracking.store import Store
from tests.tracking.written import EVERY_KIND, a_store, content_of, nothing, point, query

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.


def test_ids_follow_from_experiment_key_and_attempt(tmp_path: Path) -> None:
    stores = a_store(tmp_path, "one"), a_store(tmp_path, "other")
    written = [database_writer.write_runs(store, EVERY_KIND, nothing) for store in stores]
    assert written[0] == written[1]
    again = [content_of(point(0.1), [5.0] * 5, attempt=2)]
    assert database_writer.write_runs(stores[0], again, nothing)[0].run_id not in {each.run_id for each in written[0]}


@pytest.mark.parametrize(("bound", "most"), [("RUNS", 2), ("POINTS", 10)])
def test_many_runs_land_in_several_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(database_writer, bound, most)
    store = a_store(tmp_path, "many")
    contents = [content_of(point(0.001 * number), [5.0] * 5) for number in range(1, 6)]
    with pytest.raises(StoreAway, match="CHECK constraint failed: status"):
        database_writer.write_runs(store, [*contents, replace(EVERY_KIND[0], status="NONSENSE")], nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == 4  # The fifth shared a transaction with what cannot be written.
    database_writer.write_runs(store, contents, nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == len(contents)


class Interrupting(FolderArtifacts):
    """Artifacts whose first ``put``, between looking and inserting, lets another sweep go first."""

    def __init__(self, folder: Path, store: Store, other: list[RunContent]) -> None:
        super().__init__(folder, 0.0)
        self.store, self.other = store, other

    def put(self, run_id: str, path: str, content: bytes) -> None:
        other, self.other = self.other, []
        database_writer.write_runs(self.store, other, nothing)
        super().put(run_id, path, content)


def test_a_run_that_another_sweep_wrote_meanwhile_is_not_written_twice(tmp_path: Path) -> None:
    store = a_store(tmp_path, "race")
    theirs = content_of(point(0.1), [7.0] * 5)
    mine = replace(EVERY_KIND[0], tags={**EVERY_KIND[0].tags, "in_sweep.two": "true"})
    racing = replace(store, artifacts=Interrupting(tmp_path, store, [theirs]))
    written = database_writer.write_runs(racing, [mine, *EVERY_KIND[1:]], nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == len(EVERY_KIND)
    standing = store.client.get_run(written[0].run_id)
    assert standing.data.metrics["final_loss"] == 7.0
    assert {"in_sweep.one", "in_sweep.two"} <= set(standing.data.tags)


def test_two_sweeps_that_write_the_same_runs_at_once_leave_one_of_each(tmp_path: Path) -> None:
    store, written = a_store(tmp_path, "threads"), []
    contents = [content_of(point(0.001 * number), [5.0] * 5) for number in range(1, 60)]
    start = threading.Barrier(4)

    def sweep() -> None:
        start.wait()
        written.append(database_writer.write_runs(store, contents, nothing))

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written == [written[0]] * 4
    assert len(query(store, "SELECT 1 FROM runs")) == len(contents)
    assert len(query(store, "SELECT 1 FROM metrics WHERE key = 'loss'")) == 5 * len(contents)


def test_a_transaction_lands_whole_or_not_at_all(tmp_path: Path) -> None:
    store = a_store(tmp_path, "whole")
    with pytest.raises(StoreAway, match="CHECK constraint failed: status"):
        database_writer.write_runs(
            store, [*EVERY_KIND, replace(content_of(point(0.9), [1.0]), status="NONSENSE")], nothing
        )
    assert all(query(store, f"SELECT 1 FROM {table}") == [] for table in COLUMNS)


def test_after_a_run_deleted_in_mlflow_comes_the_next_attempt(tmp_path: Path) -> None:
    store = a_store(tmp_path, "deleted")
    ((first, _),) = database_writer.write_runs(store, [EVERY_KIND[0]], nothing)
    store.client.delete_run(first)
    ((second, number),) = database_writer.write_runs(store, [EVERY_KIND[0]], nothing)
    assert (second != first, number) == (True, 2)
    assert store.client.get_run(second).data.tags["attempt"] == "2"
