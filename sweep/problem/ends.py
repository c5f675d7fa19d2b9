"""What is told of the parameters that a run ends at: of few each number, of many a length of each tensor.

The exact numbers, however many, are in the parts of the store.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise

from sweep.problem.problem import Problem, parameter_count, parameter_names

MOST_NAMED = 16
"""Numbers that have a name each."""


def names(problem: Problem, most: int = MOST_NAMED) -> tuple[str, ...]:
    """What :func:`told` tells of, in order: ``w.0``, ``w.1``, ``b``; of more than ``most``, ``w.norm``, ``b``."""
    if parameter_count(problem) <= most:
        return parameter_names(problem)
    return tuple(f"{name}.norm" if shape else name for name, shape in problem.shapes.items())


def told(problem: Problem, parameters: Sequence[float], most: int = MOST_NAMED) -> dict[str, float]:
    """By name, each of ``parameters``; of more than ``most``, the root of the sum of squares of each tensor.

    What is one number tells that number in either case. Nan where a number of the tensor is nan.
    """
    if len(parameters) <= most:
        return dict(zip(names(problem, most), parameters, strict=True))
    ends = accumulate(map(math.prod, problem.shapes.values()), initial=0)
    parts = [parameters[first:end] for first, end in pairwise(ends)]
    values = [_norm(part) if shape else part[0] for part, shape in zip(parts, problem.shapes.values(), strict=True)]
    return dict(zip(names(problem, most), values, strict=True))


def _norm(numbers: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, numbers)) else math.hypot(*numbers)  # Of inf and nan, hypot is inf.
