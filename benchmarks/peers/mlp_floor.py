"""The floor of a perceptron: imports, a store that MLflow has made, ``torch.vmap``, and raw ``executemany``."""

import sys

import torch

from benchmarks import mlp
from benchmarks.peers import floor


def main(width: int, samples: int, points: int, epochs: int) -> None:
    """Train and store every point."""
    torch.set_num_threads(1)
    experiment = floor.opened()
    x, t = mlp.table(samples)
    rates = mlp.rates(points)
    losses = mlp.train_batched(x, t, width, rates, epochs)
    settings = [{"lr": lr, "width": width, "epochs": epochs} for lr in rates]
    floor.store(experiment, settings, losses.tolist(), [{}] * points)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
