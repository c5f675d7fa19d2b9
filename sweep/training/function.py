"""Train a point by a function of a user's own: it yields losses, and whatever else it says or leaves is kept."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from sweep import scratch
from sweep.errors import raised
from sweep.models import function
from sweep.models.build import drawn
from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.training import captured, kept_files, yielded
from sweep.training.curve import Curve, Failure, Leavings, Result


def train(point: Point, problem: Function, through: Callable[[Any], Any] = lambda found: found) -> Result:
    """What the function brings of ``point``: a curve, or the failure that it raised; with all that it left.

    Parameters
    ----------
    through : from what the function returns when it is called to what is taken for that, as fewer epochs.
    """
    with suppress(Exception):  # What its module says and sets up as it is imported is no point's own.
        function.found(problem.spec)
    said: list[str] = []
    takes = point.takes.split()
    place = scratch.folder() if function.FOLDER in takes else nullcontext()
    with captured.opened() as log, place as folder:
        with captured.captured(log), drawn(point.seed if "seed" in takes else 0):
            result = _result(point, problem, folder, through, said.append)
        files, left_out = kept_files.files(folder) if folder else ({}, [])
        output = captured.output(log)
    notes = "".join(f"sweep: {line}\n" for line in [*said, *left_out])
    apart = "\n" if notes and output and not output.endswith("\n") else ""
    return replace(result, leavings=Leavings(output + apart + notes, files))


def _result(
    point: Point, problem: Function, folder: Path | None, through: Callable[[Any], Any], note: Callable[[str], None]
) -> Result:
    try:
        found = through(function.called(problem.spec, handed(point, problem, folder)))
        epochs = point.epochs if "epochs" in point.takes.split() else None
        rows, returned = yielded.run(found, problem.name, point.stop_diverged, epochs)
        losses = rows.losses()
    except raised() as error:
        return Failure.of(error)
    metrics = rows.metrics(note)
    return Curve(losses[:-1], (), float(losses[-1]), False, metrics, yielded.finals(returned, metrics, note))


def handed(point: Point, problem: Function, folder: Path | None) -> dict[str, Any]:
    """What the function gets of ``point`` by name: of settings those that it takes; ``folder`` where it takes one."""
    prepared = problem.prepared
    extra = {function.FOLDER: folder} | {name: getattr(prepared, name) for name in function.READINGS}
    values: dict[str, Any] = {}
    for name in point.takes.split():
        if name in extra:
            value = extra[name]
            values[name] = value.copy() if isinstance(value, np.ndarray) else value
            continue
        declared, value = Point.DECLARED[name], getattr(point, name)
        if not declared.used(point):
            value = None
        elif declared.given_as:
            value = declared.given_as(value)
        values[name] = str(value) if isinstance(value, Enum) else value
    return values
