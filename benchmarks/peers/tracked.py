"""A run with one ``log_batch``, as the peers that batch share it."""

import math
import time

import mlflow
from mlflow.entities import Metric, Param

from benchmarks.arithmetic import train

URI = "sqlite:///mlflow.db"
BATCH = 1000
"""Metrics a call, MLflow's limit."""


def open_experiment() -> None:
    """Make the store and the experiment where they are not there."""
    mlflow.set_tracking_uri(URI)
    mlflow.set_experiment("bench")


def train_and_log(lr: float, scale: float, epochs: int) -> float:
    """Train a point, track it, and return the last loss."""
    losses, w, b = train(lr, scale, epochs)
    now = int(time.time() * 1000)
    metrics = [Metric("loss", loss, now, epoch) for epoch, loss in enumerate(losses) if math.isfinite(loss)]
    metrics += [Metric(name, value, now, 0) for name, value in (("w", w), ("b", b)) if math.isfinite(value)]
    params = [Param("lr", str(lr)), Param("scale", str(scale)), Param("epochs", str(epochs))]
    with mlflow.start_run() as run:
        client = mlflow.MlflowClient()
        client.log_batch(run.info.run_id, metrics[:BATCH], params)
        for start in range(BATCH, len(metrics), BATCH):
            client.log_batch(run.info.run_id, metrics[start : start + BATCH])
    return losses[-1]
