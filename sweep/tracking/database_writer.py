"""Write runs straight into the tables of MLflow's database: many a transaction, each of them finished from the start.

A run's rows equal those that the public client writes (a test compares them), and its id is a hash of experiment, key
and attempt: the primary key is the lock against writing a run twice. All runs of a transaction land, or none does; a
killed process loses no transaction that was committed. (What a power failure may do to a SQLite file:
:mod:`sweep.tracking.sqlite_file`.)
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, String, exists, func, insert, literal, select
from sqlalchemy.exc import IntegrityError

from sweep import scratch
from sweep.plan.chunks import chunks
from sweep.tracking import membership
from sweep.tracking.artifacts import FolderArtifacts, inside
from sweep.tracking.database_reader import ids_in_use, keys_of
from sweep.tracking.database_rows import Datasets, Entry, artifact_uri, rows_of, running_rows
from sweep.tracking.database_tables import TABLES, engine_of, put
from sweep.tracking.patience import patiently, refused
from sweep.tracking.run_content import RunContent, Written
from sweep.tracking.store import Store

if TYPE_CHECKING:
    from mlflow.entities import Experiment
    from mlflow.store.artifact.artifact_repo import ArtifactRepository

RUNS = 1_000
POINTS = 200_000
"""Most runs and most points of curves in a transaction: what bounds memory, and how long others wait for the lock.

MLflow's indexes on tags and params are by name, so that each transaction writes nearly all of their pages again: fewer
and larger ones cost less.
"""

RACES = 10
"""Times that other sweeps may write runs of the same transaction before this one gives up."""


KEY_LENGTH = 32
"""Hex digits of a point's key."""


def write_runs(store: Store, contents: Sequence[RunContent], tick: Callable[[], None]) -> list[Written]:
    """Put a run for each of ``contents`` into the store, in order; ``tick`` is called once a run.

    A run that another sweep has written meanwhile stands as it is. An attempt whose run is not the experiment's any
    more, or has left rows behind, is passed over for the next. A group of runs is tried again while the store fails.
    """
    written: list[Written] = []
    for group in chunks(contents, (lambda each: 1, RUNS), (lambda each: each.points, POINTS)):
        entries = patiently(partial(_land, store, group), store.patience)
        for entry in entries:
            written.append(Written(entry.run_id, entry.number))
            tick()
    return written


def derived_id(experiment_id: str, key: str, number: int) -> str:
    """The id (32 hex digits) of a point's attempt."""
    return hashlib.sha256(f"{experiment_id}/{key}/{number}".encode()).hexdigest()[:32]


def _land(store: Store, group: Sequence[RunContent]) -> list[Entry]:
    engine = _engine(store)
    store.check_file()
    experiment = store.client.get_experiment(store.experiment_id)
    for _ in range(RACES):
        with engine.connect() as connection:
            entries = _entries(connection, store.experiment_id, group)
            known = _datasets(connection, store.experiment_id)
        new = [entry for entry in entries if not entry.stands]
        for entry in new:
            _put_files(store, experiment, entry)
        rows = rows_of(new, experiment, known, engine.dialect)
        try:
            # Nothing is read in it: a SQLite transaction that begins by reading cannot wait for another's lock.
            with engine.begin() as connection:
                for name, values in rows.items():
                    put(connection, name, values)
        except IntegrityError as error:  # Another sweep was quicker with a run or a dataset: look again.
            lost = error
            continue
        _join(store, [entry for entry in entries if entry.stands])
        store.check_file()
        return entries
    raise refused(lost) from lost


def _entries(connection: Connection, experiment_id: str, group: Sequence[RunContent]) -> list[Entry]:
    """Ids and attempts that are free, or taken by a run that stands."""
    entries: list[Entry | None] = [None] * len(group)
    numbers = {i: int(content.tags["attempt"]) for i, content in enumerate(group)}
    while numbers:
        ids = {i: derived_id(experiment_id, group[i].tags["key"], number) for i, number in numbers.items()}
        taken = ids_in_use(connection, list(ids.values()))
        keys = keys_of(connection, experiment_id, list(taken))
        for i, run_id in ids.items():
            stands = keys.get(run_id) == group[i].tags["key"]
            if stands or run_id not in taken:
                content = replace(group[i], tags={**group[i].tags, "attempt": str(numbers[i])})
                entries[i] = Entry(content, run_id, numbers.pop(i), stands)
            else:  # Deleted, unfinished, moved, or collected by MLflow, which leaves rows: its id cannot be had again.
                numbers[i] += 1
    return [entry for entry in entries if entry]


