"""Which runs of a sweep MLflow's page loads first: a tag on each of them, as the page orders by nothing else of ours.

The tag is named by the sweep, since a run may be one of several; the page leaves out tags that begin with ``mlflow.``.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import Engine, delete, select

from sweep.tracking.database_tables import TABLES, engine_of, put
from sweep.tracking.location import is_server
from sweep.tracking.patience import patiently
from sweep.tracking.search import THREADS, search
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

PREFIX = "mlflow.sweep.rank."


def tag(sweep_id: str) -> str:
    """The tag by which the runs of a sweep are ordered; its value sorts as text: ``001``, ``002``, and so on."""
    return f"{PREFIX}{sweep_id}"


def write(store: Store, sweep_id: str, run_ids: Sequence[str]) -> None:
    """Rank ``run_ids``, the first one first, and no other run of the sweep; one transaction, or requests side by side.

    Raises
    ------
    StoreAway
    """
    ranks = {run_id: f"{place:03d}" for place, run_id in enumerate(run_ids, 1)}
    engine = engine_of(store.client)
    if engine and is_known_database(store):
        patiently(partial(_in_database, engine, store.experiment_id, tag(sweep_id), ranks), store.patience)
    else:
        patiently(partial(_through_client, store, tag(sweep_id), ranks), store.patience)


def _in_database(engine: Engine, experiment_id: str, name: str, ranks: Mapping[str, str]) -> None:
    tags, runs = TABLES["tags"], TABLES["runs"].c
    query = select(tags.c.run_uuid, tags.c.value).join(TABLES["runs"], runs.run_uuid == tags.c.run_uuid)
    with engine.connect() as connection:
        rows = connection.execute(query.where(tags.c.key == name, runs.experiment_id == int(experiment_id)))
        there: dict[str, str] = {row.run_uuid: row.value for row in rows}
    stale = [run_id for run_id, value in there.items() if ranks.get(run_id) != value]
    new = [(name, rank, run_id) for run_id, rank in ranks.items() if there.get(run_id) != rank]
    if stale or new:
        with engine.begin() as connection:
            connection.execute(delete(tags).where(tags.c.key == name, tags.c.run_uuid.in_(stale)))
            put(connection, "tags", new)


def _through_client(store: Store, name: str, ranks: Mapping[str, str]) -> None:
    there = {run.info.run_id: run.data.tags.get(name) for run in search(store, f"tags.`{name}` != ''")}
    steps: list[Callable[[], object]] = [
        partial(store.client.delete_tag, run_id, name) for run_id in there.keys() - ranks.keys()
    ]
    for run_id, rank in ranks.items():
        if there.get(run_id) != rank:
            steps.append(partial(store.client.set_tag, run_id, name, rank, synchronous=True))
    with ThreadPoolExecutor(THREADS if is_server(store.uri) else 1) as pool:
        for done in [pool.submit(step) for step in steps]:
            done.result()
