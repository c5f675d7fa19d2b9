"""Engine *processes*: the cores of this machine, a process each.

Workers are in sessions of their own: a Ctrl-C in the terminal is the driver's alone, and what a model has started ends
with its worker.
"""

import os
import pickle
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from itertools import cycle, islice
from multiprocessing import Pipe
from time import monotonic
from typing import IO

from sweep.engines import cores, gpus
from sweep.engines.answer import Answer, Done, Lost
from sweep.engines.crew import Crew, Staffed
from sweep.engines.work import Kit
from sweep.engines.worker import Ready
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.training import captured
from sweep.training.advance import Hear
from sweep.training.curve import Result
from sweep.training.devices import refuse_missing
from sweep.training.execute import UnderWay, unheard

START = "import sys; *fds, sys.path = *sys.argv[1:4], sys.argv[4:]; from sweep.engines.worker import main; main(*fds)"
"""What a worker's Python runs: modules are found where the driver finds them, and in that order."""

PREPARING = 60.0
"""Seconds, or as many as a point may take if that is more, that models of a chunk may take to be made and tried."""

Trained = list[tuple[Point, Result]]

GRACE = 5.0
"""Seconds that a worker which has let go of its pipe may take to end by itself, so that its exit code is its own."""


@cache
def _alive() -> int:
    """The one end of a pipe whose other end is closed once this process ends, however that happens."""
    return os.pipe()[0]


class Processes(Staffed):
    """See :class:`sweep.engines.engine.Engine`.

    Parameters
    ----------
    asked : how many workers there are at most; None: one for each core, or for each GPU that points name.
    timeout : seconds after which a point is ended; None: never.

    Attributes
    ----------
    devices : GPUs that a worker has found.
    """

    def __init__(self, asked: int | None, timeout: float | None = None) -> None:
        super().__init__(timeout)
        self.asked, self.devices = asked, 0
        self._early: list[Worker] = []
        self._begun: tuple[Sequence[Point], Generator[Trained]] | None = None
        self._heard: UnderWay = unheard

    def prepare(self, settings: Sequence[Settings]) -> None:
        """Start some workers: they bring in torch while the driver opens its store."""
        if not self._early:
            count = self.early(settings, self.asked or cores.cores())
            self._early += (Worker() for _ in range(count))

    def begin(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        """Workers have their first chunks while the driver opens its store."""
        self._begun = points, (chunks := self._trained(points, problems, at_once=True))
        next(chunks)

    def close(self) -> None:
        """End those that had nothing to do, and what was begun in vain."""
        if self._begun:
            self._begun[1].close()
            self._begun = None
        while self._early:
            self._early.pop().end()

    def check(self, points: Sequence[Point]) -> None:
        """Ask a worker for the devices, where points name one beside the CPU."""
        cores.workers(self.asked)
        if {point.device for point in points} != {"cpu"}:
            worker = Worker(pickle.dumps(Kit({}, {})))
            try:
                self.devices = worker.started().devices
                refuse_missing(points, self.devices)
            except (EOFError, OSError):
                raise worker.stillborn() from None
            finally:
                worker.end()

    def run(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], under_way: UnderWay = unheard
    ) -> Generator[Trained]:
        """See :meth:`sweep.engines.crew.Staffed.shared_out`."""
        self._heard = under_way
        if self._begun and list(self._begun[0]) == list(points):
            (_, chunks), self._begun = self._begun, None
        else:
            chunks = self._trained(points, problems)
        with closing(chunks):
            yield from chunks

    def _trained(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], *, at_once: bool = False
    ) -> Generator[Trained]:
        kit, size = pickle.dumps(Kit.of(problems)), self.size(points)
        places = deque(islice(cycle(gpus.shares(points, self.devices, os.environ)), size))

        def hired() -> Worker:
            if not self._early:
                return Worker(kit, places=places)
            (worker := self._early.pop()).kit = kit
            return worker

        with closing(Crew(size, hired, self.timeout)) as crew:
            yield from self.shared_out(points, problems, crew, lambda worth: self._heard(worth), at_once=at_once)

    def size(self, points: Sequence[Point]) -> int:
        """How many workers there are at most for ``points``."""
        return self.asked or gpus.workers(points, self.devices) or cores.cores()


class Worker:
    """A process that trains: :mod:`sweep.engines.worker`.

    Parameters
    ----------
    kit : a pickled :class:`sweep.engines.work.Kit`; it may be set later, before the worker is asked what it is.
    streams : where what it prints goes, and its errors; None: to those of this process.
    places : variables of environments, of which it has the first as long as it lives.
    """

    def __init__(
        self,
        kit: bytes = b"",
        streams: tuple[IO[bytes] | None, IO[bytes] | None] = (None, None),
        places: deque[Mapping[str, str]] | None = None,
    ) -> None:
        self.kit = kit
        self._places = deque[Mapping[str, str]]([{}]) if places is None else places
        self._place = self._places.popleft()
        self._connection, theirs = Pipe()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - For its life.
        with theirs:
            given = theirs.fileno(), _alive(), self._log.fileno()
            command = [sys.executable, "-c", START, *map(str, given), *map(str, sys.path)]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=streams[0],
                stderr=streams[1],
                pass_fds=given,
                env=os.environ | self._place,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    def started(self) -> Ready:
        """What it says of itself, once it is ready; raises EOFError or OSError where it is gone."""
        self._connection.send_bytes(self.kit)
        found: Ready = self._connection.recv()
        return found

    def train(self, points: Sequence[Point], timeout: float | None, hear: Hear) -> Answer:
        """See :meth:`sweep.engines.crew.Workman.train`; that more is done is no reason to wait longer."""
        try:
            self._connection.send(points)
            if not self._connection.poll(timeout and max(timeout, PREPARING)):
                return Lost("TimeLimit", f"making its model took longer than {max(timeout or 0, PREPARING):g} s", False)
            self._connection.recv()
            until = timeout and monotonic() + timeout
            while self._connection.poll(until and max(until - monotonic(), 0.0)):
                said = self._connection.recv()
                if isinstance(said, Done):
                    return said
                hear(said)
            return self._lost("TimeLimit", f"it took longer than training.timeout={timeout:g} s", again=False)
        except (EOFError, OSError):
            return self._lost("WorkerDied", f"the process that trained it {self._ending()}, each time", again=True)

    def _lost(self, kind: str, message: str, again: bool) -> Lost:
        """With what a function in it had printed."""
        self.kill()
        return Lost(kind, message, again, output=captured.output(self._log))

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
        self._log.close()
        self._places.append(self._place)

    def _ending(self) -> str:
        """How it ended, as a sentence goes on."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE)
        code = self._process.returncode
        if code is None:
            return "let go of its pipe"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
