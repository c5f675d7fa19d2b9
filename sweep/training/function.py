"""Train a point by a function of a user's own: it yields losses, and whatever else it says or leaves is kept."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from sweep import scratch
from sweep.models import function
from sweep.models.build import drawn
from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.training import captured
from sweep.training.curve import Curve, Failure, Leavings, Result

LOSS = "loss"

METRIC = re.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}", re.ASCII)

MOST_EPOCHS, MOST_METRICS, MOST_FINALS = 1_000_000, 50, 100
"""That a function may yield; names beside the loss; and numbers that it returns."""


class Unfit(TypeError):
    """What a function yields or returns is not what one may."""


def train(point: Point, problem: Function) -> Result:
    """What the function brings of ``point``: a curve, or the failure that it raised; with all that it left."""
    with scratch.folder() as place:
        folder, log = place / "files", place / "output.txt"
        folder.mkdir()
        said: list[str] = []
        with captured.captured(log), drawn(point.seed if "seed" in point.takes.split() else 0):
            result = _result(point, problem, folder, said.append)
        files, left_out = captured.files(folder)
        output = captured.output(log)
    notes = "".join(f"sweep: {line}\n" for line in [*said, *left_out])
    apart = "\n" if notes and output and not output.endswith("\n") else ""
    return replace(result, leavings=Leavings(output + apart + notes, files))


def _result(point: Point, problem: Function, folder: Path, note: Callable[[str], None]) -> Result:
    try:
        rows, finals = _run(function.called(problem.spec, handed(point, problem, folder)), point, problem.name, note)
    except (Exception, SystemExit) as error:  # A user's own code may raise anything.
        return Failure.of(error)
    names = dict.fromkeys(name for row in rows for name in row if name != LOSS)
    losses = np.array([row[LOSS] for row in rows])
    watched = {name: np.array([row.get(name, math.nan) for row in rows]) for name in names}
    return Curve(losses[:-1], (), float(losses[-1]), False, watched, finals)


def handed(point: Point, problem: Function, folder: Path) -> dict[str, Any]:
    """What the function gets of ``point`` by name: of settings those that it takes."""
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


def _run(
    found: Any, point: Point, name: str, note: Callable[[str], None]
) -> tuple[list[dict[str, float]], dict[str, float]]:
    """What was yielded, an epoch each, with the loss among it; and what was returned, by name."""
    if not isinstance(found, Iterable) or isinstance(found, str | bytes | Mapping):
        raise Unfit(f"{name} returned {_kind(found)}: it must yield the loss of each epoch, or return them as a list")
    rows: list[dict[str, float]] = []
    each: Iterator[Any] = iter(found)
    returned: Any = None
    while True:
        try:
            row = _row(next(each), name)
        except StopIteration as end:
            returned = end.value
            break
        rows.append(row)
        if len(rows) > MOST_EPOCHS:
            raise Unfit(f"{name} yielded more than {MOST_EPOCHS:,} losses: yield one an epoch, not one a sample")
        if point.stop_diverged and not math.isfinite(row[LOSS]):
            close = getattr(each, "close", None)
            if close:
                close()
            break
    if not rows:
        raise Unfit(f"{name} yielded no loss: it must yield one for each epoch, at least one")
    return rows, _finals(returned, note)


def _row(said: Any, name: str) -> dict[str, float]:
    """A loss, or metrics by name, as numbers."""
    row = dict(said) if isinstance(said, Mapping) else {LOSS: said}
    if LOSS not in row:
        listed = ", ".join(map(str, row))
        raise Unfit(f"{name} yielded a mapping of {listed or 'nothing'}: a loss must be among them, by the name loss")
    odd = next((key for key in row if not (isinstance(key, str) and METRIC.fullmatch(key))), None)
    if odd is not None:
        raise Unfit(f"{name} yielded a metric by the name {odd!r}: letters, digits, _, - and ., a letter first")
    if len(row) > MOST_METRICS:
        raise Unfit(f"{name} yielded {len(row):,} metrics: at most {MOST_METRICS}")
    return {key: _number(value, f"{name} yielded as {key}") for key, value in row.items()}


def _number(value: Any, what: str) -> float:
    """``value`` as a float: a number, or an array or tensor of one."""
    try:
        if isinstance(value, str | bytes | None):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, RuntimeError):
        raise Unfit(f"{what} {_kind(value)}, which is no number") from None
    except OverflowError:
        return math.copysign(math.inf, value)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def _finals(returned: Any, note: Callable[[str], None]) -> dict[str, float]:
    """Numbers by name; what is none is noted, for the run was long and is done."""
    if returned is None:
        return {}
    if not isinstance(returned, Mapping):
        note(f"what was returned is left out: {_kind(returned)}, and no mapping from names to numbers")
        return {}
    found: dict[str, float] = {}
    for name, value in returned.items():
        try:
            numbers = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value, dtype=np.float64)
        except (TypeError, ValueError, RuntimeError):
            note(f"{name} is left out of what was returned: {_kind(value)}, which is no number")
            continue
        if not (isinstance(name, str) and METRIC.fullmatch(name)):
            note(f"{name!r} is left out of what was returned: names are of letters, digits, _, - and .")
        elif numbers.size + len(found) > MOST_FINALS:
            note(f"{name} is left out of what was returned: a run keeps {MOST_FINALS} numbers")
        elif numbers.ndim == 0:
            found[name] = float(numbers)
        else:
            found |= {".".join([name, *map(str, at)]): float(each) for at, each in np.ndenumerate(numbers)}
    return found
