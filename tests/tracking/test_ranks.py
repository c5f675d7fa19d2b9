"""The tag by which MLflow orders the runs of a sweep: the same in a database and on a server, and renewed with it."""

from pathlib import Path

import pytest

from sweep.tracking import ranks
from sweep.tracking.store import Store
from sweep.tracking.writers import writer_for
from tests.tracking.written import EVERY_KIND, a_store, nothing, opened

ID = 16 * "a"


@pytest.fixture(params=["a database", "a server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "a database":
        return a_store(tmp_path, "ranked")
    return opened(request.getfixturevalue("server"))


def test_ranks_order_runs_and_those_that_are_none_any_more_are_gone(store: Store) -> None:
    ids = [written.run_id for written in writer_for(store)(store, EVERY_KIND, nothing)]

    def ordered() -> list[str]:
        found = store.client.search_runs([store.experiment_id], order_by=[f"tags.`{ranks.tag(ID)}` ASC"])
        return [run.info.run_id for run in found if ranks.tag(ID) in run.data.tags]

    for first in ([ids[4], ids[0], ids[2]], [ids[0], ids[5]], []):
        ranks.write(store, ID, first)
        assert ordered() == first
