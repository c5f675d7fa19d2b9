"""Points of a line with every optimizer, schedule and batch size, and torch's own loop over them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch.optim.lr_scheduler import LRScheduler

from sweep.plan.point import Point
from sweep.settings.optimizer_keys import milestones
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Start
from sweep.training.batches import orders
from tests.conftest import THERMOMETER, point
from tests.training.rules import torchs

RATES = {"sgd": 5e-3, "adam": 0.05, "adamw": 0.05, "rmsprop": 0.02, "adagrad": 0.5}
"""By optimizer an lr at which a line of the thermometer's readings is learnt and does not diverge."""


@st.composite
def points(draw: st.DrawFn, /, **fixed: Any) -> Point:
    """A point whose optimizer, schedule and batches are drawn."""
    kind = fixed.get("optimizer") or draw(st.sampled_from(OptimizerKind))
    own: dict[str, Any] = {"optimizer": kind, "lr": RATES[kind] * draw(st.floats(0.1, 1)), "start": Start.random}
    own["weight_decay"] = draw(st.sampled_from([0.0, 0.0, 0.01, 0.3]))
    if kind is OptimizerKind.sgd:
        own |= {"momentum": draw(st.sampled_from([0.0, 0.5, 0.9])), "nesterov": draw(st.booleans())}
    elif kind is OptimizerKind.rmsprop:
        own |= {"alpha": draw(st.sampled_from([0.9, 0.99])), "eps": 1e-6, "momentum": draw(st.sampled_from([0.0, 0.5]))}
        own["centered"] = draw(st.booleans())
    elif kind is OptimizerKind.adagrad:
        own |= {"eps": 1e-10, "lr_decay": draw(st.sampled_from([0.0, 0.01])), "initial_accumulator_value": 0.1}
    else:
        own |= {"beta1": draw(st.sampled_from([0.0, 0.9])), "beta2": draw(st.sampled_from([0.9, 0.999])), "eps": 1e-8}
    own |= {"schedule": draw(st.sampled_from(ScheduleKind)), "warmup": draw(st.sampled_from([0, 0, 3]))}
    if own["schedule"] in (ScheduleKind.step, ScheduleKind.exponential):
        own["gamma"] = draw(st.sampled_from([0.5, 0.97]))
    if own["schedule"] is ScheduleKind.step:
        own["milestones"] = draw(st.sampled_from(["[5]", "[4,20,400]"]))
    own |= {"seed": draw(st.integers(0, 5)), "batch_size": draw(st.sampled_from([0, 0, 1, 4, 11]))}
    own["epochs"] = draw(st.integers(5, 24))
    return replace(point(dtype=draw(st.sampled_from(DType))), **own | fixed)


def by_torch(asked: Point, start: tuple[float, ...], updates: int | None = None) -> tuple[list[float], list[float]]:
    """The loss on all readings before each epoch and at the end, and where it ends, by torch's own parts."""
    x, t = (torch.tensor(each, dtype=torch.float64) for each in (THERMOMETER.inputs[:, 0], THERMOMETER.targets))
    params = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = torchs(asked, params, asked.lr)
    schedule = scheduled(optimizer, asked)

    def loss(over: torch.Tensor) -> torch.Tensor:
        return ((params[0] * asked.scale * x[over] + params[1] - t[over]) ** 2).mean()

    every, losses = torch.arange(len(x)), []
    for epoch in range(asked.epochs):
        losses.append(loss(every).item())
        order = torch.from_numpy(orders([asked.seed], epoch, len(x))[0]) if asked.batch_size else every
        for batch in order.split(asked.batch_size or len(x)):  # type: ignore[no-untyped-call]
            optimizer.zero_grad()
            loss(batch).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        schedule.step()
    return [*losses, loss(every).item()], params.tolist()


def scheduled(optimizer: torch.optim.Optimizer, asked: Point) -> LRScheduler:
    """torch's own schedule of a point."""
    of, warmup = torch.optim.lr_scheduler, asked.warmup
    rest = max(asked.epochs - warmup, 1)
    passed = [each - warmup for each in milestones(asked.milestones) or ()]
    ways: dict[ScheduleKind, Callable[[], LRScheduler]] = {
        ScheduleKind.constant: lambda: of.ConstantLR(optimizer, 1.0, 1),
        ScheduleKind.linear: lambda: of.LinearLR(optimizer, 1.0, 0.0, rest),
        ScheduleKind.cosine: lambda: of.CosineAnnealingLR(optimizer, rest),
        ScheduleKind.step: lambda: of.MultiStepLR(optimizer, passed, asked.gamma),
        ScheduleKind.exponential: lambda: of.ExponentialLR(optimizer, asked.gamma),
    }
    if not warmup:
        return ways[asked.schedule]()
    rising = of.LinearLR(optimizer, 1 / (warmup + 1), 1.0, warmup)
    return of.SequentialLR(optimizer, [rising, ways[asked.schedule]()], [warmup])


def closeness(ours: Any, theirs: list[float]) -> float:
    """The largest difference, as a part of what is compared."""
    one, other = np.asarray(ours, np.float64), np.asarray(theirs)
    return float((np.abs(one - other) / np.maximum(np.abs(other), 1e-3)).max())
