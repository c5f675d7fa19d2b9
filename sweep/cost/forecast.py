"""What a sweep takes by each engine, from what was measured: the engines' own loops, against a clock of its own."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sweep.cost.rates import Rates
from sweep.engines.answer import Answer, Chunk, Done
from sweep.engines.cut import SECONDS, Cutter
from sweep.engines.pool import Tally, pooled
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.curve import Failure
from sweep.training.execute import bounds

NOTHING = Failure("", "")


@dataclass(frozen=True)
class Sweep:
    """What is to be done, and what is known of it.

    Parameters
    ----------
    start : seconds until the first point could train: planning, looking what is done, making a store.
    making : and until one trains in a process: torch is brought in, models are made.
    each : seconds that the driver takes to write a run. report : and at the end.
    opening : seconds of ``start`` in which workers of this machine start already, as a new store is made.
    """

    points: Sequence[Point]
    problems: Mapping[Task, Problem]
    rates: Rates
    start: float
    making: float
    each: float
    report: float
    opening: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """Of an engine.

    Parameters
    ----------
    workers : 0 where the driver trains.
    seconds : in all. training, tracking : of them all processes together, and the driver.
    chunks, largest : how many there are, and of how many points the largest is.
    epochs : of the points of a chunk together, at most.
    """

    workers: int
    seconds: float
    training: float
    tracking: float
    chunks: int
    largest: int
    epochs: int


def here(sweep: Sweep) -> Forecast:
    """Trained by the driver, chunk by chunk."""
    parts = list(chunks(sweep.points, *bounds(sweep.problems)))
    training, tracking = sum(map(sweep.rates.seconds, parts)), len(sweep.points) * sweep.each
    seconds = sweep.start + sweep.making + training + tracking + sweep.report
    return Forecast(0, seconds, training, tracking, len(parts), max(map(len, parts)), max(map(_epochs, parts)))


def by_workers(
    sweep: Sweep, workers: int, cores: int, timeout: float | None = None, lasts: float = SECONDS
) -> Forecast:
    """Trained by ``workers`` of a machine with so many ``cores``, as :mod:`sweep.engines.processes` has it.

    Parameters
    ----------
    timeout : seconds after which a point is ended. lasts : seconds that a chunk is to take.
    """
    crew = Simulated(workers, sweep.rates.seconds, max(sweep.making - sweep.opening, 0.0))
    tally, tracking = Tally(), 0.0
    cutter = Cutter.within(sweep.points, sweep.problems, workers, timeout, lasts)
    longest = 0
    for chunk in pooled(crew, cutter, tally):
        crew.now += (taken := len(chunk) * sweep.each)
        tracking += taken
        longest = max(longest, _epochs([point for point, _ in chunk]))
    starting = max(crew.started * sweep.making - (cores - 1) * sweep.opening, 0.0)
    busy = starting + crew.training + tracking
    seconds = sweep.start + max(crew.now, busy / cores) + sweep.report  # The driver needs a core as well.
    return Forecast(crew.started, seconds, crew.training, tracking, tally.chunks, tally.largest, longest)


def _epochs(points: Sequence[Point]) -> int:
    return sum(point.epochs for point in points)


class Simulated:
    """A :class:`sweep.engines.pool.Crew` that trains nothing, and says when it would have been through.

    Parameters
    ----------
    seconds : that a chunk takes. making : until a worker is ready for its first.
    """

    def __init__(self, size: int, seconds: Callable[[Sequence[Point]], float], making: float) -> None:
        self.size, self._seconds, self._making = size, seconds, making
        self.now, self.training, self.started = 0.0, 0.0, 0
        self._free: list[float] = []
        self._done: list[tuple[float, int, Chunk, float]] = []
        self._given = 0

    def give(self, chunk: Chunk) -> None:
        """Whoever is free first has it."""
        if self.started < self.size:
            self.started += 1
            heapq.heappush(self._free, self.now + self._making)
        taken = self._seconds(chunk.points)
        end = max(heapq.heappop(self._free), self.now) + taken
        heapq.heappush(self._free, end)
        self._given += 1
        heapq.heappush(self._done, (end, self._given, chunk, taken))
        self.training += taken

    def answer(self) -> tuple[Chunk, Answer]:
        """The next one that is done; it is then, or later where the driver was not through with the one before."""
        end, _, chunk, taken = heapq.heappop(self._done)
        self.now = max(self.now, end)
        return chunk, Done([NOTHING] * len(chunk.points), taken)
