"""Write runs through MLflow's public client: for any store, a run at a time."""

import time
from collections.abc import Callable, Sequence

from sweep.tracking.runs import Facts
from sweep.tracking.store import Store

BATCH = 1000
"""Metrics a call, MLflow's own limit."""


def write(store: Store, facts: Sequence[Facts], tick: Callable[[], None]) -> list[str]:
    """Create, fill and close a run for each of ``facts``, in order; ``tick`` is called once a run.

    Returns
    -------
    The runs' ids.
    """
    return [_write(store, each, tick) for each in facts]


def _write(store: Store, facts: Facts, tick: Callable[[], None]) -> str:
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

    client, now = store.client, time.time_ns() // 1_000_000
    created = client.create_run(store.experiment_id, start_time=now, tags=facts.tags, run_name=facts.name)
    run_id: str = created.info.run_id
    metrics = [Metric("loss", loss, now, epoch) for epoch, loss in facts.losses]
    metrics += [Metric(name, value, now, 0) for name, value in facts.metrics.items()]
    params = [Param(name, value) for name, value in facts.params.items()]
    client.log_batch(run_id, metrics[:BATCH], params)
    for start in range(BATCH, len(metrics), BATCH):
        client.log_batch(run_id, metrics[start : start + BATCH])
    dataset = Dataset(facts.data.name, facts.data.fingerprint, "sweep", facts.data.source)
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    if facts.traceback:
        store.artifacts.put(run_id, "traceback.txt", facts.traceback.encode())
    client.set_terminated(run_id, facts.status, time.time_ns() // 1_000_000)
    tick()
    return run_id
