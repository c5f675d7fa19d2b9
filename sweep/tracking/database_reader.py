"""Read the runs of points straight from MLflow's tables: a search through the client takes half a second a thousand.

Each statement asks one table by one of its indexes, whatever statistics the database has: there is no join to plan.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from sqlalchemy import Connection, Engine, and_, select

from sweep.plan.chunks import chunks
from sweep.tracking import membership
from sweep.tracking.database_tables import TABLES

TAGS = (
    "kind",
    "key",
    "attempt",
    "curve_run",
    "curve_part",
    "curve_row",
    "error_kind",
    "error_message",
    "rerun",
    "outcome",
)
"""What tells an attempt, and what became of it."""

PointRun = tuple[str, str, Mapping[str, str]]
"""A run's id, its status, and its :data:`TAGS`, or all its tags."""

SOME = 500
"""Values in a condition at most: SQLite took 999 once."""


def point_runs(
    engine: Engine, experiment_id: str, tag: str = "", keys: Set[str] = frozenset(), named: bool = True
) -> list[PointRun]:
    """Runs in the experiment that are not deleted, newest first.

    Parameters
    ----------
    tag : the runs on which it is ``true``.
    keys : the runs of points with these.
    named : whether all of those carry the tag that is named by their key; else all runs of the store are looked at.
    """
    with engine.connect() as connection:
        ids = set(_tagged(connection, tag, {"true"})) if tag else set()
        names = {membership.key_tag(key) for key in keys} if named else {"key"} if keys else ()
        for name in sorted(names):
            ids.update(_tagged(connection, name, keys))
        found = [run for some in _some(ids) for run in _runs(connection, int(experiment_id), some)]
    return [run for _, run in sorted(found, key=lambda each: (-each[0], each[1][0]))]


def _some(values: Iterable[str]) -> Iterator[Sequence[str]]:
    return chunks([*values], (lambda _: 1, SOME))


def _tagged(connection: Connection, name: str, values: Set[str]) -> Iterator[str]:
    tags = TABLES["tags"].c
    query = select(tags.run_uuid, tags.value).where(tags.key == name)
    rows = connection.execute(query.where(tags.value.in_(values)) if len(values) <= SOME else query)
    return (run_id for run_id, value in rows if value in values)


def _runs(connection: Connection, experiment_id: int, run_ids: Sequence[str]) -> Iterator[tuple[int, PointRun]]:
    """When each of those that are active runs of the experiment was started, and what :func:`point_runs` says of it."""
    runs, tags = TABLES["runs"].c, TABLES["tags"].c
    said: dict[str, dict[str, str]] = {run_id: {} for run_id in run_ids}
    query = select(tags.run_uuid, tags.key, tags.value)
    for run_id, name, value in connection.execute(query.where(tags.run_uuid.in_(run_ids), tags.key.in_(TAGS))):
        said[run_id][name] = value
    here = runs.experiment_id == experiment_id, runs.lifecycle_stage == "active"
    query = select(runs.run_uuid, runs.status, runs.start_time).where(runs.run_uuid.in_(run_ids), *here)
    for run_id, status, start in connection.execute(query):
        yield start or 0, (run_id, status, said[run_id])


def ids_in_use(connection: Connection, run_ids: Sequence[str]) -> set[str]:
    """Those of ``run_ids`` that a row of any table names: a run may be gone and have left rows behind."""
    columns = [TABLES[name].c.run_uuid for name in ("runs", "tags", "params", "metrics", "latest_metrics")]
    found: set[str] = set()
    queries = [select(column).where(column.in_(run_ids)) for column in columns]
    inputs = TABLES["inputs"].c  # Its index begins with the type.
    queries.append(
        select(inputs.destination_id).where(inputs.destination_type == "RUN", inputs.destination_id.in_(run_ids))
    )
    for query in queries:
        found.update(connection.execute(query.distinct()).scalars())
    return found


def keys_of(connection: Connection, experiment_id: str, run_ids: Sequence[str]) -> dict[str, str]:
    """By id, the keys of those of ``run_ids`` that are finished runs of points in the experiment, not deleted."""
    runs, tags, kind = TABLES["runs"].c, TABLES["tags"], TABLES["tags"].alias("kind")
    query = (
        select(runs.run_uuid, tags.c.value)
        .join(kind, and_(kind.c.run_uuid == runs.run_uuid, kind.c.key == "kind", kind.c.value == "point"))
        .join(tags, and_(tags.c.run_uuid == runs.run_uuid, tags.c.key == "key"))
        .where(runs.run_uuid.in_(run_ids), runs.experiment_id == int(experiment_id))
        .where(runs.lifecycle_stage == "active", runs.status.in_(("FINISHED", "FAILED")))
    )
    return {row.run_uuid: row.value for row in connection.execute(query)}
