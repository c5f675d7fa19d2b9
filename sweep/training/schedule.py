"""Schedules: what the lr is multiplied by at each epoch of a run. As torch's, stepped once an epoch."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sweep.plan import usage
from sweep.plan.point import Point
from sweep.settings.optimizer_keys import milestones
from sweep.settings.optimizers import ScheduleKind

Factors: TypeAlias = NDArray[np.float64]


def factors(points: Sequence[Point], epochs: int) -> tuple[Factors, NDArray[np.int64]] | None:
    """Factors of the lr, a column for each schedule that is asked for, and the column of each point.

    Shapes ``(epochs, n_schedules)`` and ``(n_points,)``; None where all factors are 1.

    In a warm-up of W epochs, epoch k, from 0, has ``(k + 1)/(W + 1)``. After it, with ``j = k − W`` and T the epochs of
    the point that remain: constant 1; linear ``1 − j/T``; cosine ``(1 + cos(πj/T))/2``; step γ for each milestone that
    is at most k; exponential ``γ^j``. What comes after a point's own epochs means nothing.

    References
    ----------
    ``SequentialLR([LinearLR(1/(W + 1), 1, W), main], [W])`` of torch, main being LinearLR(1, 0, T),
    CosineAnnealingLR(T), MultiStepLR (its milestones less W) or ExponentialLR.
    """
    asked = [_asked(point) for point in points]
    places = {each: place for place, each in enumerate(dict.fromkeys(asked))}
    columns = np.stack([_column(*each, epochs) for each in places], axis=1)
    return None if (columns == 1).all() else (columns, np.array([places[each] for each in asked]))


_has_milestones, _has_gamma = usage.takes("schedule.milestones"), usage.takes("schedule.gamma")

Asked: TypeAlias = tuple[ScheduleKind, int, tuple[int, ...], float, int]
"""Schedule, warm-up, milestones, γ, and the epochs of the run where the schedule looks at them, else 0."""


def _asked(point: Point) -> Asked:
    passed = (milestones(point.milestones) or ()) if _has_milestones(point) else ()
    gamma = point.gamma if _has_gamma(point) else 1.0
    return point.schedule, point.warmup, passed, gamma, point.epochs if usage.knows_its_end(point) else 0


def _column(kind: ScheduleKind, warmup: int, passed: tuple[int, ...], gamma: float, run: int, epochs: int) -> Factors:
    """Shape ``(epochs,)``; of sums, products and Python's own sine, so that no release of NumPy has other bits."""
    rising = np.arange(1, warmup + 1)[:epochs] / (warmup + 1)
    after = np.arange(epochs - len(rising))
    left, remaining = np.maximum(run - warmup - after, 0), max(run - warmup, 1)
    match kind:
        case ScheduleKind.linear:
            main = left / remaining
        case ScheduleKind.cosine:  # (1 + cos(πj/T))/2, of whose digits few are left near the end.
            main = np.array([math.sin(math.pi / 2 * (each / remaining)) ** 2 for each in left.tolist()])
        case ScheduleKind.step:
            main = _powers(gamma, len(passed))[np.searchsorted(passed, warmup + after, side="right")]
        case _:
            main = _powers(gamma, len(after))[:-1]
    return np.append(rising, main)


def _powers(base: float, most: int) -> Factors:
    """From the power 0 to ``most``, each the one before times ``base``; inf beyond any float."""
    with np.errstate(over="ignore"):
        return np.cumprod(np.append(1.0, np.full(most, base)))
