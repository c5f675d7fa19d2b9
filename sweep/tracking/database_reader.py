"""Read the runs of points straight from MLflow's tables: a search through the client takes half a second a thousand."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Engine, and_, select

from sweep.tracking.database_tables import TABLES

TAGS = ("key", "attempt", "curve_run", "curve_part", "curve_row", "error_kind", "error_message", "rerun")
"""What tells an attempt."""


def point_runs(
    engine: Engine, experiment_id: str, having: tuple[str, str] = ("kind", "point")
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Id, status and :data:`TAGS` of the runs in the experiment that have a tag and are not deleted, newest first."""
    runs, tags, mark = TABLES["runs"], TABLES["tags"], TABLES["tags"].alias("mark")
    name, value = having
    query = (
        select(runs.c.run_uuid, runs.c.status, tags.c.key, tags.c.value)
        .join(mark, and_(mark.c.run_uuid == runs.c.run_uuid, mark.c.key == name, mark.c.value == value))
        .join(tags, and_(tags.c.run_uuid == runs.c.run_uuid, tags.c.key.in_(TAGS)))
        .where(runs.c.experiment_id == int(experiment_id), runs.c.lifecycle_stage == "active")
        .order_by(runs.c.start_time.desc(), runs.c.run_uuid)
    )
    with engine.connect() as connection:
        for (run_id, status), rows in groupby(connection.execute(query), key=itemgetter(0, 1)):
            yield run_id, status, {name: value for _, _, name, value in rows}


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
