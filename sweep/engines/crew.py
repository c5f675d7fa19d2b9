"""Workers of an engine, wherever they are: a thread of the driver speaks with each, and replaces one that is lost.

So chunks go and come while the driver writes what is done.
"""

from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Protocol

from sweep.engines import pool
from sweep.engines.answer import Answer, Chunk, Lost, Partly
from sweep.engines.cut import Cutter
from sweep.engines.pool import Tally, points_told, pooled
from sweep.engines.worker import Ready
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.training.advance import Hear
from sweep.training.curve import Result
from sweep.training.execute import UnderWay

EARLY = 4
"""Workers at most that are started before it is known how many there are chunks for: each has 300 MB or so."""

STARTS = 3
"""Workers in a row that may end before they are ready; then something is wrong with all of them."""


class Workman(Protocol):
    """What a crew has of a worker, wherever that is."""

    def started(self) -> Ready:
        """What it says of itself, once it is ready; raises EOFError or OSError where it is gone."""

    def train(self, points: Sequence[Point], timeout: float | None, hear: Hear) -> Answer:
        """Have ``points`` trained, each within ``timeout`` seconds: a chunk that takes longer is lost.

        Meanwhile ``hear`` is told how much of it is done.
        """

    def stillborn(self) -> BadInput:
        """The message where it ended before it was ready."""

    def kill(self) -> None:
        """End it, and what was started in it, at once."""

    def end(self) -> None:
        """The same, and forget it."""


class Hands(pool.Crew, Protocol):
    """A crew that knows who is in it."""

    def known(self) -> list[dict[str, Any]]:
        """What workers said of themselves, each kind with its ``count``: of those that were lost, too."""


class Staffed:
    """What engines with workers have in common.

    Parameters
    ----------
    timeout : seconds after which a point is ended; None: never.
    """

    def __init__(self, timeout: float | None) -> None:
        self.timeout = timeout
        self.told = ""
        self.workers: list[dict[str, Any]] = []

    def early(self, settings: Sequence[Settings], most: int) -> int:
        """How many workers may be started before points are known, of ``most``; none, where some may need a GPU."""
        return min(most, len(settings), EARLY) if {each.device for each in settings} == {"cpu"} else 0

    def shared_out(
        self,
        points: Sequence[Point],
        problems: Mapping[Task, Problem],
        crew: Hands,
        under_way: UnderWay,
        *,
        at_once: bool = False,
    ) -> Generator[list[tuple[Point, Result]]]:
        """Train ``points`` by ``crew``; see :func:`sweep.engines.pool.pooled`."""
        tally, cutter = Tally(), Cutter.within(points, problems, crew.size, self.timeout)
        try:
            for chunk in pooled(crew, cutter, tally, under_way, at_once=at_once):
                self.told = cutter.told
                yield chunk
        finally:
            self._tell(crew.known(), tally)

    def _tell(self, workers: list[dict[str, Any]], tally: Tally) -> None:
        self.workers = workers
        if tally.chunks:
            count = sum(each["count"] for each in workers)
            lost = f"; workers lost: {tally.lost:,}" if tally.lost else ""
            self.told = f"Workers: {count:,}; chunks: {tally.chunks:,}, of up to {points_told(tally.largest)}{lost}."


class Crew:
    """See :class:`Hands`; its workers live until it is closed.

    Parameters
    ----------
    make : begins to start a worker.
    """

    def __init__(self, size: int, make: Callable[[], Workman], timeout: float | None) -> None:
        self.size, self._make, self._timeout = size, make, timeout
        self._chunks: SimpleQueue[Chunk | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Chunk, Answer | Partly] | BaseException] = SimpleQueue()
        self._threads: list[Thread] = []
        self._at_work: list[Workman] = []
        self._abouts: list[Mapping[str, str]] = []
        self._lock = Lock()
        self._closed = False

    def give(self, chunk: Chunk) -> None:
        """See :meth:`sweep.engines.pool.Crew.give`."""
        self._chunks.put(chunk)
        if len(self._threads) < self.size:
            self._threads.append(thread := Thread(target=self._serve, daemon=True))
            thread.start()

    def answer(self) -> tuple[Chunk, Answer | Partly]:
        """See :meth:`sweep.engines.pool.Crew.answer`."""
        found = self._answers.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def known(self) -> list[dict[str, Any]]:
        """See :meth:`Hands.known`."""
        kinds = Counter(tuple(each.items()) for each in self._abouts)
        return [dict(kind) | {"count": min(count, self.size)} for kind, count in kinds.items()]

    def close(self) -> None:
        """End all workers, at work or not."""
        with self._lock:
            self._closed = True
            for worker in self._at_work:
                worker.kill()
        for _ in self._threads:
            self._chunks.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        """What a thread does: have a worker, and another one where that is lost, until there is no more to do."""
        worker: Workman | None = None
        try:
            # First: one that waits for its place in a cluster keeps no chunk from the others.
            worker, about = self._started()
            while (chunk := self._chunks.get()) and not self._closed:
                if not worker:
                    worker, about = self._started()
                answer = worker.train(chunk.points, self._timeout, partial(self._hear, chunk))
                if isinstance(answer, Lost):
                    answer = replace(answer, where=about)
                    self._end(worker)
                    worker = None
                self._answers.put((chunk, answer))
        except BaseException as error:  # It is the driver's, who waits for an answer.
            self._answers.put(error)
        finally:
            if worker:
                self._end(worker)

    def _hear(self, chunk: Chunk, share: float) -> None:
        self._answers.put((chunk, Partly(share)))

    def _started(self) -> tuple[Workman, Mapping[str, str]]:
        """A worker, and what it says of itself."""
        for _ in range(STARTS):
            with self._lock:
                if self._closed:
                    raise EOFError
                self._at_work.append(worker := self._make())
            try:
                about = worker.started().about
            except (EOFError, OSError):
                self._end(worker)
            else:
                self._abouts.append(about)
                return worker, about
        raise worker.stillborn()

    def _end(self, worker: Workman) -> None:
        worker.end()
        with self._lock:
            self._at_work.remove(worker)
