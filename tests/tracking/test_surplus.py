"""Surplus runs: of several of one attempt the first finished stands, and what a killed sweep left open is deleted."""

from pathlib import Path

import pytest
from mlflow.entities import Run
from sqlalchemy import update

from sweep.plan.plan import Plan
from sweep.tracking import by_key, client_writer
from sweep.tracking.attempt import Attempt
from sweep.tracking.database_tables import TABLES, engine_of
from sweep.tracking.run_content import RunContent
from sweep.tracking.store import Store
from sweep.tracking.surplus import settle
from tests.conftest import Command
from tests.tracking.stored import runs
from tests.tracking.written import DATA, a_store, content_of, nothing, point

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.

BEGAN = 1_000
"""When the sweep under test did, in ms since 1970."""


@pytest.mark.parametrize("named", [True, False])
def test_of_runs_of_one_attempt_the_first_stands_and_what_a_killed_sweep_left_is_deleted(
    tmp_path: Path, named: bool
) -> None:
    store, one, other = a_store(tmp_path, "surplus"), point(0.1), point(0.2)
    contents = [content_of(each, [6.0] * 5, number) for each, number in ((one, 1), (one, 1), (other, 1), (other, 2))]
    first, surplus, older, newer = (client_writer.write_runs(store, [each], nothing)[0] for each in contents)

    def begun(start: int, key: str, sweep: str) -> str:
        tags = {"kind": "point", "key": key, "attempt": "1", f"in_sweep.{sweep}": "true"}
        return str(store.client.create_run(store.experiment_id, start_time=start, tags=tags).info.run_id)

    left = begun(BEGAN - 1, other.key, "mine")
    stay = {begun(BEGAN, other.key, "mine"), begun(BEGAN - 1, other.key, "theirs"), begun(BEGAN - 1, "0" * 32, "mine")}
    if named:
        by_key.name_all(store)
    attempts = {one.key: Attempt(surplus.run_id, 1), other.key: Attempt(newer.run_id, 2)}
    standing = settle(store, Plan((one, other), {DATA[0].fingerprint: DATA[0]}, 1e-3), attempts, "in_sweep.mine", BEGAN)
    assert standing == {one.key: Attempt(first.run_id, 1), other.key: Attempt(newer.run_id, 2)}
    there = {run.info.run_id: run for run in store.client.search_runs([store.experiment_id])}
    assert there.keys() == {first.run_id, older.run_id, newer.run_id, *stay}
    assert left not in there
    assert there[first.run_id].data.tags["in_sweep.mine"] == "true"


def test_of_runs_of_one_attempt_the_first_that_was_finished_stands_as_another_sweep_may_name_it(tmp_path: Path) -> None:
    """Settled by a sweep that had begun its own run before, and finished it after the other sweep was done."""
    store, one = a_store(tmp_path, "overlapping"), point(0.1)
    theirs, mine = (client_writer.write_runs(store, [content_of(one, [6.0] * 5, 1)], nothing)[0] for _ in range(2))
    rows = ((theirs.run_id, BEGAN + 10, BEGAN + 20), (mine.run_id, BEGAN, BEGAN + 30))
    engine = engine_of(store.client)
    assert engine is not None
    with engine.begin() as connection:
        for run_id, start, end in rows:
            times = {"start_time": start, "end_time": end}
            connection.execute(update(TABLES["runs"]).where(TABLES["runs"].c.run_uuid == run_id).values(times))
    plan = Plan((one,), {DATA[0].fingerprint: DATA[0]}, 1e-3)
    standing = settle(store, plan, {one.key: Attempt(mine.run_id, 1)}, "in_sweep.mine", BEGAN)
    assert standing == {one.key: Attempt(theirs.run_id, 1)}
    (left,) = store.client.search_runs([store.experiment_id])
    assert left.info.run_id == theirs.run_id


def test_a_run_that_another_sweep_took_for_a_killed_ones_is_written_anew(
    command: Command, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = client_writer._create
    deleted: list[str] = []

    def create_and_lose(store: Store, content: RunContent) -> Run:
        run = create(store, content)
        if not deleted:
            deleted.append(run.info.run_id)
            store.client.delete_run(run.info.run_id)
        return run

    monkeypatch.setattr(client_writer, "_create", create_and_lose)
    said = command("lr=1e-2,1e-3", "epochs=5", f"tracking.uri={server}")
    assert (said.code, said.err) == (0, "")
    found = runs(uri=server)
    assert sorted(run.data.params["lr"] for run in found) == ["0.001", "0.01"]
    assert deleted[0] not in {run.info.run_id for run in found}
