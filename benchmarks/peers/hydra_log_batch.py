"""Hydra multirun with its basic launcher, and one ``log_batch`` a run."""

import hydra

from benchmarks.peers.hydra_config import Config
from benchmarks.peers.tracked import open_experiment, train_and_log


@hydra.main(version_base=None, config_path=None, config_name="config")
def main(config: Config) -> float:
    """One job: train a point and track it."""
    open_experiment()
    return train_and_log(config.lr, config.scale, config.epochs)


if __name__ == "__main__":
    main()
