"""The grid that everyone runs, as the one command line that Hydra, ours and the scripts of the other peers read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

LR = (1e-5, 1e-2)
SCALE = (0.01, 1.0)
"""Ranges of the axes, log-spaced. At scale 1, descent is stable below lr = 3.4e-4: about one point in four diverges."""


@dataclass(frozen=True)
class Grid:
    """``lr`` × ``scale``, each point for the same number of ``epochs``."""

    lr: tuple[float, ...]
    scale: tuple[float, ...]
    epochs: int

    @property
    def points(self) -> list[tuple[float, float]]:
        """Every (lr, scale), scale fastest."""
        return list(product(self.lr, self.scale))

    @property
    def arguments(self) -> list[str]:
        """``lr=… scale=… epochs=…``, with floats that read back to the same bits."""
        lists = {"lr": self.lr, "scale": self.scale}
        return [*(f"{key}={','.join(map(repr, values))}" for key, values in lists.items()), f"epochs={self.epochs}"]

    def __str__(self) -> str:
        return f"{len(self.lr) * len(self.scale):,} points × {self.epochs:,} epochs"


def of(points: int, epochs: int, highest_lr: float = LR[1]) -> Grid:
    """A grid of exactly ``points`` points, as near to a square as its divisors allow."""
    short = next(n for n in range(math.isqrt(points), 0, -1) if points % n == 0)
    return Grid(_log_spaced(LR[0], highest_lr, points // short), _log_spaced(*SCALE, short), epochs)


def read(arguments: Sequence[str]) -> Grid:
    """The grid of a command line; the reverse of :attr:`Grid.arguments`."""
    text = dict(argument.split("=", 1) for argument in arguments)
    lr, scale = (tuple(map(float, text[key].split(","))) for key in ("lr", "scale"))
    return Grid(lr, scale, int(text["epochs"]))


def _log_spaced(start: float, stop: float, count: int) -> tuple[float, ...]:
    """``count`` values from ``start`` to ``stop``, to six significant digits."""
    steps = range(count)
    return tuple(float(f"{start * (stop / start) ** (step / max(count - 1, 1)):.6g}") for step in steps)
