"""Find summary runs, also among those of ten thousand sweeps.

In a database whose tables we know their ids come from statements of our own, of two tables by their indexes: MLflow's
searches sort whole rows, and take a second each there. The runs themselves are asked for by their ids.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sweep.tracking import database_summaries
from sweep.tracking.database_tables import engine_of
from sweep.tracking.patience import patiently
from sweep.tracking.search import PAGE, search, search_each
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

if TYPE_CHECKING:
    from mlflow.entities import Run

KIND = "tags.kind = 'summary'"

CONDITION = f"tags.sweep_id != '' and {KIND}"
"""The search that finds summary runs, in MLflow's own language."""

RUNNING = "attributes.status = 'RUNNING'"

WORD = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
"""What may name a sweep, or a run."""

SOME = 250
"""Runs that are asked for by their ids at once: a request's address holds as many."""


def newest(store: Store, most: int | None = None) -> "list[Run]":
    """Summary runs by when their sweeps were last at work, the last first; at most so many."""
    if patiently(lambda: is_known_database(store), store.patience):
        found = _newest_in_tables(store, most)
    else:
        orders = ("attributes.start_time DESC", "attributes.end_time DESC")
        page = min(most or PAGE, PAGE)
        found = [run for order in orders for run in islice(search(store, CONDITION, page=page, order_by=order), most)]
    # One that goes on again has the times of its first execution.
    every = {run.info.run_id: run for run in [*found, *running(store)]}
    return sorted(every.values(), key=last_used, reverse=True)[:most]


def running(store: Store) -> "Iterator[Run]":
    """Summary runs that are RUNNING, whether or not anything works on them."""
    if patiently(lambda: is_known_database(store), store.patience):
        yield from _of(store, _asked(store, status="RUNNING"))
    else:
        yield from search(store, f"{CONDITION} and {RUNNING}")


def of_sweep(store: Store, sweep_id: str) -> "list[Run]":
    """The summary runs of a sweep: one, but where a store could not forbid a second."""
    if not WORD.fullmatch(sweep_id):  # As a store may have it that others write to: no condition names it.
        return []
    if patiently(lambda: is_known_database(store), store.patience):
        return [*_of(store, _asked(store, sweep_id=sweep_id))]
    return [*search(store, f"tags.sweep_id = '{sweep_id}' and {CONDITION}")]


def named(store: Store, which: str) -> "Iterator[Run]":
    """Summary runs of the sweeps that ``which`` names: an id, the start of one, a name, or that of a folder."""
    if not WORD.fullmatch(which):
        return
    if patiently(lambda: is_known_database(store), store.patience):
        found = _of(store, _asked(store, begins=(which, which[-8:]), name=which))
    else:
        by_id, by_name, by_folder = f"sweep_id LIKE '{which}%'", f"name = '{which}'", f"sweep_id LIKE '{which[-8:]}%'"
        found = search_each(store, [f"tags.{each} and {KIND}" for each in (by_id, by_name, by_folder)])
    for run in found:
        sweep_id, name = run.data.tags.get("sweep_id", ""), run.data.tags.get("name", "")
        if sweep_id and (sweep_id.startswith(which) or which in (name, f"{name or 'sweep'}-{sweep_id[:8]}")):
            yield run


def last_used(run: "Run") -> int:
    """When its sweep was last at work, in ms since 1970."""
    beat = last_beat(run) if run.info.status == "RUNNING" else 0
    return max(run.info.start_time or 0, run.info.end_time or 0, int(1000 * beat))


def last_beat(run: "Run") -> float:
    """In seconds since 1970; the run's start where its tag is missing or changed."""
    try:
        return datetime.fromisoformat(run.data.tags["heartbeat"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return float(run.info.start_time or 0) / 1000


def _newest_in_tables(store: Store, most: int | None) -> "list[Run]":
    wanted = most
    while True:
        ids = _asked(store, most=wanted)
        found = [*_of(store, ids)]
        if wanted is None or most is None or len(found) >= most or len(ids) < wanted:
            return found
        wanted *= 4  # Some of them are no summaries any more.


def _asked(store: Store, **asked: Any) -> list[str]:
    engine = engine_of(store.client)
    assert engine is not None, "known to be a database"
    return patiently(partial(database_summaries.ids, engine, store.experiment_id, **asked), store.patience)


def _of(store: Store, run_ids: Sequence[str]) -> "Iterator[Run]":
    """Those of the runs that are active summaries, in their order."""
    for start in range(0, len(run_ids), SOME):
        some = run_ids[start : start + SOME]
        words = ", ".join(f"'{run_id}'" for run_id in some if WORD.fullmatch(run_id))
        asked = search(store, f"attributes.run_id IN ({words})") if words else ()
        found = {run.info.run_id: run for run in asked}
        for run_id in some:
            if run_id in found and found[run_id].data.tags.get("kind") == "summary":
                yield found[run_id]
