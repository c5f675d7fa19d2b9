"""The order in which points are cut into chunks: those that share tensors lie together, so that tiles are full.

Bits do not depend on it: a point has its own place in any company. What it costs does: a tile with one point takes as
long as a full one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sweep.models.tile import rows_of
from sweep.plan.point import Point
from sweep.problem.network import seat
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import ProblemKind

TILE = 32
"""Points of a tile of what is no model: :data:`sweep.problem.by_tile.TILE`, which would bring torch."""

Runs = list[Point]
"""Points of one trajectory: they differ in epochs alone, and cost what the longest does."""


def tile_of(point: Point, problem: Problem) -> int:
    """How many points of its kind share a tile."""
    if point.problem is ProblemKind.function:
        return 1
    if problem.facts and problem.facts.one_by_one:
        return 1
    return rows_of(problem.work, point.device.partition(":")[0]) if problem.work else TILE


def in_tiles(points: Sequence[Point], problems: Mapping[Task, Problem]) -> tuple[Sequence[Point], Sequence[int]]:
    """``points`` in the order in which they are cut, and after how many of them a chunk may end; the last is after all.

    Of what is no model they stay as they are: there a row costs little, and finding its mates more.
    """
    if not any(problem.work for problem in problems.values()):
        tile = tile_of(points[0], problems[points[0].task]) if points else 1
        return points, range(tile, len(points) + tile, tile)
    ordered: list[Point] = []
    ends: list[int] = []
    for rows in _batches(points, problems):
        problem = problems[rows[0][0].task]
        tile = tile_of(rows[0][0], problem)
        for number, runs in enumerate(_seated(rows, problem), start=1):
            ordered += runs
            if number % tile == 0 or number == len(rows):
                ends.append(len(ordered))
    return ordered, ends


def _batches(points: Sequence[Point], problems: Mapping[Task, Problem]) -> Iterator[list[Runs]]:
    """Rows of one tensor each, as far as they may share its tiles, in the order of their first points."""
    batches: dict[Any, dict[Any, Runs]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        seed, _ = seat(problems[point.task], point)
        batches[point.batch, seed][point.trajectory].append(point)
    for rows in batches.values():
        yield list(rows.values())


def _seated(rows: list[Runs], problem: Problem) -> list[Runs]:
    """The longest first, as a tile lasts as long as its longest; of those, one for each kind of place, and so on."""
    seats: Counter[tuple[int, int]] = Counter()
    ranks = []
    for runs in rows:
        epochs = max(point.epochs for point in runs)
        kind = epochs, seat(problem, runs[0])[1]
        ranks.append((-epochs, seats[kind]))
        seats[kind] += 1
    return [rows[number] for number in sorted(range(len(rows)), key=ranks.__getitem__)]
