"""A run with one ``log_batch``, as the peers that batch share it."""

import math
import time
from collections.abc import Mapping, Sequence

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
    log({"lr": lr, "scale": scale, "epochs": epochs}, losses, {"w": w, "b": b})
    return losses[-1]


def log(settings: Mapping[str, float], losses: Sequence[float], ends: Mapping[str, float]) -> None:
    """A run with what is finite of its curve and of its final parameters."""
    now = int(time.time() * 1000)
    metrics = [Metric("loss", loss, now, epoch) for epoch, loss in enumerate(losses) if math.isfinite(loss)]
    metrics += [Metric(name, value, now, 0) for name, value in ends.items() if math.isfinite(value)]
    params = [Param(name, str(value)) for name, value in settings.items()]
    with mlflow.start_run() as run:
        client = mlflow.MlflowClient()
        client.log_batch(run.info.run_id, metrics[:BATCH], params)
        for start in range(BATCH, len(metrics), BATCH):
            client.log_batch(run.info.run_id, metrics[start : start + BATCH])
