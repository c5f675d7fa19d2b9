"""Train points in this process, whatever trains them: batches side by side, functions of a user's own one by one."""

from collections.abc import Mapping, Sequence

from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.problem.tensors import one_thread
from sweep.training import function
from sweep.training.curve import Result
from sweep.training.in_process import in_process


def compute(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
    """One result a point, in order: :func:`in_process` for all but training functions, which may fail by themselves.

    Raises
    ------
    Exception : whatever a model raises.
    """
    batched = [point for point in points if not isinstance(problems[point.task], Function)]
    curves = iter(in_process(batched, problems) if batched else ())
    found: list[Result] = []
    for point in points:
        if isinstance(problem := problems[point.task], Function):
            with one_thread():
                found.append(function.train(point, problem))
        else:
            found.append(next(curves))
    return found
