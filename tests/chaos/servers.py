"""Servers that are killed, frozen and started again: MLflow's, and PostgreSQL's."""

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.error import URLError
from urllib.request import urlopen

import psycopg

from benchmarks.postgresql import Postgresql
from benchmarks.process import unused_port
from tests.chaos.processes import forked, wait
from tests.mlflow_server import serve_whole

GRACE = 10.0
"""Seconds that a server has to end by itself."""


class Server(Protocol):
    """What a storm may hurt."""

    hurts: ClassVar[tuple[str, ...]]

    def hurt(self, how: str, dice: random.Random) -> None:
        """Do it one of its ``hurts``."""

    def heal(self) -> None:
        """Let it work again; it may need a moment."""

    def await_answer(self) -> None:
        """Wait until it answers."""


@dataclass
class MlflowServer:
    """``mlflow server`` with one worker, on the database ``backend``; its files lie in ``folder``."""

    folder: Path
    backend: str
    hurts: ClassVar[tuple[str, ...]] = ("KILL", "TERM", "STOP")

    def __post_init__(self) -> None:
        self.port = unused_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._start()

    def hurt(self, how: str, dice: random.Random) -> None:
        """A signal by its name."""
        os.killpg(self.process, getattr(signal, f"SIG{how}"))
        self.is_frozen = how == "STOP"

    def heal(self) -> None:
        """Continue it, or start it again."""
        if self.is_frozen:
            os.killpg(self.process, signal.SIGCONT)
        else:
            wait(self.process, GRACE)
            self._start()

    def await_answer(self) -> None:
        """Wait until it answers."""
        while True:
            with suppress(URLError, ConnectionError, TimeoutError), urlopen(f"{self.address}/health", timeout=2):
                return
            time.sleep(0.05)

    def end(self) -> None:
        """End it for good."""
        os.killpg(self.process, signal.SIGKILL)
        wait(self.process)

    def _start(self) -> None:
        self.process = forked(self._serve, self.folder, self.folder / "log")

    def _serve(self) -> None:
        serve_whole(self.port, self.backend)


@dataclass
class HurtPostgresql:
    """PostgreSQL, whose clients are cut, and whose processes are killed and frozen."""

    server: Postgresql
    hurts: ClassVar[tuple[str, ...]] = ("cut", "backend", "immediate", "KILL", "STOP")

    def hurt(self, how: str, dice: random.Random) -> None:
        """All connections are closed, one is killed, all crash, the first process is killed, all are frozen."""
        if how == "cut":
            with suppress(psycopg.OperationalError):
                self._cut()
        elif how == "backend":
            clients = [pid for pid, words in self._children() if b"sweep" in words]
            if clients:
                os.kill(dice.choice(clients), signal.SIGKILL)
        elif how == "immediate":
            self.server.stop()
        elif how == "KILL":
            os.kill(self._first(), signal.SIGKILL)
        else:
            for process in self._all():
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGSTOP)

    def heal(self) -> None:
        """Continue it, or start it again."""
        for process in self._all():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        if not self._all():
            while self._children() or self._is_zombie():
                time.sleep(0.01)
            self.server.start()

    def await_answer(self) -> None:
        """Wait until it answers."""
        while True:
            with suppress(psycopg.OperationalError), self._connected():
                return
            time.sleep(0.05)

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(f"{self.server.uri.replace('+psycopg', '')}postgres", autocommit=True)

    def _cut(self) -> None:
        with self._connected() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.execute(others + " AND backend_type = 'client backend'")

    def _first(self) -> int:
        return int((self.server.data / "postmaster.pid").read_text().split()[0])

    def _all(self) -> list[int]:
        """Its processes; none where the first is gone, whose number another may have by now."""
        with suppress(OSError):
            first = self._first()
            if str(self.server.data).encode() in Path(f"/proc/{first}/cmdline").read_bytes():
                return [first, *(pid for pid, _ in self._children())]
        return []

    def _is_zombie(self) -> bool:
        """Whether the first process is dead, and the next one would take it for a server at work."""
        with suppress(OSError):
            return not Path(f"/proc/{self._first()}/cmdline").read_bytes()
        return False

    def _children(self) -> list[tuple[int, bytes]]:
        """Process and command line of each but the first, which may be gone, leaving them."""
        found = []
        for each in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (each / "cmdline").read_bytes()
                if words.startswith(b"postgres: ") and (each / "cwd").resolve() == self.server.data:
                    found.append((int(each.name), words))
        return found
