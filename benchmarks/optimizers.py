"""Optimizers, sampled batches and repeats beside plain descent, in turn within one process, on one thread.

As a program, one measurement: a line of JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import mlp
from benchmarks.process import measure, python
from benchmarks.tables import Bar, Section, table

if TYPE_CHECKING:
    from sweep.plan.plan import Plan

MODEL = (8, 64)
"""Width and samples of the perceptron whose repeats are measured."""

PLAIN, SAMPLES = "sgd", 11
SIZES = (11, 6, 4, 2, 1)
"""Batches of the thermometer's readings."""

KINDS: Mapping[str, Mapping[str, Any]] = {
    PLAIN: {},
    "sgd, momentum": {"momentum": 0.9},
    "sgd, Nesterov": {"momentum": 0.9, "nesterov": True},
    "sgd, momentum and weight decay": {"momentum": 0.9, "weight_decay": 0.01},
    "adam": {"optimizer": "adam", "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
    "adam, weight decay": {"optimizer": "adam", "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "adamw": {"optimizer": "adamw", "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
    "rmsprop": {"optimizer": "rmsprop", "alpha": 0.99, "eps": 1e-8},
    "adagrad": {"optimizer": "adagrad", "eps": 1e-10},
    "sgd, cosine": {"schedule": "cosine", "warmup": 10},
    **{f"sgd, batches of {size}": {"batch_size": size} for size in SIZES},
}

BARS = {"sgd, momentum": 1.3, "adam": 1.8}
"""What a point and epoch may take at most of what plain descent takes for it."""

REPEATED, ONCE = "8 seeds", "1 seed"
EVEN = 1.1
"""What repeats may take at most of what as many points of one seed take."""


def section(points: int, epochs: int, rounds: int, folder: Path) -> Section:
    """Measure ``points`` of each kind in a process of its own, ``rounds`` times in turn."""
    words = map(str, (points, epochs, rounds))
    found: dict[str, list[float]] = json.loads(measure(python("-m", "benchmarks.optimizers", *words), folder).output)
    rows, bars = [], []
    for name in KINDS:
        size = KINDS[name].get("batch_size", SAMPLES)
        updates, ratio = -(-SAMPLES // size), _ratio(found[name], found[PLAIN])
        rows.append([name, f"{statistics.median(found[name]):.3g}", f"{ratio:.2f}", f"{ratio / updates:.2f}"])
        if name in BARS:
            bars.append(Bar(f"{name}, {points:,} points of the line, of plain descent", BARS[name], ratio, "×"))
    few, many = (found[f"sgd, batches of {size}"] for size in (SAMPLES, 1))
    bars.append(Bar(f"batches of 1 of {SAMPLES}, of one batch of {SAMPLES}", SAMPLES, _ratio(many, few), "×"))
    for what in ("line", "line in batches of 4", "perceptron"):
        ratio = _ratio(found[f"{what}, {REPEATED}"], found[f"{what}, {ONCE}"])
        bars.append(Bar(f"{what}: an lr with 8 seeds, of 8 lr", EVEN, ratio, "×"))
    text = f"## Optimizers: {points:,} points of the line × {epochs:,} epochs, on one thread; ns of a processor\n\n"
    return Section(text + table(["", "a point and epoch", "of plain descent", "and update"], rows), bars)


def once(points: int, epochs: int, rounds: int) -> dict[str, list[float]]:
    """Nanoseconds of a processor for a point and epoch, of each kind and round."""
    from sweep.training.in_process import in_process

    plans = _plans(points, epochs)
    found: dict[str, list[float]] = {name: [] for name in plans}
    for plan in plans.values():
        in_process(plan.points[:2], plan.problems)
    for _ in range(rounds):
        for name, plan in plans.items():
            start = time.process_time()
            in_process(plan.points, plan.problems)
            taken = time.process_time() - start
            found[name].append(1e9 * taken / sum(point.epochs for point in plan.points))
    return found


def _ratio(one: list[float], other: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(one, other, strict=True))


def _plans(points: int, epochs: int) -> "dict[str, Plan]":
    from benchmarks import ours
    from sweep.data.readings import Readings
    from sweep.settings.optimizers import OptimizerKind, ScheduleKind
    from sweep.settings.schema import Start

    kinds = {"optimizer": OptimizerKind, "schedule": ScheduleKind}
    lrs, seeds = mlp.rates(points, 1e-5, 1e-2), range(8)

    def lines(own: Mapping[str, Any]) -> "Plan":
        typed = {name: kinds[name](value) if name in kinds else value for name, value in own.items()}
        return ours.plan_of_lines(*({"lr": lr, "epochs": epochs, **typed} for lr in lrs))

    def repeated(own: Mapping[str, Any]) -> "Plan":
        fields = [{"lr": lr, "epochs": epochs, "seed": seed, **own} for lr in lrs[::8] for seed in seeds]
        return ours.plan_of_lines(*fields[:points])

    found = {name: lines(own) for name, own in KINDS.items()}
    for name, own in (("line", {}), ("line in batches of 4", {"batch_size": 4})):
        drawn = {"start": Start.random, **own}
        found |= {f"{name}, {ONCE}": lines(drawn), f"{name}, {REPEATED}": repeated(drawn)}
    width, samples = MODEL
    x, t = mlp.table(samples)
    names = tuple(f"x{k}" for k in range(mlp.INPUTS))
    data = Readings.of_columns(x.T.tolist(), t.tolist(), name="table", source="", input_names=names, target_name="t")
    few = max(epochs // 20, 1)
    for name, seeds_of in ((ONCE, (0,)), (REPEATED, seeds)):
        rates = mlp.rates(points // len(seeds_of))
        found[f"perceptron, {name}"] = ours.plan_of_perceptrons(data, width, rates, few, False, seeds_of)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(once(*map(int, sys.argv[1:]))))
