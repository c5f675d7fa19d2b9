"""Engine *slurm*: jobs of a cluster, each of minutes, submitted as arrays by submitit.

The driver speaks with its jobs by files alone (:mod:`sweep.engines.slurm_folder`), so it may go away: the next one
that is to train the same points takes what was done meanwhile, and waits for what is still at work.
"""

import os
import pickle
import sys
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sweep.engines import extras
from sweep.engines.engine import Chunk
from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_cluster import Slurm as Cluster
from sweep.engines.slurm_flight import Flight
from sweep.engines.slurm_folder import Order
from sweep.engines.slurm_found import found
from sweep.engines.slurm_local import Local
from sweep.engines.slurm_pack import Packer
from sweep.engines.slurm_queue import Queue
from sweep.engines.slurm_submission import Submission
from sweep.engines.work import Kit
from sweep.errors import BadInput
from sweep.outputs import OUTPUTS, check_writable
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.training.execute import UnderWay, unheard
from sweep.training.worth import Worth

SHORTEST, LONGEST = 0.05, 1.0
"""Seconds between two looks at the files: each pause in which nothing came is longer than the one before."""


class Slurm:
    """See :class:`sweep.engines.engine.Engine`.

    Parameters
    ----------
    timeout : seconds after which a point is ended; None: never.
    """

    def __init__(self, asked: Asked, timeout: float | None = None) -> None:
        self._asked, self._timeout = asked, timeout
        self._keys: frozenset[str] = frozenset()
        self._flight: Flight | None = None
        self.workers: list[dict[str, Any]] = []

    @property
    def told(self) -> str:
        """See :attr:`sweep.engines.engine.Engine.told`."""
        return self._flight.told if self._flight else ""

    def prepare(self, settings: Sequence[Settings]) -> None:
        """Jobs are submitted with what they train."""

    def begin(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        """Jobs are for others to wait behind: none is submitted before it is sure that it is needed."""

    def close(self) -> None:
        """Nothing was prepared."""

    def check(self, points: Sequence[Point]) -> None:
        """Refuse a device that no job is asked to have; whether it has, it says itself."""
        extras.imported("submitit", "slurm", "hydra/launcher=sweep_slurm")
        self._keys = frozenset(point.key for point in points)
        devices = {point.device for point in points} - {"cpu"}
        if devices and not self._asked.gpus:
            raise BadInput(
                f"device={min(devices)}: hydra.launcher.gpus=0 asks for jobs without a GPU",
                "cpu, or jobs with a GPU",
                "add hydra.launcher.gpus=1, or use device=cpu",
            )
        if self._asked.folder:
            check_writable(Path(self._asked.folder), "give another hydra.launcher.folder=…")
        queue(self._asked).check()

    def run(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], under_way: UnderWay = unheard
    ) -> Generator[Chunk]:
        """Train ``points`` by jobs; those of an earlier driver that is gone are found again.

        What is under way is told as it comes: of more, no job says anything.
        """
        asked, line = self._asked, queue(self._asked)
        below = Path(asked.folder or OUTPUTS).absolute() / f"slurm-{os.getuid()}"
        order = Order(pickle.dumps(Kit.of(problems)), str(Path.cwd()), list(sys.path), asked.cpus, self._timeout)
        self._flight = flight = Flight(line, {point.key: point for point in points})
        with closing(flight):
            for folder, jobs in found(line, below, self._keys | flight.wanted.keys()):
                flight.take_over(folder, jobs)
            expected, worth = flight.expected, Worth(points, problems)
            rest = [point for point in points if point.key not in expected]
            packer = Packer(rest, problems, asked.at_once, asked.cpus, 60 * asked.minutes)
            submission = Submission(line, below, order, packer, asked.at_once)
            try:
                for chunk in _as_they_come(flight.chunks(packer, submission)):
                    under_way(worth.of([point for point, _ in chunk]))
                    yield chunk
            finally:
                self.workers = flight.workers


def _as_they_come(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """Those that are not empty; after an empty one a pause, the longer the longer nothing came.

    The first is handed on in any case: which jobs were submitted, or found again, is told before they bring something.
    """
    pause, is_first = SHORTEST, True
    for chunk in chunks:
        if chunk or is_first:
            pause, is_first = SHORTEST, False
            yield chunk
        else:
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST)


def queue(asked: Asked) -> Queue:
    """The one that is asked for."""
    return Cluster(asked) if asked.executor == "slurm" else Local(asked)
