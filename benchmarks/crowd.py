"""Runs of others in a store: copies of a run that is there, under other keys, put straight into the database."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, select

from sweep.tracking import membership
from sweep.tracking.database_tables import COLUMNS, TABLES, put

RUNS = 1_000
"""Runs a transaction."""

START, END = COLUMNS["runs"].index("start_time"), COLUMNS["runs"].index("end_time")

Rows = dict[str, list[tuple[object, ...]]]


def add(engine: Engine, count: int, first: int = 0) -> None:
    """Put ``count`` copies of the first run of a point into its experiment, each with another key, and earlier.

    Parameters
    ----------
    first : the number of the first copy; no two copies in a store may have the same.
    """
    with engine.connect() as connection:
        run_id, key, rows = _template(connection)
    for start in range(first, first + count, RUNS):
        numbers = range(start, min(start + RUNS, first + count))
        with engine.begin() as connection:
            for name, values in rows.items():
                _pour(connection, name, [copy for n in numbers for copy in _copies(name, values, run_id, key, n)])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # As it does by itself within a minute or two.


def _pour(connection: Connection, name: str, rows: list[tuple[object, ...]]) -> None:
    if connection.dialect.name != "postgresql":
        put(connection, name, rows)
        return
    into = f"COPY {name} ({', '.join(COLUMNS[name])}) FROM STDIN"
    with connection.connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row(row)


def _template(connection: Connection) -> tuple[str, str, Rows]:
    """The run's id and key, and its rows."""
    tags, inputs, input_tags = TABLES["tags"].c, TABLES["inputs"].c, TABLES["input_tags"].c
    points = select(tags.run_uuid).where(tags.key == "kind", tags.value == "point").limit(1)
    run_id = connection.execute(points).scalar_one()
    key = connection.execute(select(tags.value).where(tags.key == "key", tags.run_uuid == run_id)).scalar_one()
    wheres = {
        **{name: TABLES[name].c.run_uuid == run_id for name in ("runs", "tags", "params", "metrics", "latest_metrics")},
        "inputs": inputs.destination_id == run_id,
        "input_tags": input_tags.input_uuid.in_(select(inputs.input_uuid).where(inputs.destination_id == run_id)),
    }
    queries = {name: select(*TABLES[name].c).where(where) for name, where in wheres.items()}
    return run_id, key, {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}


def _copies(
    name: str, rows: list[tuple[object, ...]], run_id: str, key: str, number: int
) -> Iterator[tuple[object, ...]]:
    other = _hash("key", number)
    changes = {run_id: _hash("run", number), key: other, membership.key_tag(key): membership.key_tag(other)}
    for row in rows:
        copy = [_changed(value, changes) for value in row]
        if name == "runs":
            copy[START], copy[END] = row[START] - number - 1, row[END] - number - 1  # type: ignore[operator]
        if name in ("inputs", "input_tags"):
            copy[0] = _hash(str(row[0]), number)
        yield tuple(copy)


def _changed(value: object, changes: dict[str, str]) -> object:
    if isinstance(value, str):
        for old, new in changes.items():
            value = value.replace(old, new)
    return value


def _hash(what: str, number: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()[:32]
