"""What MLflow calls the runs that a sweep reuses: the settings that tell each from the others of this sweep."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Engine, bindparam, select, update

from sweep.tracking import membership
from sweep.tracking.database_tables import TABLES, engine_of
from sweep.tracking.patience import patiently
from sweep.tracking.search import search
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

RUNS = 1_000
"""Runs that are renamed in a transaction, at most."""


def rename(store: Store, sweep_id: str, names: Mapping[str, str]) -> None:
    """Give runs, by their ids, the ``names`` they have in a sweep of which they are members already.

    A name that says all that and more stays, and so does one that somebody else gave.
    """
    engine = engine_of(store.client)
    if engine and is_known_database(store):
        ids = list(names)
        for start in range(0, len(ids), RUNS):
            some = {run_id: names[run_id] for run_id in ids[start : start + RUNS]}
            patiently(partial(_in_database, engine, some), store.patience)
        return
    for run in search(store, membership.condition(sweep_id)) if names else ():
        name = names.get(run.info.run_id)
        if name and _lacks(run.info.run_name, name):
            patiently(partial(store.client.update_run, run.info.run_id, name=name), store.patience)


def _lacks(old: str, new: str) -> bool:
    """Whether ``old`` is a name of ours, which begins with lr, scale and epochs, without all that ``new`` says."""
    before, after = old.split(" "), new.split(" ")
    return before[:3] == after[:3] and not set(after) <= set(before)


def _in_database(engine: Engine, names: Mapping[str, str]) -> None:
    runs, tags = TABLES["runs"], TABLES["tags"]
    with engine.connect() as connection:
        query = select(runs.c.run_uuid, runs.c.name).where(runs.c.run_uuid.in_(names))
        there = {run_id: name or "" for run_id, name in connection.execute(query)}
    changed = [{"id": run_id, "new": names[run_id]} for run_id, old in there.items() if _lacks(old, names[run_id])]
    if changed:
        own_tag = (tags.c.run_uuid == bindparam("id")) & (tags.c.key == "mlflow.runName")
        with engine.begin() as connection:
            connection.execute(
                update(runs).where(runs.c.run_uuid == bindparam("id")).values(name=bindparam("new")), changed
            )
            connection.execute(update(tags).where(own_tag).values(value=bindparam("new")), changed)
