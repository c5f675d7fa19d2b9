"""What speaks with Ray: a process of its own, between the driver and the cluster, that ends with the driver.

Ray takes signals for itself, prints, and ends the process that speaks with it where the cluster is gone. Here that is
nobody else's; and whatever becomes of the driver, a cluster of this machine is ended in order.
"""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import Enum
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TextIO

from sweep.engines.answer import Partly
from sweep.engines.crew import Crew
from sweep.engines.ray_cluster import connected
from sweep.errors import BadInput

if TYPE_CHECKING:
    from sweep.engines.ray_worker import Hiring

END = 30.0
"""Seconds for a cluster to end, once it is not needed."""


class Wish(Enum):
    """What the driver wants to know: how many workers there are; how many devices one has; or what all train."""

    SIZE = 0
    DEVICES = 1
    TRAINING = 2


@dataclass(frozen=True)
class Order:
    """The first thing that the driver says; a pickled :class:`sweep.engines.work.Kit` is the second, maybe later.

    Parameters
    ----------
    address, workers : as :func:`sweep.engines.ray_cluster.connected` has them.
    gpu : whether each worker has one.
    timeout : seconds after which a point is ended; None: never.
    early : how many workers are started before there is anything to train.
    """

    wish: Wish
    address: str | None
    workers: int | None
    gpu: bool
    timeout: float | None
    early: int


def main(pipe: str, log: str) -> None:
    """Serve the driver at the other end of a ``pipe``; what Ray prints goes to the file ``log``, both by descriptor."""
    fd = int(pipe)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_driver, args=(fd,), daemon=True).start()
    streams = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(2), "w")
    for each in (1, 2):
        os.dup2(int(log), each)
    with suppress(EOFError, OSError), Connection(fd) as connection:  # The driver is through, or gone.
        try:
            _serve(connection, streams)
        except BadInput as error:
            connection.send(error)


def _serve(connection: "Connection[Any, Any]", streams: tuple[TextIO, TextIO]) -> None:
    order: Order = connection.recv()
    with _hiring(order, streams) as (size, hiring):
        hiring.begin(min(order.early, size))
        hiring.equip(connection.recv())
        if order.wish is Wish.SIZE:
            connection.send(size)
        elif order.wish is Wish.DEVICES:
            worker = hiring()
            try:
                connection.send(worker.started().devices)
            except EOFError:
                raise worker.stillborn() from None
        else:
            connection.send(size)
            with closing(Crew(size, hiring, order.timeout)) as crew:
                _train(connection, crew)


def _train(connection: "Connection[Any, Any]", crew: Crew) -> None:
    """Pass chunks on, and answers back, until None comes; then tell which workers there were."""
    one = Lock()

    def answer() -> None:
        while True:
            try:
                chunk, said = crew.answer()
                # Its points need not cross again to say how far it is.
                found: Any = (replace(chunk, points=()) if isinstance(said, Partly) else chunk, said)
            except BaseException as error:
                found = error
            with suppress(OSError), one:
                connection.send(found)

    Thread(target=answer, daemon=True).start()
    while (chunk := connection.recv()) is not None:
        crew.give(chunk)
    with one:
        connection.send(crew.known())


@contextmanager
def _hiring(order: Order, streams: tuple[TextIO, TextIO]) -> "Iterator[tuple[int, Hiring]]":
    """How many workers the cluster has, and what starts one."""
    from sweep.engines.ray_worker import Hiring

    kind = "GPU" if order.gpu else "CPU"
    with connected(order.address, order.workers) as ray:
        has = int(ray.cluster_resources().get(kind, 0))
        if not has and order.gpu:
            raise BadInput("device=cuda: Ray's cluster has no GPU", "cpu", "use device=cpu")
        with closing(Hiring(ray, int(order.gpu), streams)) as hiring:
            yield order.workers or has or 1, hiring


def _end_with_driver(fd: int) -> None:
    """Once nobody holds the other end, end this process and all of Ray's beside it, if it does not by itself."""
    end = select.poll()
    end.register(fd, 0)  # A hang-up is told unasked.
    end.poll()
    time.sleep(END)
    os.killpg(0, signal.SIGKILL)
