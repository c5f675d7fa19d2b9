"""Walk the plan in chunks through an engine, find the point that fails, and hand every chunk on whole.

In come points and an engine (a function); out go chunks of results, in order. What is done with a chunk, such as
tracking it, is the receiver's.
"""

from collections.abc import Iterator, Mapping, Sequence

from sweep.curve import Engine, Failure, Result
from sweep.data import Readings
from sweep.plan import Point

CHUNK_LOSSES = 4_000_000
"""Losses a chunk may hold (32 MB in float64): what bounds memory, however large the plan."""

CHUNK_READINGS = 4_000_000
"""Readings times points that a chunk may hold: several tensors of this size are alive in an update."""


def execute(
    points: Sequence[Point], readings: Mapping[str, Readings], engine: Engine
) -> Iterator[list[tuple[Point, Result]]]:
    """Train ``points`` chunk by chunk.

    Yields
    ------
    A list of pairs a chunk, in the order of ``points``. A point whose training raises, alone, is a ``Failure``;
    a chunk that raises is halved until that point is found, and the others keep their curves.
    """
    for chunk in chunks(points, readings):
        yield list(zip(chunk, _isolate(chunk, readings, engine), strict=True))


def chunks(points: Sequence[Point], readings: Mapping[str, Readings]) -> Iterator[Sequence[Point]]:
    """Cut ``points`` into runs of at least one point that stay within the two bounds above."""
    start = losses = samples = 0
    for place, point in enumerate(points):
        n_samples = len(readings[point.data].inputs)
        if place > start and (losses + point.epochs > CHUNK_LOSSES or samples + n_samples > CHUNK_READINGS):
            yield points[start:place]
            start, losses, samples = place, 0, 0
        losses += point.epochs
        samples += n_samples
    if points:
        yield points[start:]


def _isolate(chunk: Sequence[Point], readings: Mapping[str, Readings], engine: Engine) -> list[Result]:
    try:
        results = list(engine(chunk, readings))
        if len(results) != len(chunk):
            raise RuntimeError(f"the engine returned {len(results)} results for {len(chunk)} points")
        return results
    except Exception as error:  # An engine may raise anything; it is kept on the run of the point that raised it.
        if len(chunk) == 1:
            return [Failure.of(error)]
    half = len(chunk) // 2
    return _isolate(chunk[:half], readings, engine) + _isolate(chunk[half:], readings, engine)
