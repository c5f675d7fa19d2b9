"""Engines: the same sweep in one process and by the cores of this machine, whole processes in turn."""

import statistics
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.process import Usage, measure, python
from benchmarks.progress import say
from benchmarks.tables import Bar, Section, megabytes, seconds, table
from sweep.engines.cores import cores

ENGINES = {"in process": (), "processes": ("hydra/launcher=processes",)}
if find_spec("ray"):
    ENGINES["sweep_ray"] = ("hydra/launcher=sweep_ray",)

SPEED_UP = 1.7
"""Of two cores, at least, for work of over a minute."""


def section(points: int, seeds: int, epochs: int, runs: int, folder: Path) -> Section:
    """Measure ``points`` lines of 100 epochs, where little trains; and a heavy model of ``seeds`` × ``epochs``."""
    step = 1e-2 / points
    lines = (f"lr=range({step!r},1e-2,{step!r})", "epochs=100")
    heavy = ("problem=mlp", "problem.model.width=128", "data=waves", "data.samples=512", "lr=1e-3", "dtype=float32")
    heavy = (*heavy, f"seed=range(0,{seeds})", f"epochs={epochs}", "outcome.curvature=false")
    loads = {f"{points:,} lines × 100 epochs": lines, f"{seeds:,} perceptrons × {epochs:,} epochs": heavy}
    rows, medians = [], {}
    for load, words in loads.items():
        found = _in_turn(words, runs, folder / load.replace(" ", "-"))
        for engine, usages in found.items():
            medians[load, engine] = statistics.median(each.seconds for each in usages)
            peak = megabytes(max(each.peak for each in usages))
            rows.append([f"{load}, {engine}", seconds([each.seconds for each in usages]), peak])
    few, many = loads
    engines = [engine for engine in ENGINES if engine != "in process"]
    beside = {engine: (medians[few, engine] - medians[few, "in process"]) / points * 1e6 for engine in engines}
    ratios = {engine: medians[many, engine] / medians[many, "in process"] for engine in engines}
    text = f"## Engines, on {cores()} cores: `python -m sweep`, fresh store, report included\n\n"
    text += table(["", "median", "peak memory of a process"], rows)
    for engine, more in beside.items():
        text += f"\n\n`hydra/launcher={engine}` takes {more:+.0f} µs a line beside one process."
    return Section(
        text, [Bar(f"{many} by {cores()} of {each}, of one", 1 / SPEED_UP, ratios[each]) for each in engines]
    )


def _in_turn(words: Sequence[str], runs: int, folder: Path) -> dict[str, list[Usage]]:
    found: dict[str, list[Usage]] = {engine: [] for engine in ENGINES}
    for run in range(runs):
        for engine, more in ENGINES.items():
            here = folder / f"{engine.replace(' ', '-')}-{run}"
            found[engine].append(usage := measure(python("-m", "sweep", *words, *more), here))
            say(f"  {engine}: {usage.seconds:.1f} s, {words}")
    return found
