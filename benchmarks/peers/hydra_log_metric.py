"""Hydra multirun, each epoch's loss by ``mlflow.log_metric``: what MLflow's own quickstart shows."""

import math

import hydra
import mlflow

from benchmarks.arithmetic import train
from benchmarks.peers.hydra_config import Config


@hydra.main(version_base=None, config_path=None, config_name="config")
def main(config: Config) -> None:
    """One job: train a point and track it."""
    losses, w, b = train(config.lr, config.scale, config.epochs)
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("bench")
    with mlflow.start_run():
        mlflow.log_params({"lr": config.lr, "scale": config.scale, "epochs": config.epochs})
        for epoch, loss in enumerate(losses):
            if math.isfinite(loss):
                mlflow.log_metric("loss", loss, step=epoch)
        mlflow.log_metrics({name: value for name, value in (("w", w), ("b", b)) if math.isfinite(value)})


if __name__ == "__main__":
    main()
