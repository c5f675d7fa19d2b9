"""Kinds of points: those that may share a tensor, so that what some of them take says what the others do."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.worth import labour

T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """Points that may share a tensor.

    Parameters
    ----------
    name : see :attr:`sweep.plan.derived.Derived.batch`.
    labour : of training them all, as engines compare points of a sweep.
    """

    name: tuple[Any, ...]
    points: Sequence[Point]
    labour: int

    @property
    def epochs(self) -> int:
        """Of all its points."""
        return sum(point.epochs for point in self.points)


def kinds_of(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Kind]:
    """The kinds of ``points``, that with the most labour first."""
    found: dict[tuple[Any, ...], list[Point]] = defaultdict(list)
    for point in points:
        found[point.batch].append(point)
    all_kinds = (
        Kind(name, own, sum(labour(problems[point.task]) * point.epochs for point in own))
        for name, own in found.items()
    )
    return sorted(all_kinds, key=lambda kind: -kind.labour)


def some(items: Sequence[T], count: int) -> list[T]:
    """``count`` of ``items`` or all, in their order: drawn, as every n-th might be all of one value of an axis."""
    if count >= len(items):
        return list(items)
    return [items[number] for number in sorted(random.Random(0).sample(range(len(items)), count))]
