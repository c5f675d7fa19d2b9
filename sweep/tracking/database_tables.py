"""MLflow's own tables, as far as runs are written into them and found in them directly.

They are private to MLflow, though these columns have not changed for years: :func:`unexpected_columns` says whether a
database still has exactly them, and nothing else here may be used where it does not.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, column, insert, inspect, table

if TYPE_CHECKING:
    from mlflow import MlflowClient

_METRIC = ("key", "value", "timestamp", "step", "is_nan", "run_uuid")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "datasets": (
        "dataset_uuid",
        "experiment_id",
        "name",
        "digest",
        "dataset_source_type",
        "dataset_source",
        "dataset_schema",
        "dataset_profile",
    ),
    "runs": (
        "run_uuid",
        "name",
        "source_type",
        "source_name",
        "entry_point_name",
        "user_id",
        "status",
        "start_time",
        "end_time",
        "deleted_time",
        "source_version",
        "lifecycle_stage",
        "artifact_uri",
        "experiment_id",
    ),
    "tags": ("key", "value", "run_uuid"),
    "params": ("key", "value", "run_uuid"),
    "metrics": _METRIC,
    "latest_metrics": _METRIC,
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step"),
    "input_tags": ("input_uuid", "name", "value"),
}
"""Every column of every table used, in an order of tables in which foreign keys hold."""

TABLES = {name: table(name, *map(column, columns)) for name, columns in COLUMNS.items()}


def engine_of(client: "MlflowClient") -> Engine | None:
    """The engine of MLflow's own database store; None where runs go elsewhere, as to a server."""
    backend = getattr(getattr(client, "_tracking_client", None), "store", None)
    engine = getattr(backend, "engine", None)
    return engine if isinstance(engine, Engine) else None


@lru_cache(maxsize=8)
def unexpected_columns(engine: Engine) -> str:
    """What in the database is not as :data:`COLUMNS` has it, in words; empty where nothing is."""
    there = {
        key[1]: {each["name"] for each in columns}
        for key, columns in inspect(engine).get_multi_columns(filter_names=list(COLUMNS)).items()
    }
    differences = []
    for name, columns in COLUMNS.items():
        if name not in there:
            differences.append(f"no table {name}")
            continue
        differences += [f"no column {name}.{each}" for each in columns if each not in there[name]]
        differences += [f"a new column {name}.{each}" for each in sorted(there[name] - set(columns))]
    return ", ".join(differences)


def put(connection: Connection, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``, in the column order of :data:`COLUMNS`, into table ``name``."""
    if not rows:
        return
    statement = insert(TABLES[name])
    if connection.dialect.positional:
        # Tuples straight to the driver: a dict a row costs as much again as SQLite itself.
        connection.exec_driver_sql(str(statement.compile(dialect=connection.dialect)), list(rows))
    else:
        connection.execute(statement, [dict(zip(COLUMNS[name], row, strict=True)) for row in rows])
