"""Schedules: what the lr is multiplied by at each epoch of a run. As torch's, stepped once an epoch."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sweep.settings.optimizer_keys import milestones

if TYPE_CHECKING:
    from sweep.plan.point import Point

Factors: TypeAlias = NDArray[np.float64]


def factors(points: "Sequence[Point]", epochs: int) -> Factors | None:
    """Factors of the lr, shape ``(epochs, n_points)``; None where all are 1.

    In a warm-up of W epochs, epoch k, from 0, has ``(k + 1)/(W + 1)``. After it, with ``j = k − W`` and T the epochs of
    the point that remain: constant 1; linear ``1 − j/T``; cosine ``(1 + cos(πj/T))/2``; step γ for each milestone that is
    at most k; exponential ``γ^j``. What comes after a point's own epochs means nothing.

    References
    ----------
    ``SequentialLR([LinearLR(1/(W + 1), 1, W), main], [W])`` of torch, main being LinearLR(1, 0, T),
    CosineAnnealingLR(T), MultiStepLR (its milestones less W) or ExponentialLR.
    """
    asked = [_asked(point) for point in points]
    distinct = list(dict.fromkeys(asked))
    columns = [_column(*each, epochs) for each in distinct]
    if all((column == 1).all() for column in columns):
        return None
    places = {each: place for place, each in enumerate(distinct)}
    return np.stack(columns, axis=1)[:, [places[each] for each in asked]]


Asked: TypeAlias = tuple[str, int, tuple[int, ...], float, int]
"""Schedule, warm-up, milestones, γ, and the epochs where the schedule looks at them, else 0."""


def _asked(point: "Point") -> Asked:
    kind = point.schedule
    epochs = point.epochs if kind in ("linear", "cosine") else 0
    passed = (milestones(point.milestones) or ()) if kind == "step" else ()
    gamma = point.gamma if kind in ("step", "exponential") else 1.0
    return kind, point.warmup, passed, gamma, epochs


def _column(kind: str, warmup: int, milestones: tuple[int, ...], gamma: float, run: int, epochs: int) -> Factors:
    """Shape ``(epochs,)``; each number of sums, products and Python's functions, so that no release has other bits."""
    count, remaining = max(epochs - warmup, 0), max(run - warmup, 1)
    left = np.maximum(remaining - np.arange(count), 0)
    if kind == "linear":
        main = left / remaining
    elif kind == "cosine":  # As 1 + cos has few digits left near the end: sin²(½π·left/remaining).
        main = np.array([math.sin(0.5 * math.pi * (each / remaining)) ** 2 for each in left.tolist()])
    elif kind == "step":
        powers = np.array([gamma**passed for passed in range(len(milestones) + 1)])
        main = powers[np.searchsorted(milestones, np.arange(warmup, warmup + count), side="right")]
    else:
        main = np.cumprod(np.append(1.0, np.full(count, gamma)))[:count]
    return np.append(np.arange(1, warmup + 1)[:epochs] / (warmup + 1), main)
