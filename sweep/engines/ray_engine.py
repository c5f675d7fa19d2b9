"""Engine *sweep_ray*: the cores or GPUs of a Ray cluster, a worker each, by a process that speaks with Ray."""

import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from multiprocessing import Pipe
from typing import Any, Self

from sweep.engines import cores, extras
from sweep.engines.answer import Answer, Chunk, Partly
from sweep.engines.crew import Staffed
from sweep.engines.ray_cluster import environment
from sweep.engines.ray_keeper import END, Order, Wish
from sweep.engines.work import Kit
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.training.curve import Result
from sweep.training.devices import refuse_missing
from sweep.training.execute import UnderWay, unheard

START = (
    "import sys; fd, log, *sys.path = sys.argv[1:]; from sweep.engines.ray_keeper import main; main(int(fd), int(log))"
)
"""What the keeper's Python runs: modules are found where the driver finds them, and in that order."""

LONGEST = 300
"""Characters that are told of what Ray said last."""

WHERE = re.compile(r"^(\[[^]]*\] *)?(\([^)]*\) *)?(\w+\.(cc|h):\d+: *)?")
"""What Ray's lines begin with: time, severity and process in brackets, and a place in its source."""


class Ray(Staffed):
    """See :class:`sweep.engines.engine.Engine`.

    Parameters
    ----------
    address : of the cluster, as :func:`sweep.engines.ray_cluster.connected` has it.
    asked : how many workers there are at most; None: as many as the cluster has cores, or GPUs if they are asked for.
    timeout : seconds after which a point is ended; None: never.
    """

    def __init__(self, address: str | None, asked: int | None, timeout: float | None = None) -> None:
        super().__init__(timeout)
        self.address, self.asked = address, asked
        self._early: Keeper | None = None

    def prepare(self, settings: Sequence[Settings]) -> None:
        """Start a cluster of this machine, with some workers, while the driver opens its store."""
        count = self.early(settings, self.asked or cores.cores())
        if count and not self.address and not self._early and extras.is_there("ray"):
            self._early = self._keeper(Wish.TRAINING, (), count)

    def begin(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        """Its cluster starts meanwhile, which takes as long."""

    def close(self) -> None:
        """End the cluster that had nothing to do."""
        if self._early:
            self._early.close()
            self._early = None

    def check(self, points: Sequence[Point]) -> None:
        """Refuse an address at which there is no cluster, and a device that a worker there has not."""
        extras.require("ray", "ray", "hydra/launcher=sweep_ray")
        cores.workers(self.asked)
        if _on_gpu(points):
            with closing(self._keeper(Wish.DEVICES, points)) as keeper:
                refuse_missing(points, keeper.ready(Kit({}, {})).size)
        elif self.address:
            with closing(self._keeper(Wish.SIZE, points)) as keeper:
                keeper.ready(Kit({}, {}))

    def run(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], under_way: UnderWay = unheard
    ) -> Generator[list[tuple[Point, Result]]]:
        """See :meth:`sweep.engines.crew.Staffed.shared_out`."""
        if points:
            kit, early = Kit.of(problems), self._early
            self._early = None
            with closing(early or self._keeper(Wish.TRAINING, points)) as keeper:
                yield from self.shared_out(points, problems, keeper.ready(kit), under_way)

    def _keeper(self, wish: Wish, points: Sequence[Point], early: int = 0) -> "Keeper":
        return Keeper(Order(wish, self.address, self.asked, _on_gpu(points), self.timeout, early))


class Keeper:
    """The process that speaks with Ray, as a crew: see :class:`sweep.engines.crew.Hands`. To be closed.

    Attributes
    ----------
    size : once it is ready, what was asked for: of workers, or of devices that one has.
    """

    size = 0

    def __init__(self, order: Order) -> None:
        self._connection, theirs = Pipe()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - Closed with this.
        with theirs:
            fds = theirs.fileno(), self._log.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, *map(str, (*fds, *sys.path))],
                stdin=subprocess.DEVNULL,
                pass_fds=fds,
                start_new_session=True,
                env=None if order.address else environment(),
            )
        with suppress(OSError):  # It is told by who waits for an answer.
            self._connection.send(order)

    def ready(self, kit: Kit) -> Self:
        """Itself, once it has a cluster, whose workers have ``kit``.

        Raises
        ------
        BadInput : it has no cluster.
        """
        with suppress(OSError):  # What it says last tells more.
            self._connection.send(pickle.dumps(kit))
        self.size = self._heard()
        return self

    def give(self, chunk: Chunk) -> None:
        """See :meth:`sweep.engines.pool.Crew.give`."""
        self._send(chunk)

    def answer(self) -> tuple[Chunk, Answer | Partly]:
        """See :meth:`sweep.engines.pool.Crew.answer`."""
        found: tuple[Chunk, Answer | Partly] = self._heard()
        return found

    def known(self) -> list[dict[str, Any]]:
        """See :meth:`sweep.engines.crew.Crew.known`; nothing is trained any more."""
        with suppress(EOFError, OSError):
            self._connection.send(None)
            while self._connection.poll(END):
                if isinstance(found := self._connection.recv(), list):
                    return found
        return []

    def close(self) -> None:
        """Have it end, and all that it has started."""
        self._connection.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)  # Of a cluster that lost its head, some stay a minute.
        self._process.wait()
        self._log.close()

    def _send(self, what: object) -> None:
        try:
            self._connection.send(what)
        except OSError:
            raise self._gone() from None

    def _heard(self) -> Any:
        try:
            found = self._connection.recv()
        except (EOFError, OSError):
            raise self._gone() from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _gone(self) -> BadInput:
        """That Ray has ended the process that speaks with it, with what it said last."""
        self._log.seek(0)
        last = last_said(self._log.read().decode(errors="backslashreplace"))
        return BadInput(
            f"hydra/launcher=sweep_ray: Ray is gone{last and f': {last}'}",
            "a cluster that lasts for as long as the sweep",
            "run the same command again once it is up: what is done is not trained again",
        )


def last_said(log: str) -> str:
    """The last line of what Ray printed that may say why it ended: not what it told in passing, nor where in Ray."""
    lines = [line for line in log.splitlines() if line.strip() and ":info_message:" not in line]
    return WHERE.sub("", lines[-1].strip())[:LONGEST] if lines else ""


def _on_gpu(points: Iterable[Point]) -> bool:
    return any(point.device != "cpu" for point in points)
