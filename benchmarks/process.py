"""Run a command as a whole process, and say how long it took and how much memory it had at most."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What a process took.

    Parameters
    ----------
    seconds : from start to exit, wall clock.
    processor : seconds of a processor, which other work on the machine adds little to.
    peak : most resident memory of the process, or of the largest that it started and waited for, in bytes.
    output : what it printed on standard output.
    """

    seconds: float
    peak: int
    output: str
    processor: float = 0.0


def measure(command: Sequence[str], folder: Path, **environment: str) -> Usage:
    """Run ``command`` in ``folder``.

    Raises
    ------
    RuntimeError : it did not exit with 0; the message ends with what it printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "RAY_USAGE_STATS_ENABLED": "0"}
    log = folder / "stderr.txt"
    with (folder / "stdout.txt").open("w+") as output, log.open("w") as errors:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=os.environ | quiet | environment, stdout=output, stderr=errors
        )
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            raise
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read()
    if child.returncode != 0:
        tail = (printed + log.read_text())[-3000:]
        raise RuntimeError(f"{' '.join(command)[:300]} exited with {child.returncode}\n{tail}")
    return Usage(
        seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), printed, usage.ru_utime + usage.ru_stime
    )


def unused_port() -> int:
    """A port of this machine on which nobody listens.

    It is none that the system gives to clients: one of them might take it while the server is away that has it.
    """
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def python(*arguments: str) -> list[str]:
    """The command line of this Python with ``arguments``."""
    return [sys.executable, *arguments]
