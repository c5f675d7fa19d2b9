"""What stands in an experiment's tables and in a sweep's folder, to be compared with where nobody disturbed it."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text

ORIGIN = ("curve_", "mlflow.source.git", "git_dirty", "versions")
"""How tags begin that say where a run or its curve comes from: they change with what is committed meanwhile."""

ACTIVE = (
    " FROM runs r JOIN experiments e USING (experiment_id) JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'kind'"
    " WHERE e.name = :experiment AND r.lifecycle_stage = 'active' AND k.value = :kind"
)

SWEEP = " JOIN tags s ON s.run_uuid = r.run_uuid AND s.key = 'sweep_id' WHERE"


BEAT = " JOIN tags h ON h.run_uuid = r.run_uuid AND h.key = 'heartbeat' WHERE"


def points(database: str, experiment: str) -> list[dict[str, Any]]:
    """What stands on each point's run, in order of keys, but for ids, times and :data:`ORIGIN`."""
    of_each = f" FROM {{}} t WHERE t.run_uuid IN (SELECT r.run_uuid{ACTIVE})"
    metric = "SELECT run_uuid, key, step, value, is_nan"
    queries = {
        "status": f"SELECT r.run_uuid, r.status{ACTIVE}",
        "tags": "SELECT run_uuid, key, value" + of_each.format("tags"),
        "params": "SELECT run_uuid, key, value" + of_each.format("params"),
        "metrics": metric + of_each.format("metrics"),
        "latest": metric + of_each.format("latest_metrics"),
        "datasets": "SELECT t.destination_id, d.digest FROM inputs t JOIN datasets d ON d.dataset_uuid = t.source_id"
        f" WHERE t.destination_id IN (SELECT r.run_uuid{ACTIVE})",
    }
    runs: dict[str, dict[str, Any]] = {}
    for name, query in queries.items():
        for run, *row in _query(database, query, experiment=experiment, kind="point"):
            if not str(row[0]).startswith(ORIGIN):
                runs.setdefault(run, {each: [] for each in queries})[name].append(tuple(row))
    for facts in runs.values():
        facts["key"] = dict(facts["tags"]).get("key", "")
        for name in queries:
            facts[name].sort()
    return sorted(runs.values(), key=lambda facts: str(facts["key"]))


def statuses(database: str, experiment: str) -> set[str]:
    """Of the runs of points."""
    query = f"SELECT DISTINCT r.status{ACTIVE}"
    return {status for (status,) in _query(database, query, experiment=experiment, kind="point")}


def summaries(database: str, experiment: str) -> list[tuple[str, str]]:
    """Of each summary run its sweep's id and its status."""
    query = f"SELECT s.value, r.status{ACTIVE.replace(' WHERE', SWEEP)} ORDER BY s.value"
    return [(sweep_id, status) for sweep_id, status in _query(database, query, experiment=experiment, kind="summary")]


def last_beat(database: str, experiment: str) -> float:
    """The youngest heartbeat of summary runs that count as at work, in seconds since 1970; now, where none tells."""
    query = f"SELECT h.value{ACTIVE.replace(' WHERE', BEAT)} AND r.status = 'RUNNING'"
    found = [value for (value,) in _query(database, query, experiment=experiment, kind="summary")]
    return max((datetime.fromisoformat(value).timestamp() for value in found), default=time.time())


def reports(place: Path) -> dict[str, bytes]:
    """The files of the sweeps in a folder; hidden ones are left where a process was killed that wrote beside a file."""
    skipped = ("provenance.json", ".")
    found = (place / "outputs").glob("sweep-*/*")
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in found if not path.name.startswith(skipped)}


def differences(calm: list[dict[str, Any]], storm: list[dict[str, Any]]) -> Iterator[str]:
    """What is other in ``storm``, in words."""
    expected, found = (Counter(facts["key"] for facts in each) for each in (calm, storm))
    if lost := expected.keys() - found.keys():
        yield f"{len(lost)} points lost"
    if twice := [key for key, times in found.items() if times > 1]:
        yield f"{len(twice)} points stored twice"
    by_key = {facts["key"]: facts for facts in storm}
    for facts in calm:
        there = by_key.get(facts["key"], facts)
        for name in facts:
            if facts[name] != there[name]:
                was = [each for each in facts[name] if each not in there[name]]
                now = [each for each in there[name] if each not in facts[name]]
                yield f"{name} of {facts['key'][:8]}: {was} is {now}"


def _query(database: str, query: str, **values: str) -> list[tuple[Any, ...]]:
    # A SQLite file that is not there yet is not made.
    engine = create_engine(
        re.sub("^sqlite:///(.*)", r"sqlite:///file:\1?mode=rw&uri=true", database), poolclass=NullPool
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]
