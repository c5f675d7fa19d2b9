"""A worker: a process that trains chunks for the driver at the other end of a pipe, and ends with it.

It is started by :class:`sweep.engines.processes.Worker`, lives for a whole sweep, and imports torch once.
"""

import os
import signal
import sys
import warnings
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, NamedTuple

from sweep.provenance import here

BEGUN = "begun"
"""Said once what a chunk poses is made, and its training begins."""


class Ready(NamedTuple):
    """What a worker says of itself before its first chunk.

    Parameters
    ----------
    about : as :func:`sweep.provenance.here` has it.
    devices : how many of CUDA torch finds.
    """

    about: Mapping[str, str]
    devices: int


def main(fd: str, driver: str, log: str) -> None:
    """Serve the driver at the other end of the socket ``fd``; of the pipe ``driver``, it has the other end open.

    It reads the file ``log``, which has what a function prints.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's, who ends its workers.
    _end_with(int(driver))
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # As in the driver: they are for developers.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    connection = Connection(int(fd))
    with suppress(EOFError, ConnectionError):  # The driver is through, or gone.
        _serve(connection, int(log))


def _serve(connection: "Connection[Any, Any]", log: int) -> None:
    from sweep.engines.answer import Done
    from sweep.engines.work import Bench
    from sweep.training import advance, captured

    captured.given = os.fdopen(log, "r+b", buffering=0)

    ready = _ready()  # First: the driver may be long about its kit.
    bench = Bench(connection.recv())
    connection.send(ready)
    while True:
        points = connection.recv()
        bench.prepare(points)
        connection.send(BEGUN)
        begun = perf_counter()
        with advance.heard(connection.send):
            results = bench.results_of(points)
        sys.stdout.flush()  # What a model printed: a worker that is ended flushes nothing.
        connection.send(Done(results, perf_counter() - begun))


def _ready() -> Ready:
    import torch

    from sweep.training import compute as compute

    torch.set_num_threads(1)
    return Ready(here(), torch.cuda.device_count() if torch.cuda.is_available() else 0)


def _end_with(driver: int) -> None:
    """Once nobody holds the other end, end this process and all that a model has started in it, whatever they do.

    A process watches: a model that computes in C may let no thread of this one go on.
    """
    if os.fork():
        os.close(driver)
        return
    try:
        os.dup2(driver, 0)
        os.closerange(1, os.sysconf("SC_OPEN_MAX"))  # Not to hold what the driver waits for the end of.
        os.read(0, 1)
    finally:
        os.killpg(0, signal.SIGKILL)
