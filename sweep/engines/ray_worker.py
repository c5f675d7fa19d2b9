"""A worker that Ray has placed: an actor, which has a process of sweep's own beside it, and passes on what that says.

The process is the same as of the engine *processes*: it ends with its actor, and how it ended is known; a limit is kept
where it trains. The actor's code travels with the sweep, so that a cluster without sweep, or with another one, is told.
"""

import os
import pickle
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from sweep.engines.answer import Answer, Lost
from sweep.engines.worker import Ready
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.provenance import here
from sweep.training.advance import Hear

PLACED = 20.0
"""Seconds after which it is said that a worker waits for its place in the cluster."""

ASKED = 0.5
"""Seconds after which it is asked how much of a chunk is done."""

WAITS = "Ray: a worker waits for a free place in the cluster."

LONGEST = 300
"""Characters of what Ray says of a worker that was lost."""


def actor(ray: Any, gpus: int) -> Any:
    """A class of actors, each with a core, and with so many GPUs. Made here, it is shipped as code, not by its name."""

    class Trainer:
        def __init__(self, path: list[str], folder: str) -> None:
            import os
            import sys
            import tempfile
            import threading

            with suppress(OSError):  # On another machine.
                os.chdir(folder)
            sys.path[:] = [*path, *(each for each in sys.path if each not in path)]
            self.worker: Any = None
            self.done = 0.0
            self.one = threading.Lock()  # Calls come side by side.
            self.streams = tempfile.TemporaryFile("a+b"), tempfile.TemporaryFile("a+b")  # noqa: SIM115 - For its life.

        def begin(self) -> None:
            from sweep.engines.processes import Worker

            with self.one:
                self.worker = self.worker or Worker(streams=self.streams)

        def versions(self) -> dict[str, str]:
            from sweep.provenance import here

            return dict(here())

        def started(self, kit: bytes) -> tuple[Any, ...]:
            self.begin()
            self.worker.kit = kit
            try:
                return tuple(self.worker.started())
            except (EOFError, OSError):
                dead, self.worker = self.worker, None
                raise dead.stillborn() from None

        def share(self) -> float:
            return self.done

        def train(self, points: bytes, timeout: float | None) -> tuple[bytes, bytes, bytes]:
            import pickle
            from functools import partial

            from sweep.engines.answer import Lost

            self.done = 0.0
            found = self.worker.train(pickle.loads(points), timeout, partial(setattr, self, "done"))
            if isinstance(found, Lost):
                self.worker.end()
                self.worker = None
            answer, said = pickle.dumps(found), []
            for stream in self.streams:
                stream.seek(max(stream.seek(0, 2) - 2**20, 0))  # Of more than a mebibyte, the end.
                said.append(stream.read())
                stream.truncate(0)
            return answer, said[0], said[1]

    return ray.remote(num_cpus=1, num_gpus=gpus, max_concurrency=2)(Trainer)  # It is asked how far it is, meanwhile.


class Hiring:
    """Calls for workers. An actor whose process has ended has the next one, for an actor takes a second to start.

    Parameters
    ----------
    ray : the module, connected.
    gpus : how many each has.
    streams : where goes what models print, and their errors.
    """

    def __init__(self, ray: Any, gpus: int, streams: tuple[TextIO, TextIO]) -> None:
        self.ray, self.streams = ray, streams
        self.kit: Any = None
        self._actors = actor(ray, gpus)
        self._place = list(sys.path), os.getcwd()  # noqa: PTH109 - As it stands in the path.
        self._spare: list[Any] = []

    def begin(self, count: int) -> None:
        """Begin to start so many, before it is known what they train."""
        for _ in range(count):
            self._spare.append(started := self._actors.remote(*self._place))
            started.begin.remote()  # Whatever it raises is raised once more where a worker is wanted.

    def equip(self, kit: bytes) -> None:
        """What workers have before their first points: a pickled :class:`sweep.engines.work.Kit`."""
        self.kit = self.ray.put(kit)

    def __call__(self) -> "Remote":
        """Begin to start one."""
        return Remote(self, self._spare.pop() if self._spare else self._actors.remote(*self._place))

    def keep(self, actor: Any) -> None:
        """That ``actor`` lives, and has nothing to do."""
        self._spare.append(actor)

    def close(self) -> None:
        """End actors that have nothing to do."""
        for each in self._spare:
            self.ray.kill(each)


