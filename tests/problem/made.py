"""Readings as tests make them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sweep.data import sources
from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.line import Line
from sweep.problem.prepared import prepare
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.file_form import FORM, FileForm
from sweep.settings.schema import Data, ProblemKind


def readings(inputs: Iterable[float], targets: Iterable[float], name: str = "own", **told: Any) -> Readings:
    """Of a single input."""
    labels = {"source": f"{name}.csv", "input_names": ("x",), "target_name": "y"} | told
    return Readings.of_columns([list(inputs)], list(targets), name=name, **labels)


def columns(found: Readings) -> list[list[float]]:
    """Each input's values, then the target's."""
    return [*found.inputs.T.tolist(), found.targets.tolist()]


def line_of(data: Readings, **task: Any) -> Line:
    """A line through ``data``, prepared as the changes of its task say."""
    return Line(prepare(data, Task(ProblemKind.line, data.fingerprint, **task)))


def posed(one: Point, readings: Readings) -> Problem:
    """What ``one``, a point of ``readings``, minimises."""
    return problems({one.data: readings}, [one.task])[one.task]


def data(kind: str = "thermometer", **given: Any) -> Data:
    """Settings of data with the defaults of ``conf/``."""
    values: dict[str, Any] = dict.fromkeys((*sources.COLUMNS, *sources.UNITS, *FORM, *sources.MAKING))
    values |= {"center": False, "standardize": False, "holdout": "0", "holdout_seed": 0, "store": True}
    values |= asdict(FileForm()) if kind == "csv" else {}
    return Data(kind, **values | given)
