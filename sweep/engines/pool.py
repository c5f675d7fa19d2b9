"""The driver's loop, the same for workers of every kind: chunks go out, results come in, lost workers are made good.

A chunk whose worker was lost is tried once more. Then it goes by halves, so that of many points the fatal one alone
fails, and all others are done.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

from sweep.engines.answer import Answer, Chunk, Lost, Partly
from sweep.engines.cut import Cutter
from sweep.plan.point import Point
from sweep.training.curve import Result
from sweep.training.execute import UnderWay, unheard

IN_FLIGHT = 2
"""Chunks a worker that are on their way, waiting or unread: one trains, and the next one is there when it is done."""


class Crew(Protocol):
    """Workers."""

    @property
    def size(self) -> int:
        """How many there are at most."""

    def give(self, chunk: Chunk) -> None:
        """Have ``chunk`` trained by whoever is free; returns at once."""

    def answer(self) -> tuple[Chunk, Answer | Partly]:
        """The next chunk that is done or lost, or is told to be done in part; waits for it."""


@dataclass
class Tally:
    """What a pool has done.

    Parameters
    ----------
    chunks, points : that are done.
    largest : points of the largest chunk.
    lost : how many times a worker was lost.
    """

    chunks: int = 0
    points: int = 0
    largest: int = 0
    lost: int = 0


def points_told(count: int) -> str:
    """So many points, as ``1 point``."""
    return f"{count:,} point{'s' * (count != 1)}"


def pooled(
    crew: Crew, cutter: Cutter, tally: Tally, under_way: UnderWay = unheard, *, at_once: bool = False
) -> Generator[list[tuple[Point, Result]]]:
    """Train all points that ``cutter`` cuts, by ``crew``.

    Parameters
    ----------
    at_once : yield an empty chunk first, once workers have what they begin with.

    Yields
    ------
    Chunks as they are done, each whole; at most :data:`IN_FLIGHT` a worker are there at a time.
    """
    again: deque[Chunk] = deque()
    flying: dict[int, float] = {}
    shares: dict[int, float] = {}
    while True:
        while len(flying) < IN_FLIGHT * crew.size:
            chunk = again.popleft() if again else Chunk(cutter.next())
            if not chunk.points:
                break
            crew.give(chunk)
            flying[chunk.number] = cutter.worth.of(chunk.points)
        if at_once:
            at_once = False
            yield []
        if not flying:
            return
        chunk, answer = crew.answer()
        if not isinstance(answer, Lost):
            shares[chunk.number] = answer.share if isinstance(answer, Partly) else 1.0
            under_way(sum(share * flying[number] for number, share in shares.items()))
        if isinstance(answer, Partly):
            continue
        del flying[chunk.number]
        shares.pop(chunk.number, None)
        if isinstance(answer, Lost):
            tally.lost += 1
            again.extend(parts := tried_again(chunk, answer))
            results: list[Result] = [] if parts else [answer.failure]
        else:
            cutter.learn(chunk.points, answer.seconds)
            results = answer.results
        if results:
            tally.chunks += 1
            tally.points += len(results)
            tally.largest = max(tally.largest, len(results))
            yield list(zip(chunk.points, results, strict=True))


def tried_again(chunk: Chunk, lost: Lost) -> list[Chunk]:
    """What is to be tried of a ``chunk`` whose worker was lost; nothing, where it was a single point, and last."""
    if lost.again and not chunk.tries:
        return [Chunk(chunk.points, tries=1)]
    if len(chunk.points) == 1:
        return []
    half = len(chunk.points) // 2
    # A single point, which is blamed alone, has both of its tries; of more, one is enough to go on with halves.
    return [Chunk(part, tries=int(len(part) > 1)) for part in (chunk.points[:half], chunk.points[half:])]
