"""Walk the plan in chunks through what computes them, find the point that fails, and hand every chunk on whole.

In come points and a function; out go chunks of results, in order. What is done with a chunk, such as
tracking it, is the receiver's.
"""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from time import perf_counter

from sweep.errors import raised
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import Problem, parameter_count
from sweep.problem.task import Task
from sweep.settings.schema import ProblemKind
from sweep.training import advance
from sweep.training.curve import Compute, Failure, Result
from sweep.training.worth import Worth, labour

CHUNK_LOSSES = 4_000_000
"""Losses a chunk may hold (32 MB in float64): what bounds memory, however large the plan."""

CHUNK_PARAMETERS = 4_000_000
"""Parameters that a chunk may hold: each is in several tensors while it trains, and 8 bytes while it is handed on."""

CHUNK_WORK = 10**12
"""Multiplications of a chunk of models, some 30 seconds of a core: what is lost at most where a process is killed."""

CHUNK_READINGS = 4_000_000
"""Readings times points that a chunk may hold: several tensors of this size are alive in an update."""

UnderWay = Callable[[float], None]
"""Is told how many points' worth is trained of what has not been handed on: now and then, and with each chunk."""

SECONDS = 2.0
"""After which results of points that train one by one are handed on."""


def unheard(points: float) -> None:
    """Nobody is told."""


def execute(
    points: Sequence[Point],
    problems: Mapping[Task, Problem],
    compute: Compute,
    jobs: bool = False,
    under_way: UnderWay = unheard,
) -> Generator[list[tuple[Point, Result]]]:
    """Train ``points`` chunk by chunk, each of at least one point and within the bounds above.

    Parameters
    ----------
    jobs : points of training functions are handed to ``compute`` together as well, which trains them side by side.

    Yields
    ------
    A list of pairs a chunk, in the order of ``points``. A point whose training raises, alone, is a ``Failure``;
    a chunk that raises is halved until that point is found, and the others keep their curves.
    """
    worth = Worth(points, problems)

    def trained(some: Sequence[Point], before: float = 0.0) -> list[tuple[Point, Result]]:
        own = worth.of(some)
        with advance.heard(lambda share: under_way(before + own * share)):
            results = isolated(some, problems, compute)
        under_way(before + own)
        return list(zip(some, results, strict=True))

    for chunk in chunks(points, *bounds(problems)):
        for alone, group in groupby(chunk, lambda point: not jobs and point.problem is ProblemKind.function):
            if alone:
                yield from _one_by_one(group, worth, trained)
            else:
                yield trained([*group])


def _one_by_one(
    points: Iterable[Point], worth: Worth, trained: Callable[[Sequence[Point], float], list[tuple[Point, Result]]]
) -> Generator[list[tuple[Point, Result]]]:
    """As many as are done in :data:`SECONDS` at a time: each may take long, and what is done is handed on."""
    done: list[tuple[Point, Result]] = []
    begun, before = perf_counter(), 0.0
    for point in points:
        done += trained([point], before)
        before += worth.of([point])
        if perf_counter() - begun > SECONDS:
            yield done
            done, begun, before = [], perf_counter(), 0.0
    if done:
        yield done


def bounds(problems: Mapping[Task, Problem]) -> tuple[tuple[Callable[[Point], int], int], ...]:
    """Of a chunk, for :func:`sweep.plan.chunks.chunks`."""
    sizes = {task: _sizes(problem) for task, problem in problems.items()}
    return (
        (lambda point: point.epochs, CHUNK_LOSSES),
        (lambda point: max(sizes[point.task][0], _ordered(point, problems)), CHUNK_READINGS),
        (lambda point: sizes[point.task][1], CHUNK_PARAMETERS),
        (lambda point: sizes[point.task][2] * point.epochs, CHUNK_WORK),
    )


def _sizes(problem: Problem) -> tuple[int, int, int]:
    """Of a point: readings in its tensors, parameters, and multiplications of an update.

    A model, whose work is known, has the readings of a tile at a time.
    """
    return 0 if problem.work else problem.prepared.inputs.size, parameter_count(problem), problem.work


def _ordered(point: Point, problems: Mapping[Task, Problem]) -> int:
    """How many samples a point has in an order of its own, each epoch another."""
    return len(problems[point.task].prepared.targets) if point.batch_size else 0


def isolated(chunk: Sequence[Point], problems: Mapping[Task, Problem], compute: Compute) -> list[Result]:
    """What ``compute`` brings of each point of ``chunk``, in order; a failure of each that raises, alone.

    Each says how long it took, as :class:`sweep.training.curve.Curve` has it.
    """
    begun = perf_counter()
    try:
        results = list(compute(chunk, problems))
        if len(results) != len(chunk):
            raise RuntimeError(f"the engine returned {len(results)} results for {len(chunk)} points")
        return _timed(chunk, problems, results, perf_counter() - begun)
    except raised() as error:  # The run of its point keeps what it was.
        if len(chunk) == 1:
            return [replace(Failure.of(error), seconds=perf_counter() - begun)]
    half = len(chunk) // 2  # The time until it raised is nobody's.
    found: list[Result] = []
    for some in (chunk[:half], chunk[half:]):
        with advance.part(len(some) / len(chunk)):
            found += isolated(some, problems, compute)
    return found


def _timed(
    chunk: Sequence[Point], problems: Mapping[Task, Problem], results: Sequence[Result], seconds: float
) -> list[Result]:
    """``results``, of which each has its part of ``seconds``, but those that a worker has told of already."""
    labours = {task: labour(problems[task]) for task in {point.task for point in chunk}}
    works = [labours[point.task] * point.epochs for point in chunk]
    each = seconds / (sum(works) or 1)
    return [
        result if result.seconds else replace(result, seconds=each * work)
        for result, work in zip(results, works, strict=True)
    ]
