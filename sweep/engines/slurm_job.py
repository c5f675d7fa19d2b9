"""What a Slurm job does: train its points by workers of its own, and write down what comes of them, part by part.

So a point that ends its worker, or hangs, ends no job; and what is done when a job is ended is not lost.
"""

import os
import pickle
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

from sweep.engines.crew import Crew
from sweep.engines.cut import Cutter
from sweep.engines.pool import Tally, pooled
from sweep.engines.processes import Processes, Worker
from sweep.engines.slurm_folder import End, Folder, Order, Part
from sweep.engines.work import Kit
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.provenance import here

SECONDS = 10.0
"""Of training that a part is to take: what is lost at most where a job is ended."""

LOOK = 2.0
"""Seconds between two looks whether the driver still wants what a job does."""


class Timed(Cutter):
    """Knows how long all took that it has heard of, in seconds."""

    taken = 0.0

    def learn(self, points: Sequence[Point], seconds: float) -> None:
        """See :meth:`Cutter.learn`."""
        super().learn(points, seconds)
        self.taken += seconds


def train(place: str, number: int) -> None:
    """Be job ``number`` of the folder at ``place``; once more, where Slurm starts it anew."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # submitit has it ignored, and USR2 start the job anew.
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    folder = Folder(Path(place))
    Thread(target=_end_without, args=(folder,), daemon=True).start()
    order: Order = folder.read(folder.ORDER)
    sys.path[:] = order.path
    with suppress(OSError):
        os.chdir(order.here)
    folder.write(f"{number}.begun", here())
    try:
        end = _trained(folder, number, order)
    except BadInput as refusal:
        end = End(0, 0, 0, [], (refusal.what, refusal.allowed, refusal.next_step))
    folder.write(f"{number}.end", end)


def _trained(folder: Folder, number: int, order: Order) -> End:
    kit: Kit = pickle.loads(order.kit)
    mine = [name for name in folder.names() if name.startswith(f"{number}.") and name.endswith(".part")]
    done = {key for name in mine for key, _ in folder.read(name).results}
    points = [point for point in folder.chunk(number).points if point.key not in done]
    Processes(order.cpus, order.timeout).check(points)
    posed = problems(kit.readings, (point.task for point in points), kit.facts)
    tally, seconds = Tally(), min(SECONDS, (order.timeout or SECONDS) / 2)
    cutter, told = Timed(points, posed, order.cpus, seconds, hurried=order.timeout is not None), 0.0
    with closing(Crew(order.cpus, lambda: Worker(order.kit), order.timeout)) as crew:
        for chunk in pooled(crew, cutter, tally):
            results = [(point.key, result) for point, result in chunk]
            folder.write(f"{number}.{secrets.token_hex(4)}.part", Part(results, cutter.taken - told))
            told = cutter.taken
        return End(tally.chunks, tally.largest, tally.lost, crew.known())


def _end_without(folder: Folder) -> None:
    """End this process, and with it its workers, once the folder is gone."""
    while folder.is_there:
        time.sleep(LOOK)
    os._exit(1)
