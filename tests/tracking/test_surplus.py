"""Surplus runs: of several of one attempt the earliest stands, and what a killed sweep left unfinished is deleted."""

from pathlib import Path

import pytest

from sweep.plan.plan import Plan
from sweep.tracking import by_key, client_writer
from sweep.tracking.attempt import Attempt
from sweep.tracking.surplus import settle
from tests.tracking.written import DATA, a_store, content_of, nothing, point

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.

BEGAN = 1_000
"""When the sweep under test did, in ms since 1970."""


@pytest.mark.parametrize("named", [True, False])
def test_of_runs_of_one_attempt_the_earliest_stands_and_what_a_killed_sweep_left_is_deleted(
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
