"""Training functions, as a user may write them, and sweeps of points of theirs in memory."""

import math
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sweep.models.function import taken
from sweep.models.spec import canonical
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import ProblemKind
from sweep.tracking.record import SweepRecord
from sweep.training.compute import compute
from sweep.training.execute import isolated
from tests.conftest import THERMOMETER, point

Losses = Generator[float | Mapping[str, float], None, Any]


def square(lr: float, epochs: int, width: int = 8) -> Losses:
    """Descent on a square, by the lr and epochs that a sweep has, with metrics and final values."""
    weight = float(width)
    for epoch in range(epochs):
        yield {"loss": weight**2 + 0.01, "slope": 2 * weight} | ({"tenth": weight} if epoch % 10 == 0 else {})
        weight -= lr * 2 * weight
    return {"weight": weight, "path": [0.0, weight]}


def likelihood(rate: float, steps: int = 40, label: str = "") -> Losses:
    """Losses below 0, by arguments of its own alone."""
    for step in range(steps):
        yield -5 + 5 * math.exp(-rate * step)


def noisy(seed: int, lr: float, patience: int = 30) -> Losses:
    """Of a length of its own; by its seed."""
    chance = np.random.default_rng(seed)
    for step in range(patience + seed):
        yield {"loss": math.exp(-lr * step) + 0.1 * chance.random(), "holdout_loss": 1.5 * math.exp(-lr * step) + 0.2}


def broken(lr: float, folder: Path) -> Losses:
    """Fails half way, with something said."""
    print("reading the data\nepoch 1")
    yield 1.0
    if lr > 0.1:
        print("about to fail")
        raise RuntimeError(f"the rate {lr} is none")
    yield 0.5


def of(
    name: str, takes: str | None = None, stop_diverged: bool = False, settings: Any = None, **arguments: Any
) -> Point:
    """A point of the function of that name with arguments of its own; ``settings`` are those of the point."""
    spec = {"_target_": f"{__name__}.{name}", **arguments}
    names = " ".join(taken(spec)) if takes is None else takes
    own = {"problem": ProblemKind.function, "function": canonical(spec), "takes": names, "code": "made"}
    return point(**own, stop_diverged=stop_diverged, data=THERMOMETER.fingerprint, **(settings or {}))


def swept(points: Sequence[Point], name: str | None = None) -> SweepRecord:
    """A sweep of ``points``, trained here."""
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001, name)
    results = isolated(plan.points, plan.problems, compute)
    return SweepRecord("summary", plan, dict(zip((each.key for each in points), results, strict=True)), {}, [])
