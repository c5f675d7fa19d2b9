"""Ray Tune's grid search with its MLflow callback, one report an epoch."""

import math
import sys
from pathlib import Path
from typing import Any

from ray import tune
from ray.air.integrations.mlflow import MLflowLoggerCallback

from benchmarks import grid


def trainable(config: dict[str, Any]) -> None:
    """One trial, in a worker of Ray's."""
    from benchmarks.arithmetic import train

    losses, w, b = train(config["lr"], config["scale"], config["epochs"])
    for loss in losses:
        if math.isfinite(loss):
            tune.report({"loss": loss})
    tune.report({name: value for name, value in (("w", w), ("b", b)) if math.isfinite(value)})


def main() -> None:
    """Try every point of the grid on the command line."""
    asked = grid.read(sys.argv[1:])
    space = {"lr": tune.grid_search(list(asked.lr)), "scale": tune.grid_search(list(asked.scale))}
    callback = MLflowLoggerCallback("sqlite:///mlflow.db", experiment_name="bench")
    tuner = tune.Tuner(
        trainable,
        param_space={**space, "epochs": asked.epochs},
        run_config=tune.RunConfig(storage_path=str(Path("ray_results").resolve()), callbacks=[callback]),
    )
    results = tuner.fit()
    if results.errors:
        sys.exit(f"{len(results.errors)} trials failed: {results.errors[0]}")


if __name__ == "__main__":
    main()
