"""Choose how runs are written: straight into a database's tables, or through MLflow's public client."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from sweep.tracking import client_writer, database_writer
from sweep.tracking.database_tables import engine_of, unexpected_columns
from sweep.tracking.location import is_server
from sweep.tracking.patience import patiently
from sweep.tracking.run_content import RunContent, Written
from sweep.tracking.search import search
from sweep.tracking.store import Store

Writer = Callable[[Store, Sequence[RunContent], Callable[[], None]], list[Written]]
"""Puts runs into a store, in order, calling its last argument once a run."""


def is_known_database(store: Store) -> bool:
    """Whether ``store`` is a database whose tables are those that we know."""
    engine = None if is_server(store.uri) else engine_of(store.client)
    return engine is not None and not unexpected_columns(engine)


def writer_for(store: Store) -> Writer:
    """The fastest writer that ``store`` takes; one line on stderr where its tables are not those that we know."""
    if is_known_database(store):
        return database_writer.write_runs
    if not is_server(store.uri):
        engine = engine_of(store.client)
        reason = unexpected_columns(engine) if engine else "MLflow does not open it through SQLAlchemy"
        print(f"The store is not laid out as expected ({reason}): writing runs one by one, slower.", file=sys.stderr)
    return client_writer.write_runs


def add_tag(store: Store, run_ids: Sequence[str], name: str, value: str) -> None:
    """Set a tag on many runs that do not have it yet; those that do stay as they are."""
    if is_known_database(store):
        patiently(lambda: database_writer.add_tag(store, run_ids, name, value), store.patience)
        return
    wanted = set(run_ids)

    def missing() -> set[str]:
        return wanted - {run.info.run_id for run in search(store, f"tags.`{name}` = '{value}'")}

    def tag() -> None:
        for run_id in missing():
            patiently(partial(store.client.set_tag, run_id, name, value, synchronous=True), store.patience)
        if missing():
            raise ConnectionError(f"the tag {name} did not arrive on every run")

    if wanted:
        patiently(tag, store.patience)


def add_param(store: Store, run_ids: Sequence[str], name: str, value: str) -> None:
    """Set a param on many runs that do not have it yet."""
    if is_known_database(store):
        patiently(lambda: database_writer.add_tag(store, run_ids, name, value, "params"), store.patience)
        return
    for run_id in run_ids:  # MLflow takes a param again with the value that it has.
        patiently(partial(store.client.log_param, run_id, name, value, synchronous=True), store.patience)