def _datasets(connection: Connection, experiment_id: str) -> Datasets:
    datasets = TABLES["datasets"].c
    query = select(datasets.name, datasets.digest, datasets.dataset_uuid)
    rows = connection.execute(query.where(datasets.experiment_id == int(experiment_id)))
    return {(name, digest): dataset_id for name, digest, dataset_id in rows}


def _put_files(store: Store, experiment: "Experiment", entry: Entry) -> None:
    """Before the run is there, so that none is ever seen without them; MLflow's client would first look for the run."""
    files = entry.content.files
    if not files:
        return
    if isinstance(store.artifacts, FolderArtifacts):
        for path, content in files.items():
            store.artifacts.put(entry.run_id, path, content)
        return
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    place: ArtifactRepository = get_artifact_repository(artifact_uri(experiment, entry.run_id))
    with scratch.folder() as folder:
        for path, content in files.items():
            local = folder / inside(entry.run_id, path)
            local.parent.mkdir(parents=True, exist_ok=True)
            local.write_bytes(content)
        place.log_artifacts(str(folder))  # type: ignore[no-untyped-call]


def _join(store: Store, entries: Sequence[Entry]) -> None:
    """Make runs that another sweep has written members of this one too."""
    tags = {name for entry in entries for name in entry.content.tags if name.startswith(membership.PREFIX)}
    for name in tags:
        add_tag(store, [entry.run_id for entry in entries], name, "true")


def add_tag(store: Store, run_ids: Sequence[str], name: str, value: str, table: str = "tags") -> None:
    """Set a tag, or a param, on the runs that do not have it yet."""
    engine, tags = _engine(store), TABLES[table].c
    for start in range(0, len(run_ids), RUNS):
        some = run_ids[start : start + RUNS]
        for _ in range(RACES):
            with engine.connect() as connection:
                query = select(tags.run_uuid).where(tags.key == name, tags.run_uuid.in_(some))
                there = set(connection.execute(query).scalars())
            try:
                with engine.begin() as connection:
                    put(connection, table, [(name, value, run_id) for run_id in some if run_id not in there])
                break
            except IntegrityError as error:  # Another sweep was quicker with one of them: look again.
                lost = error
        else:
            raise refused(lost) from lost


def add_key_tags(store: Store) -> None:
    """Set the tag that is named by a run's key on all runs of the experiment that have a key and not that tag."""
    runs, tags, there = TABLES["runs"].c, TABLES["tags"], TABLES["tags"].alias("there").c
    name = literal(membership.KEY_PREFIX, String).concat(func.substr(tags.c.value, 1, membership.DIGITS))
    missing = (
        select(name, tags.c.value, tags.c.run_uuid)
        .join(TABLES["runs"], runs.run_uuid == tags.c.run_uuid)
        .where(tags.c.key == "key", tags.c.value.like("_" * KEY_LENGTH), runs.experiment_id == int(store.experiment_id))
        .where(~exists().where(there.run_uuid == tags.c.run_uuid, there.key == name))
    )
    for _ in range(RACES):
        try:
            with _engine(store).begin() as connection:
                connection.execute(insert(TABLES["tags"]).from_select(["key", "value", "run_uuid"], missing))
            return
        except IntegrityError as error:  # Another sweep does the same.
            lost = error
    raise refused(lost) from lost


def create_running(store: Store, name: str, run_name: str, tags: Mapping[str, str]) -> str:
    """A run that is RUNNING, with an id derived from ``name``; the same run for all who ask at once."""
    engine, experiment = _engine(store), store.client.get_experiment(store.experiment_id)
    for number in range(1, 1000):
        run_id = derived_id(store.experiment_id, name, number)
        try:
            with engine.begin() as connection:
                for table, rows in running_rows(run_id, run_name, tags, experiment).items():
                    put(connection, table, rows)
            return run_id
        except IntegrityError:
            runs = TABLES["runs"].c
            active = runs.lifecycle_stage == "active", runs.experiment_id == int(store.experiment_id)
            with engine.connect() as connection:
                if connection.execute(select(runs.run_uuid).where(runs.run_uuid == run_id, *active)).first():
                    return run_id
    raise RuntimeError(f"all attempts at {run_name} were deleted")


def _engine(store: Store) -> Engine:
    engine = engine_of(store.client)
    assert engine is not None, "chosen for database stores only"
    return engine
