"""Engine *processes*: the cores of this machine, a process each.

Each worker has a thread in the driver that speaks with it, so that chunks go and come while the driver writes what is
done. Workers are in sessions of their own: a Ctrl-C in the terminal is the driver's alone, and what a model has
started ends with its worker.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from multiprocessing import Pipe
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from sweep.engines.answer import Answer, Chunk, Done, Lost
from sweep.engines.cut import SECONDS, Cutter
from sweep.engines.pool import Tally, pooled
from sweep.engines.work import Kit
from sweep.engines.worker import Ready
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.curve import Result
from sweep.training.devices import refuse_missing

START = "import sys; fd, *sys.path = sys.argv[1:]; from sweep.engines.worker import main; main(int(fd))"
"""What a worker's Python runs: modules are found where the driver finds them, and in that order."""

PREPARING = 60.0
"""Seconds, or as many as a point may take if that is more, that models of a chunk may take to be made and tried."""

GRACE = 5.0
"""Seconds that a worker which has let go of its pipe may take to end by itself, so that its exit code is its own."""

STARTS = 3
"""Workers in a row that may end before they are ready; then something is wrong with all of them."""


class Processes:
    """See :class:`sweep.engines.engine.Engine`.

    Parameters
    ----------
    size : how many workers there are at most.
    timeout : seconds after which a point is ended; None: never.
    """

    def __init__(self, size: int, timeout: float | None = None) -> None:
        self.size, self.timeout = size, timeout
        self.told = ""
        self.workers: list[dict[str, Any]] = []

    def check(self, points: Sequence[Point]) -> None:
        """Ask a worker for the devices, where points name one beside the CPU."""
        if {point.device for point in points} != {"cpu"}:
            worker = Worker(pickle.dumps(Kit({}, {})))
            try:
                refuse_missing(points, worker.started().devices)
            except (EOFError, OSError):
                raise worker.stillborn() from None
            finally:
                worker.end()

    def run(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> Generator[list[tuple[Point, Result]]]:
        """Train ``points`` by as many workers as they need, which live until it is through or closed."""
        tally, seconds = Tally(), min(SECONDS, (self.timeout or SECONDS) / 2)
        with closing(Crew(self.size, pickle.dumps(Kit.of(problems)), self.timeout)) as crew:
            try:
                yield from pooled(crew, Cutter(points, problems, self.size, seconds), tally)
            finally:
                self._tell(crew.known(), tally)

    def _tell(self, workers: list[dict[str, Any]], tally: Tally) -> None:
        self.workers = workers
        if tally.chunks:
            count = sum(each["count"] for each in workers)
            lost = f"; workers lost: {tally.lost:,}" if tally.lost else ""
            self.told = f"Workers: {count:,}; chunks: {tally.chunks:,}, of up to {tally.largest:,} points{lost}."


class Crew:
    """See :class:`sweep.engines.pool.Crew`; to be closed.

    Parameters
    ----------
    kit : a pickled :class:`sweep.engines.work.Kit`.
    """

    def __init__(self, size: int, kit: bytes, timeout: float | None) -> None:
        self.size, self._kit, self._timeout = size, kit, timeout
        self._chunks: SimpleQueue[Chunk | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Chunk, Answer] | BaseException] = SimpleQueue()
        self._threads: list[Thread] = []
        self._at_work: list[Worker] = []
        self._abouts: list[dict[str, Any]] = []
        self._lock = Lock()
        self._closed = False

    def give(self, chunk: Chunk) -> None:
        """See :meth:`sweep.engines.pool.Crew.give`."""
        self._chunks.put(chunk)
        if len(self._threads) < self.size:
            self._threads.append(thread := Thread(target=self._serve, daemon=True))
            thread.start()

    def answer(self) -> tuple[Chunk, Answer]:
        """See :meth:`sweep.engines.pool.Crew.answer`."""
        found = self._answers.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def known(self) -> list[dict[str, Any]]:
        """What workers said of themselves, each kind with its ``count``: of those that were lost, too."""
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
        worker: Worker | None = None
        try:
            while (chunk := self._chunks.get()) and not self._closed:
                worker = worker or self._started()
                answer = worker.train(chunk.points, self._timeout)
                if isinstance(answer, Lost):
                    self._end(worker)
                    worker = None
                self._answers.put((chunk, answer))
        except BaseException as error:  # It is the driver's, who waits for an answer.
            self._answers.put(error)
        finally:
            if worker:
                self._end(worker)

    def _started(self) -> "Worker":
        for _ in range(STARTS):
            with self._lock:
                if self._closed:
                    raise EOFError
                self._at_work.append(worker := Worker(self._kit))
            try:
                self._abouts.append(worker.started().about)
            except (EOFError, OSError):
                self._end(worker)
            else:
                return worker
        raise worker.stillborn()

    def _end(self, worker: "Worker") -> None:
        worker.end()
        with self._lock:
            self._at_work.remove(worker)


class Worker:
    """A process that trains: :mod:`sweep.engines.worker`.

    Parameters
    ----------
    kit : a pickled :class:`sweep.engines.work.Kit`.
    """

    def __init__(self, kit: bytes) -> None:
        self._kit = kit
        self._connection, theirs = Pipe()
        with theirs:
            command = [sys.executable, "-c", START, str(theirs.fileno()), *map(str, sys.path)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
            )

    def started(self) -> Ready:
        """What it says of itself, once it is ready; raises EOFError or OSError where it is gone."""
        self._connection.send_bytes(self._kit)
        found: Ready = self._connection.recv()
        return found

    def train(self, points: Sequence[Point], timeout: float | None) -> Answer:
        """Have ``points`` trained, each within ``timeout`` seconds: a chunk that takes longer is lost."""
        try:
            self._connection.send(points)
            if not self._connection.poll(timeout and max(timeout, PREPARING)):
                return Lost("TimeLimit", f"making its model took longer than {max(timeout or 0, PREPARING):g} s", False)
            self._connection.recv()
            if not self._connection.poll(timeout):
                return Lost("TimeLimit", f"it took longer than training.timeout={timeout:g} s", again=False)
            return Done(*self._connection.recv())
        except (EOFError, OSError):
            return Lost("WorkerDied", f"the process that trained it {self._ending()}, each time", again=True)

    def stillborn(self) -> BadInput:
        """The message where it ended before it was ready."""
        return BadInput(
            f"hydra/launcher=processes: a worker {self._ending()} before it was ready",
            "processes that can import torch, and memory for each",
            "give fewer hydra.launcher.workers=…, or leave hydra/launcher out",
        )

    def kill(self) -> None:
        """End it, and what was started in it, at once."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """The same, and forget it."""
        self.kill()
        self._process.wait()
        self._connection.close()

    def _ending(self) -> str:
        """How it ended, as a sentence goes on."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        code = self._process.returncode
        if code is None:
            return "let go of its pipe"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
