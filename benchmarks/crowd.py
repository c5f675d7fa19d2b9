"""Runs and sweeps of others in a store: copies of those that are there, under other keys, put into the database."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Engine, select, text

from sweep.tracking import membership, view
from sweep.tracking.database_tables import COLUMNS, TABLES, put

RUNS = 1_000
"""Runs a transaction."""

RUNS_EACH = 20
"""Runs of a sweep."""

SWEEPS = 250
"""Sweeps a transaction."""

START, END = COLUMNS["runs"].index("start_time"), COLUMNS["runs"].index("end_time")

Rows = dict[str, list[tuple[object, ...]]]


def add(engine: Engine, count: int, first: int = 0) -> None:
    """Put ``count`` copies of the first run of a point into its experiment, each with another key, and earlier.

    Parameters
    ----------
    first : the number of the first copy; no two copies in a store may have the same.
    """
    with engine.connect() as connection:
        run_id, rows = _template(connection, "point")
    for start in range(first, first + count, RUNS):
        with engine.begin() as connection:
            copies: Rows = defaultdict(list)
            for number in range(start, min(start + RUNS, first + count)):
                _copy(rows, _other(rows, run_id, number), number, copies)
            _pour(connection, copies)
    _analyse(engine)


def add_sweeps(engine: Engine, count: int) -> None:
    """Put ``count`` copies of the first sweep into its experiment, with a view and 20 runs each, and all earlier."""
    with engine.connect() as connection:
        run_id, rows = _template(connection, "point")
        summary, whole = _template(connection, "summary")
        sweep_id, name = str(_tag(whole, "sweep_id")), str(_tag(whole, "name"))
        views = "SELECT value, experiment_id FROM experiment_tags WHERE key = :key"
        saved, experiment_id = connection.execute(text(views), {"key": view.TAG + sweep_id}).one()
    for start in range(0, count, SWEEPS):
        numbers = range(start, min(start + SWEEPS, count))
        ids = {number: _hash("sweep", number)[: len(sweep_id)] for number in numbers}
        with engine.begin() as connection:
            copies: Rows = defaultdict(list)
            for number, other in ids.items():
                renamed = {sweep_id: other, sweep_id[:8]: other[:8], summary: _hash("summary", number)}
                renamed[name] = f"{name}-{number}"
                _copy(whole, renamed, number * RUNS_EACH, copies)
                for each in range(number * RUNS_EACH, (number + 1) * RUNS_EACH):
                    _copy(rows, renamed | _other(rows, run_id, each), each, copies)
            _pour(connection, copies)
            connection.execute(
                text("INSERT INTO experiment_tags (key, value, experiment_id) VALUES (:key, :value, :id)"),
                [{"key": view.TAG + other, "value": saved, "id": experiment_id} for other in ids.values()],
            )
    _analyse(engine)


def _analyse(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # As it does by itself within a minute or two.


def _pour(connection: Connection, rows: Rows) -> None:
    for name in COLUMNS:  # In an order in which foreign keys hold.
        if connection.dialect.name != "postgresql":
            put(connection, name, rows[name])
            continue
        into = f"COPY {name} ({', '.join(COLUMNS[name])}) FROM STDIN"
        with connection.connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows[name]:
                copy.write_row(row)


def _template(connection: Connection, kind: str) -> tuple[str, Rows]:
    """The id of the first run of that kind, and its rows."""
    tags, inputs, input_tags = TABLES["tags"].c, TABLES["inputs"].c, TABLES["input_tags"].c
    runs = select(tags.run_uuid).where(tags.key == "kind", tags.value == kind).limit(1)
    run_id = connection.execute(runs).scalar_one()
    wheres = {
        **{name: TABLES[name].c.run_uuid == run_id for name in ("runs", "tags", "params", "metrics", "latest_metrics")},
        "inputs": inputs.destination_id == run_id,
        "input_tags": input_tags.input_uuid.in_(select(inputs.input_uuid).where(inputs.destination_id == run_id)),
    }
    queries = {name: select(*TABLES[name].c).where(where) for name, where in wheres.items()}
    return run_id, {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}


def _tag(rows: Rows, name: str) -> object:
    return next(value for key, value, _ in rows["tags"] if key == name)


def _other(rows: Rows, run_id: str, number: int) -> dict[str, str]:
    """What becomes what in the copy of a point's run: its id, its key, and the tag that is named by that."""
    key, other = str(_tag(rows, "key")), _hash("key", number)
    return {run_id: _hash("run", number), key: other, membership.key_tag(key): membership.key_tag(other)}


def _copy(rows: Rows, changes: Mapping[str, str], number: int, into: Rows) -> None:
    for name, each in rows.items():
        into[name] += _copies(name, each, changes, number)


def _copies(
    name: str, rows: list[tuple[object, ...]], changes: Mapping[str, str], number: int
) -> Iterator[tuple[object, ...]]:
    for row in rows:
        copy = [_changed(value, changes) for value in row]
        if name == "runs":
            copy[START], copy[END] = row[START] - number - 1, row[END] - number - 1  # type: ignore[operator]
        if name in ("inputs", "input_tags"):
            copy[0] = _hash(str(row[0]), number)
        yield tuple(copy)


def _changed(value: object, changes: Mapping[str, str]) -> object:
    if isinstance(value, str):
        for old, new in changes.items():
            value = value.replace(old, new)
    return value


def _hash(what: str, number: int) -> str:
    return hashlib.sha256(f"{what} {number}".encode()).hexdigest()[:32]