class Remote:
    """See :class:`sweep.engines.crew.Workman`.

    Parameters
    ----------
    hiring : what it is hired by.
    actor : as :func:`actor` makes them.
    """

    def __init__(self, hiring: Hiring, actor: Any) -> None:
        self._hiring, self._ray, self._actor = hiring, hiring.ray, actor
        self._ending = "ended"
        self._lives = True

    def started(self) -> Ready:
        """See :meth:`sweep.engines.crew.Workman.started`.

        Raises
        ------
        BadInput : sweep cannot be imported there, or versions are others.
        """
        try:
            if not self._ray.wait([self._actor.__ray_ready__.remote()], timeout=PLACED)[0]:
                print(WAITS, file=self._hiring.streams[1], flush=True)
            refuse_other(self._ray.get(self._actor.versions.remote()))
            return Ready(*self._ray.get(self._actor.started.remote(self._hiring.kit)))
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, BadInput):
                self._ending = error.cause.what.partition(": a worker ")[2]
                raise EOFError from None
            raise _unready(f"{type(error.cause).__name__}: {error.cause}") from None
        except self._ray.exceptions.RayError as error:
            self._ending, self._lives = f"ended before it was ready: {said(error)}", False
            raise EOFError from None

    def train(self, points: Sequence[Point], timeout: float | None, hear: Hear) -> Answer:
        """See :meth:`sweep.engines.crew.Workman.train`; what models printed is printed here, once done."""
        try:
            training = self._actor.train.remote(pickle.dumps(points), timeout)
            while not self._ray.wait([training], timeout=ASKED)[0]:
                if share := self._ray.get(self._actor.share.remote()):
                    hear(share)
            answer, *printed = self._ray.get(training)
        except self._ray.exceptions.RayError as error:
            self._lives = False
            return Lost("WorkerDied", f"Ray lost the worker that trained it, each time: {said(error)}", again=True)
        for stream, text in zip(self._hiring.streams, printed, strict=True):
            if text:
                with suppress(OSError):  # Nobody reads any more.
                    print(text.decode(errors="backslashreplace"), end="", file=stream, flush=True)
        found: Answer = pickle.loads(answer)
        return found

    def stillborn(self) -> BadInput:
        """See :meth:`sweep.engines.crew.Workman.stillborn`."""
        return _unready(f"a worker {self._ending}")

    def kill(self) -> None:
        """End the actor, whose process ends with it."""
        self._lives = False
        self._ray.kill(self._actor)

    def end(self) -> None:
        """See :meth:`sweep.engines.crew.Workman.end`; the process has ended, or nothing more is to be trained."""
        if self._lives:
            self._hiring.keep(self._actor)
        else:
            self.kill()


def said(error: Exception) -> str:
    """Why a worker was lost, as Ray says it, in a line."""
    text = str(error).partition("The actor is dead because ")[2] or str(error)
    line = text.partition(" Some common causes")[0].strip().splitlines()[0]
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def refuse_other(theirs: Mapping[str, str]) -> None:
    """Raise :class:`BadInput` where the cluster has other versions than the driver; torch's build may be another."""
    for name in ("python", "sweep", "torch"):
        mine, told = here()[name], theirs[name]
        same = mine.split(".")[:2] == told.split(".")[:2] if name == "python" else _public(mine) == _public(told)
        if not same:
            raise _unready(f"the cluster has {name} {told}, and here it is {mine}")


def _public(number: str) -> str:
    return number.partition("+")[0]


def _unready(what: str) -> BadInput:
    return BadInput(
        f"hydra/launcher=sweep_ray: {what}",
        "a cluster that has memory for it, with the versions of Python, sweep and torch that are installed here",
        "install the same versions on each of its machines, and start Ray anew there",
    )
