"""Where plain descent on networks ends: its lr over 2/λmax there, as :data:`sweep.verdict.by_curvature.EDGE` has it.

``python -m tests.verdict.edge`` prints the counts that stand in ``docs/verdicts.md``.
"""

import math
from itertools import pairwise

import numpy as np
import torch

from sweep.problem.lanczos import spectrum, steps_of
from sweep.problem.local import local_by_products
from sweep.verdict.by_curvature import EDGE
from tests.problem.nets import output, parameters_of, sizes_of, slopes, waves

SHAPES = ((8, 1), (8, 2), (16, 1), (32, 1), (16, 2))
RATES = torch.logspace(-2, 0.3, 24, dtype=torch.float64)
EPOCHS = (1000, 4000)
BELOW = 0.8


def ratios(width: int, depth: int, seed: int, epochs: tuple[int, ...]) -> list[list[float]]:
    """``lr·λmax/2`` at each of ``epochs`` of a run at each of :data:`RATES`; nan where it is not finite."""
    sizes, (x, y) = sizes_of(width, depth), waves(32)
    net = slopes(lambda at: ((output(sizes, at, x) - y) ** 2).mean(dim=(-2, -1)))
    chance = torch.Generator().manual_seed(seed)
    drawn = [
        (2 * torch.rand((before + 1) * after, generator=chance, dtype=torch.float64) - 1) / before**0.5
        for before, after in pairwise(sizes)
    ]
    at, found = torch.cat(drawn).expand(len(RATES), -1), []
    for epoch in range(1, epochs[-1] + 1):
        at = at - RATES[:, None] * net.gradient(at)
        if epoch in epochs:
            product, steps = net.product, steps_of(parameters_of(sizes))
            known = spectrum(net.gradient(at), lambda v, at=at, product=product: product(at, v), steps)  # type: ignore[misc]
            each = local_by_products(known, np.zeros(len(RATES)))
            found.append([one.largest * lr / 2 for one, lr in zip(each, RATES.tolist(), strict=True)])
    return found


def main() -> None:
    """Count, and print a table in Markdown."""
    torch.set_num_threads(1)
    low, high = EDGE
    print(f"| epochs | finite | below {BELOW} | to {low} | to {high} | above |")
    print("|---|---|---|---|---|---|")
    every = [ratios(*shape, seed, EPOCHS) for shape in SHAPES for seed in range(3)]
    for number, epochs in enumerate(EPOCHS):
        finite = [ratio for run in every for ratio in run[number] if math.isfinite(ratio)]
        counts = np.histogram(finite, [-math.inf, BELOW, low, high, math.inf])[0].tolist()
        print(f"| {epochs:,} | {len(finite)} | {' | '.join(map(str, counts))} |")


if __name__ == "__main__":
    main()
