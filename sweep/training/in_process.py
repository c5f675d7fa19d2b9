"""The in-process engine: points in, curves out, everything that may share a tensor as one batch.

Which settings rows of a tensor share, and which runs are one trajectory read off at several epochs, is said where a
point is declared: :mod:`sweep.plan.point`.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from sweep.plan.point import Point, Value
from sweep.problem.problem import Problem, measured
from sweep.problem.task import Task
from sweep.problem.tensors import one_thread
from sweep.training import advance, gradients
from sweep.training.choice import optimizer_of
from sweep.training.curve import Curve, Floats
from sweep.training.descent import descend
from sweep.training.pace import Pace
from sweep.training.worth import Worth

Trajectory = tuple[Value | tuple[Value, ...], ...]


def in_process(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
    """Train ``points`` on this process's CPU or accelerator.

    Parameters
    ----------
    points : any mix of settings.
    problems : by task, at least those of the points.

    Returns
    -------
    One curve a point, in order, each with the bits it would have alone.
    """
    batches: dict[Trajectory, list[int]] = defaultdict(list)
    for number, point in enumerate(points):
        batches[point.batch].append(number)
    curves: dict[int, Curve] = {}
    worth = Worth(points, problems)
    with one_thread():
        for numbers in batches.values():
            batch = [points[number] for number in numbers]
            with advance.part(worth.of(batch) / len(points)):
                curves.update(zip(numbers, _train(batch, problems[batch[0].task]), strict=True))
    return [curves[number] for number in range(len(points))]


def _train(points: Sequence[Point], problem: Problem) -> Iterator[Curve]:
    """Curves of points of one batch."""
    trajectories = [point.trajectory for point in points]
    longest: dict[Trajectory, Point] = {}
    for trajectory, point in zip(trajectories, points, strict=True):
        if trajectory not in longest or point.epochs > longest[trajectory].epochs:
            longest[trajectory] = point
    rows = sorted(longest.values(), key=lambda point: -point.epochs)
    objective = problem.objective(rows)
    found = descend(
        objective,
        Pace.of(rows, objective.start, objective.samples),
        epochs=[row.epochs for row in rows],
        stops=sorted({point.epochs for point in points}),
        loss_and_slope=gradients.of(rows[0]),
        optimizer=optimizer_of(rows, objective.start),
    )
    histories = _by_row(found.losses)
    watched = {name: _by_row(values) for name, values in found.watched.items()}
    row_of = {row.trajectory: number for number, row in enumerate(rows)}
    ends = {
        each.epoch: (_doubles(each.params), each.final_loss.tolist(), each.stalled.tolist()) for each in found.stops
    }
    last = {each.epoch: {name: values.cpu().numpy() for name, values in each.watched.items()} for each in found.stops}
    curves = []
    for trajectory, point in zip(trajectories, points, strict=True):
        row = row_of[trajectory]
        parameters, final_loss, stalled = ends[point.epochs]
        followed = {
            name: np.append(values[row, : point.epochs], last[point.epochs][name][row])
            for name, values in watched.items()
        }
        trained = dict(objective.trained)
        if trained:
            trained["still"] = min(found.still[row], point.epochs)
        history, end = histories[row, : point.epochs], parameters[row]
        curves.append(Curve(history, end, final_loss[row], stalled[row], followed, trained=trained))
    dividers = {each.epoch: each.preconditioner for each in found.stops}
    divided: list[NDArray[np.float64] | None] = [
        None if (all_rows := dividers[point.epochs]) is None else all_rows[row_of[trajectory]].double().cpu().numpy()
        for trajectory, point in zip(trajectories, points, strict=True)
    ]
    for curve, measures in zip(curves, _measured(problem, points, curves, divided), strict=True):
        yield replace(curve, measured=measures)


def _measured(
    problem: Problem, points: Sequence[Point], curves: Sequence[Curve], divided: Sequence[NDArray[np.float64] | None]
) -> Sequence[Mapping[str, float]]:
    """What the problem says of where runs ended, by what slopes were divided by there."""
    unknown: Mapping[str, float] = dict.fromkeys(measured(problem, points[0]), math.nan)
    found = [unknown] * len(points)
    ended = [
        number
        for number, curve in enumerate(curves)
        if unknown and math.isfinite(curve.final_loss) and np.isfinite(curve.parameters).all()
    ]
    if ended:
        ends = [curves[number].parameters for number in ended]
        told = problem.measure_all([points[number] for number in ended], ends, [divided[number] for number in ended])
        for number, one in zip(ended, told, strict=True):
            found[number] = {name: one.get(name, math.nan) for name in unknown}
    return found


def _doubles(rows: torch.Tensor) -> "list[array[float]]":
    """A row each, exactly, in 8 bytes a number."""
    return [array("d", row.tobytes()) for row in rows.double().cpu().numpy()]


def _by_row(values: torch.Tensor) -> Floats:
    """On the CPU, a row of ``values`` a point."""
    found: Floats = values.T.contiguous().cpu().numpy()
    return found
