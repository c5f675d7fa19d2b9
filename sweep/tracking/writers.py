"""Choose how runs are written: straight into a database's tables, or through MLflow's public client."""

import sys
from collections.abc import Callable, Sequence

from sweep.tracking import client_writer, database_writer
from sweep.tracking.database_tables import difference, engine_of
from sweep.tracking.location import is_server
from sweep.tracking.runs import Facts, Written
from sweep.tracking.store import Store

Writer = Callable[[Store, Sequence[Facts], Callable[[], None]], list[Written]]
"""Puts runs into a store, in order, calling its last argument once a run."""


def writer_for(store: Store) -> Writer:
    """The fastest writer that ``store`` takes; one line on stderr where its tables are not those that we know."""
    if is_server(store.uri):
        return client_writer.write
    engine = engine_of(store.client)
    words = difference(engine) if engine else "MLflow does not open it through SQLAlchemy"
    if not words:
        return database_writer.write
    print(f"The store is not laid out as expected ({words}): writing runs one by one, slower.", file=sys.stderr)
    return client_writer.write
