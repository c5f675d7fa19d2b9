"""Write runs straight into the tables of MLflow's database: many a transaction, each of them finished from the start.

A run's rows equal those that the public client writes (a test compares them), and its id is a hash of experiment, key
and attempt: the primary key is the lock against writing a run twice. All runs of a transaction land, or none does; a
killed process loses no transaction that was committed. (What a power failure may do to a SQLite file:
:mod:`sweep.tracking.sqlite_file`.)
"""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from sweep.tracking.database_tables import TABLES, engine_of, put
from sweep.tracking.runs import Facts, Written
from sweep.tracking.store import Store

RUNS = 200
POINTS = 200_000
"""Most runs and most points of curves in a transaction: what bounds memory, and how long others wait for the lock."""

RACES = 10
"""Times that other sweeps may write runs of the same transaction before this one gives up."""

Datasets = Mapping[tuple[str, str], str]
"""From a dataset's name and digest to its id."""


@dataclass(frozen=True)
class _Entry:
    """A run to be: its facts, id and attempt, and whether another sweep has written it already."""

    facts: Facts
    run_id: str
    number: int
    stands: bool


def write(store: Store, facts: Sequence[Facts], tick: Callable[[], None]) -> list[Written]:
    """Put a run for each of ``facts`` into the store, in order; ``tick`` is called once a run.

    A run that another sweep has written meanwhile stands as it is. An attempt whose run was deleted in MLflow is
    passed over for the next.
    """
    written: list[Written] = []
    for group in _groups(facts):
        entries = _land(store, group)
        for entry in entries:
            written.append(Written(entry.run_id, entry.number))
            tick()
    return written


def derived_id(experiment_id: str, key: str, number: int) -> str:
    """The id (32 hex digits) of a point's attempt."""
    return hashlib.sha256(f"{experiment_id}/{key}/{number}".encode()).hexdigest()[:32]


def _groups(facts: Sequence[Facts]) -> Iterator[Sequence[Facts]]:
    start = points = 0
    for place, each in enumerate(facts):
        if place > start and (place - start >= RUNS or points + len(each.epochs) > POINTS):
            yield facts[start:place]
            start, points = place, 0
        points += len(each.epochs)
    if facts:
        yield facts[start:]


def _land(store: Store, group: Sequence[Facts]) -> list[_Entry]:
    engine = engine_of(store)
    assert engine is not None, "chosen for database stores only"
    location = store.client.get_experiment(store.experiment_id).artifact_location
    for _ in range(RACES):
        with engine.connect() as connection:
            entries = _entries(connection, store.experiment_id, group)
            known = _datasets(connection, store.experiment_id)
        new = [entry for entry in entries if not entry.stands]
        for entry in new:
            if entry.facts.traceback:
                store.artifacts.put(entry.run_id, "traceback.txt", entry.facts.traceback.encode())
        rows = _rows(new, int(store.experiment_id), location, known)
        try:
            # Nothing is read in it: a SQLite transaction that begins by reading cannot wait for another's lock.
            with engine.begin() as connection:
                for name, values in rows.items():
                    put(connection, name, values)
        except IntegrityError as error:  # Another sweep was quicker with a run or a dataset: look again.
            lost = error
            continue
        _join(store, [entry for entry in entries if entry.stands])
        return entries
    raise lost


def _entries(connection: Connection, experiment_id: str, group: Sequence[Facts]) -> list[_Entry]:
    """Ids and attempts that are free, or taken by a run that stands."""
    runs = TABLES["runs"].c
    entries: list[_Entry | None] = [None] * len(group)
    numbers = {place: int(facts.tags["attempt"]) for place, facts in enumerate(group)}
    while numbers:
        ids = {place: derived_id(experiment_id, group[place].tags["key"], number) for place, number in numbers.items()}
        query = select(runs.run_uuid, runs.status, runs.lifecycle_stage).where(runs.run_uuid.in_(ids.values()))
        there = {
            run_id: stage == "active" and status in ("FINISHED", "FAILED")
            for run_id, status, stage in connection.execute(query)
        }
        for place, run_id in ids.items():
            if there.get(run_id, True):
                facts = replace(group[place], tags={**group[place].tags, "attempt": str(numbers[place])})
                entries[place] = _Entry(facts, run_id, numbers.pop(place), run_id in there)
            else:  # Deleted in MLflow, or made unfinished: its id cannot be had again.
                numbers[place] += 1
    return [entry for entry in entries if entry]


def _datasets(connection: Connection, experiment_id: str) -> Datasets:
    datasets = TABLES["datasets"].c
    query = select(datasets.name, datasets.digest, datasets.dataset_uuid)
    found = connection.execute(query.where(datasets.experiment_id == int(experiment_id)))
    return {(name, digest): dataset_id for name, digest, dataset_id in found}


def _join(store: Store, entries: Sequence[_Entry]) -> None:
    """Make runs that another sweep has written members of this one too."""
    for entry in entries:
        for name, value in entry.facts.tags.items():
            if name.startswith("in_sweep."):
                store.client.set_tag(entry.run_id, name, value)


def _rows(
    entries: Sequence[_Entry], experiment_id: int, location: str, known: Datasets
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each table, as MLflow's SqlAlchemyStore has them after its public calls."""
    from mlflow.utils.uri import append_to_uri_path

    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
    ids = dict(known)
    first = time.time_ns() // 1_000_000 - len(entries)
    # Runs are a millisecond apart, in order: pages sort by time, and an index that begins with it grows at its end.
    for at, entry in enumerate(entries, start=first):
        facts, run_id = entry.facts, entry.run_id
        uri = append_to_uri_path(location, run_id, "artifacts")  # type: ignore[no-untyped-call]
        rows["runs"].append(
            (
                run_id,
                facts.name,
                "UNKNOWN",
                "",
                "",
                "unknown",
                facts.status,
                at,
                at,
                None,
                "",
                "active",
                uri,
                experiment_id,
            )
        )
        tags = {**facts.tags, "mlflow.runName": facts.name}
        rows["tags"] += [(name, value, run_id) for name, value in tags.items()]
        rows["params"] += [(name, value, run_id) for name, value in facts.params.items()]
        finals = [(name, value, at, 0, False, run_id) for name, value in facts.metrics.items()]
        epochs, losses = facts.epochs.tolist(), facts.losses.tolist()
        loss = list(zip(repeat("loss"), losses, repeat(at), epochs, repeat(False), repeat(run_id), strict=False))
        rows["metrics"] += [*loss, *finals]
        rows["latest_metrics"] += [*loss[-1:], *finals]
        data, input_id = facts.data, uuid.uuid4().hex
        dataset = (data.name, data.fingerprint)
        if dataset not in ids:
            ids[dataset] = uuid.uuid4().hex
            rows["datasets"].append((ids[dataset], experiment_id, *dataset, "sweep", data.source, None, None))
        rows["inputs"].append((input_id, "DATASET", ids[dataset], "RUN", run_id, 0))
        rows["input_tags"].append((input_id, "mlflow.data.context", "training"))
    return rows
