"""Write runs through MLflow's public client: for any store, a run at a time; to a server, a few runs side by side."""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from sweep.data.readings import Readings
from sweep.errors import StoreAway
from sweep.tracking import answers, membership, wire
from sweep.tracking.location import is_server
from sweep.tracking.patience import patiently
from sweep.tracking.run_content import RunContent, Written, dataset_of
from sweep.tracking.search import THREADS, search
from sweep.tracking.store import Store
from sweep.tracking.trip import ANSWER

if TYPE_CHECKING:
    from mlflow.entities import Run

BATCH = 1000
"""Metrics a call, MLflow's own limit."""

LOSS = 300
"""Bytes at most that a server makes of one."""

RUNS = 10
"""Runs that are begun for one attempt, at most."""


def write_runs(store: Store, contents: Sequence[RunContent], tick: Callable[[], None]) -> list[Written]:
    """Create, fill and close a run for each of ``contents``; ``tick`` is called once a run, in this thread.

    Returns
    -------
    What was written, in the order of ``contents``.
    """
    written: list[Written] = []
    # More threads never help a SQLite file: it has one lock.
    with ThreadPoolExecutor(THREADS if is_server(store.uri) else 1) as pool:
        for each in pool.map(lambda each: _write(store, each), contents):
            written.append(each)
            tick()
    return written


def _write(store: Store, content: RunContent) -> Written:
    tries, runs = itertools.count(), itertools.count(1)

    def begin() -> "Run":
        # A create whose answer was lost may have been heard: look before creating again.
        return (_begun(store, content) if next(tries) else None) or _create(store, content)

    def fill(run: "Run") -> None:
        for step in _steps(store, run, content):
            patiently(step, store.patience)
        answers.check(store.client, run.info.run_id, partial(_is_whole, store, content))

    while True:
        run = patiently(begin, store.patience)
        try:
            patiently(partial(fill, run), store.patience)
        except StoreAway:
            # Another sweep may have taken it, while the store was away, for what a killed one has left, and deleted it.
            if next(runs) == RUNS or not _is_deleted(store, run):
                raise
        else:
            return Written(run.info.run_id, int(content.tags["attempt"]))


def _is_deleted(store: Store, run: "Run") -> bool:
    there = patiently(lambda: answers.run(store.client.get_run(run.info.run_id), run.info.run_id), store.patience)
    return bool(there.info.lifecycle_stage == "deleted")


def _begun(store: Store, content: RunContent) -> "Run | None":
    named = membership.of_point(content.tags["key"])
    condition = " and ".join([named, *(f"tags.{name} = '{content.tags[name]}'" for name in ("attempt", "kind"))])
    return min(search(store, condition), key=lambda run: run.info.start_time, default=None)


def _create(store: Store, content: RunContent) -> "Run":
    began = time.time_ns() // 1_000_000 - round(1000 * content.seconds)
    run = answers.run(
        store.client.create_run(store.experiment_id, start_time=began, tags=content.tags, run_name=content.name)
    )
    if run.data.tags.get("key", content.tags["key"]) != content.tags["key"]:
        raise ConnectionError("the server's answer names another run than the one asked for")
    return run


def _steps(store: Store, run: "Run", content: RunContent) -> Iterator[Callable[[], object]]:
    """Everything but the tags, a request each; doing one twice leaves the same, as MLflow ignores exact duplicates."""
    from mlflow.entities import Metric, Param

    client, run_id, now = store.client, run.info.run_id, run.info.start_time
    metrics = [
        Metric(name, value, now, epoch)
        for name, shown in content.curves.items()
        for epoch, value in zip(shown.epochs.tolist(), shown.values.tolist(), strict=True)
    ]
    metrics += [Metric(name, value, now, 0) for name, value in content.metrics.items()]
    params = [Param(name, value) for name, value in content.params.items()]
    yield partial(client.log_batch, run_id, metrics[:BATCH], params, synchronous=True)
    for start in range(BATCH, len(metrics), BATCH):
        yield partial(client.log_batch, run_id, metrics[start : start + BATCH], synchronous=True)
    if content.data is not None:
        yield partial(_log_dataset, store, run_id, content.data)
    for path, file in content.files.items():
        yield partial(store.artifacts.put, run_id, path, file)
    yield partial(client.set_terminated, run_id, content.status, now + round(1000 * content.seconds))


def _is_whole(store: Store, content: RunContent, run: "Run") -> bool:
    """Whether ``run`` has all that :func:`_steps` writes, but for files, which artifacts make sure of."""
    datasets = run.inputs.dataset_inputs if run.inputs else []
    return (
        run.info.status == content.status
        and content.params.keys() <= run.data.params.keys()
        and {*content.metrics, *content.curves} <= run.data.metrics.keys()
        and (content.data is None or content.data.fingerprint in {each.dataset.digest for each in datasets})
        # Of a curve in several batches a run shows the last alone.
        and (content.points <= BATCH or _has_curves(store, run.info.run_id, content))
    )


def _has_curves(store: Store, run_id: str, content: RunContent) -> bool:
    """Whether every curve of a run has as many points as it should."""
    with wire.at_most(ANSWER + LOSS * content.points):
        history = store.client.get_metric_history
        return all(len(history(run_id, name)) == len(shown.epochs) for name, shown in content.curves.items())


def _log_dataset(store: Store, run_id: str, data: Readings) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag
    from mlflow.exceptions import MlflowException

    dataset = Dataset(*dataset_of(data))
    inputs = [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])]
    try:
        store.client.log_inputs(run_id, inputs)
    except MlflowException:
        # Of several calls that bring a new dataset at once, MLflow refuses all but one; then it is there.
        store.client.log_inputs(run_id, inputs)
