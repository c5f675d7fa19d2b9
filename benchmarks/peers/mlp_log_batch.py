"""A perceptron as a user trains and tracks it: a point after the other, each with one ``log_batch``.

As a program, it prints the seconds that some points took, evenly spread over the grid: all would take as many more.
"""

import sys
import time

import torch

from benchmarks import mlp
from benchmarks.peers import tracked


def main(width: int, samples: int, points: int, epochs: int, some: int) -> None:
    """Train and track ``some`` of the points."""
    torch.set_num_threads(1)
    tracked.open_experiment()
    x, t = mlp.table(samples)
    mlp.train(x, t, mlp.module(width), 0.1, 1)  # The first optimizer imports what the others need.
    start = time.perf_counter()
    for lr in mlp.rates(points)[:: max(points // some, 1)][:some]:
        losses = mlp.train(x, t, mlp.module(width), lr, epochs)
        tracked.log({"lr": lr, "width": width, "epochs": epochs}, losses, {})
    sys.stdout.write(str(time.perf_counter() - start))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
