"""Optuna's GridSampler with its study in memory, and one ``log_batch`` a trial."""

import sys

import optuna

from benchmarks import grid
from benchmarks.peers.tracked import open_experiment, train_and_log


def main() -> None:
    """Try every point of the grid on the command line."""
    asked = grid.read(sys.argv[1:])

    def objective(trial: optuna.Trial) -> float:
        lr = trial.suggest_float("lr", min(asked.lr), max(asked.lr))
        scale = trial.suggest_float("scale", min(asked.scale), max(asked.scale))
        return train_and_log(lr, scale, asked.epochs)

    open_experiment()
    sampler = optuna.samplers.GridSampler({"lr": asked.lr, "scale": asked.scale})
    study = optuna.create_study(sampler=sampler)
    study.optimize(objective)


if __name__ == "__main__":
    main()
