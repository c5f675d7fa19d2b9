"""Sweeps that are trained and reported in memory, without a store."""

from dataclasses import replace

from sweep.data.readings import Readings
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report.files import Report, make
from sweep.report.judged_runs import Run, judged
from sweep.tracking.record import SweepRecord
from sweep.training import in_process
from sweep.training.curve import Failure
from tests.conftest import THERMOMETER, point
from tests.problem.made import readings

SEED_GRID = tuple(
    point(lr=lr, scale=scale, epochs=n) for lr in (1e-2, 1e-4) for scale in (1.0, 0.1) for n in (100, 5000)
)

OTHER = readings(
    (0.0, 1.0, 2.0, 4.0),
    (1.0, 3.0, 5.5, 8.0),
    "other",
    source="made up",
    input_names=("hours",),
    target_name="litres",
    input_unit="h",
    target_unit="l",
)


def record(
    *points: Point,
    name: str | None = None,
    failures: dict[str, Failure] | None = None,
    data: tuple[Readings, ...] = (THERMOMETER,),
) -> SweepRecord:
    plan = Plan(points, {each.fingerprint: each for each in data}, 0.001, name)
    curves = zip(points, in_process.in_process(points, plan.problems), strict=True)
    results = {each.key: curve for each, curve in curves} | (failures or {})
    return SweepRecord("summary", plan, results, {}, [])


def report(
    *points: Point, failures: dict[str, Failure] | None = None, data: tuple[Readings, ...] = (THERMOMETER,)
) -> Report:
    return make(record(*points, failures=failures, data=data))


def sweep(*points: Point, data: tuple[Readings, ...] = (THERMOMETER,)) -> tuple[Plan, list[Run]]:
    kept = record(*points, data=data)
    return kept.plan, judged(kept.plan, kept.results)


def named(name: str) -> tuple[Readings, Point]:
    """Readings of another name, and a short run on them."""
    data = replace(OTHER, name=name)
    return data, point(epochs=3, scale=1.0, data=data.fingerprint)
