"""The rows that runs are in MLflow's tables, as its SqlAlchemyStore has them after its public calls."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect

from sweep.tracking.database_tables import TABLES
from sweep.tracking.run_content import RunContent, dataset_of

if TYPE_CHECKING:
    from mlflow.entities import Experiment

Datasets = Mapping[tuple[str, str], str]
"""From a dataset's name and digest to its id."""

Rows = dict[str, list[tuple[Any, ...]]]
"""Of each table of :data:`COLUMNS`, the rows to insert."""


@dataclass(frozen=True)
class Entry:
    """A run to be: its content, id and attempt, and whether another sweep has written it already."""

    content: RunContent
    run_id: str
    number: int
    stands: bool


def artifact_uri(experiment: "Experiment", run_id: str) -> str:
    """Where MLflow looks for the artifacts of a run."""
    from mlflow.utils.uri import append_to_uri_path

    uri: str = append_to_uri_path(experiment.artifact_location, run_id, "artifacts")  # type: ignore[no-untyped-call]
    return uri


def rows_of(entries: Sequence[Entry], experiment: "Experiment", known: Datasets, dialect: Dialect) -> Rows:
    """The rows of each table.

    Parameters
    ----------
    known : the experiment's datasets so far; what is not among them becomes a row too.
    dialect : the rows are for its driver.
    """
    # The sqlite3 module binds a False at twice the cost of a 0.
    no = False if dialect.supports_native_boolean else 0
    rows: Rows = {name: [] for name in TABLES}
    datasets = dict(known)
    # Runs are a millisecond apart, in order: pages sort by time, and an index that begins with it grows at its end.
    longest = max((_lasted(entry.content) for entry in entries), default=0)
    first = time.time_ns() // 1_000_000 - len(entries) - longest
    for at, entry in enumerate(entries, start=first):
        _add_run(rows, entry, experiment, at)
        _add_metrics(rows, entry, at, no)
        _add_dataset(rows, entry, int(experiment.experiment_id), datasets)
    return rows


def running_rows(run_id: str, name: str, tags: Mapping[str, str], experiment: "Experiment") -> Rows:
    """The rows of a run that has begun and has tags alone."""
    at = time.time_ns() // 1_000_000
    all_tags = {**tags, "mlflow.runName": name}
    return {
        "runs": [_run_row(experiment, run_id, name, status="RUNNING", start=at, end=None)],
        "tags": [(key, value, run_id) for key, value in all_tags.items()],
    }


def _run_row(
    experiment: "Experiment", run_id: str, name: str, *, status: str, start: int, end: int | None
) -> tuple[Any, ...]:
    source, version, life, uri = ("UNKNOWN", "", "", "unknown"), "", "active", artifact_uri(experiment, run_id)
    return (run_id, name, *source, status, start, end, None, version, life, uri, int(experiment.experiment_id))


def _lasted(content: RunContent) -> int:
    """Milliseconds between the start of a run and its end."""
    return round(1000 * content.seconds)


def _add_run(rows: Rows, entry: Entry, experiment: "Experiment", at: int) -> None:
    content, run_id = entry.content, entry.run_id
    rows["runs"].append(
        _run_row(experiment, run_id, content.name, status=content.status, start=at, end=at + _lasted(content))
    )
    tags = {**content.tags, "mlflow.runName": content.name}
    rows["tags"] += [(name, value, run_id) for name, value in tags.items()]
    rows["params"] += [(name, value, run_id) for name, value in content.params.items()]


def _add_metrics(rows: Rows, entry: Entry, at: int, no: int) -> None:
    content, run_id = entry.content, entry.run_id
    for name, shown in content.curves.items():
        points = zip(shown.values.tolist(), shown.epochs.tolist(), strict=True)
        curve = [(name, value, at, epoch, no, run_id) for value, epoch in points]
        rows["metrics"] += curve
        rows["latest_metrics"] += curve[-1:]
    single = [(name, value, at, 0, no, run_id) for name, value in content.metrics.items()]
    rows["metrics"] += single
    rows["latest_metrics"] += single


def _add_dataset(rows: Rows, entry: Entry, experiment_id: int, datasets: dict[tuple[str, str], str]) -> None:
    if entry.content.data is None:
        return
    logged, input_id = dataset_of(entry.content.data), uuid.uuid4().hex
    dataset = (logged.name, logged.digest)
    if dataset not in datasets:
        datasets[dataset] = uuid.uuid4().hex
        rows["datasets"].append((datasets[dataset], experiment_id, *logged))
    rows["inputs"].append((input_id, "DATASET", datasets[dataset], "RUN", entry.run_id, 0))
    rows["input_tags"].append((input_id, "mlflow.data.context", "training"))
