"""Hydra multirun with the joblib launcher, and one ``log_batch`` a run."""

import hydra

from benchmarks.peers.hydra_config import Config


@hydra.main(version_base=None, config_path=None, config_name="config")
def main(config: Config) -> float:
    """One job, in a process of joblib's: train a point and track it."""
    from benchmarks.peers.tracked import open_experiment, train_and_log

    open_experiment()
    return train_and_log(config.lr, config.scale, config.epochs)


if __name__ == "__main__":
    from benchmarks.peers.tracked import open_experiment

    open_experiment()  # Two processes that open a fresh store at once crash.
    main()
