"""Train points in this process, whatever trains them: batches side by side, functions of a user's own one by one."""

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training import advance, function
from sweep.training.curve import Result
from sweep.training.in_process import in_process
from sweep.training.worth import Worth

SIGNALS = (signal.SIGINT, signal.SIGTERM)
"""By which a sweep is ended: a function may not leave it deaf to them."""


def compute(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
    """One result a point, in order: :func:`in_process` for all but training functions, which may fail by themselves.

    Raises
    ------
    Exception : whatever a model raises.
    """
    batched = [point for point in points if not isinstance(problems[point.task], Function)]
    worth = Worth(points, problems)
    with advance.part(worth.of(batched) / max(len(points), 1)):
        curves = iter(in_process(batched, problems) if batched else ())
    found: list[Result] = []
    for point in points:
        if isinstance(problem := problems[point.task], Function):
            with _apart(), advance.part(worth.of([point]) / len(points)):
                found.append(function.train(point, problem))
        else:
            found.append(next(curves))
    return found


@contextmanager
def _apart() -> Iterator[None]:
    """One thread of torch, as workers have it; and what a function switches for itself, the next one does not see."""
    threads, dtype, grad = torch.get_num_threads(), torch.get_default_dtype(), torch.is_grad_enabled()
    strict = torch.get_deterministic_debug_mode()
    numpy, folder, handlers = np.geterr(), Path.cwd(), [(each, signal.getsignal(each)) for each in SIGNALS]
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(grad)
        if torch.get_deterministic_debug_mode() != strict:  # Else for nothing: torch imports its compiler first.
            torch.use_deterministic_algorithms(strict > 0, warn_only=strict == 1)
        torch.set_flush_denormal(False)
        np.seterr(**numpy)
        os.chdir(folder)
        for each, handler in handlers:
            if signal.getsignal(each) is not handler:  # Set by the function, so this is the main thread.
                signal.signal(each, handler)
