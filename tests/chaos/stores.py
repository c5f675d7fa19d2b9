"""The stores over which a storm may pass, each with the servers that it needs."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from benchmarks.postgresql import running_postgresql
from sweep.tracking import fresh
from tests.chaos.servers import HurtPostgresql, MlflowServer, Server

PAUSE = 4.0
"""Seconds that a server is away, at most."""

FRESH = 2
"""Rounds that share a database of PostgreSQL; the first of them finds it empty."""


@dataclass
class Storm:
    """A kind of store.

    Parameters
    ----------
    place_of : by the name of an experiment, the URI that a sweep is given, and that of the database behind it.
    servers : what may be hurt.
    hurt : the numbers of those that are now.
    """

    folder: Path
    place_of: Callable[[str], tuple[str, str]]
    servers: Sequence[Server] = ()
    _due: dict[int, float] = field(default_factory=dict)
    _times: Counter[int] = field(default_factory=Counter)
    hurt: set[int] = field(default_factory=set)

    def begin(self, dice: random.Random, duration: float, most: int) -> None:
        """From now on :meth:`pass_over` decides by ``dice``, and hurts each server ``most`` times.

        Parameters
        ----------
        duration : that of a sweep, in seconds.
        """
        self._dice, self._duration, self._most, now = dice, duration, most, time.monotonic()
        self._times.clear()
        self._due = {number: now + dice.uniform(0, duration) for number in range(len(self.servers))}

    def pass_over(self) -> int:
        """Let happen to servers what is due; how many were hurt."""
        hurt = 0
        for number, server in enumerate(self.servers):
            if time.monotonic() < self._due[number]:
                continue
            if number in self.hurt:
                self._heal(number)
                pause = self._dice.uniform(0.5, 1.5 * self._duration) if self._times[number] < self._most else inf
            else:
                server.hurt(self._dice.choice(server.hurts), self._dice)
                self.hurt.add(number)
                hurt += 1
                self._times[number] += 1
                pause = self._dice.uniform(0.1, PAUSE)
            self._due[number] = time.monotonic() + pause
        return hurt

    def end(self) -> None:
        """All servers work, and answer."""
        for number in [*self.hurt]:
            self._heal(number)
        for server in self.servers:
            server.await_answer()

    def _heal(self, number: int) -> None:
        self.servers[number].heal()
        self.hurt.remove(number)


def _sqlite(folder: Path, stack: ExitStack) -> Storm:
    def place_of(name: str) -> tuple[str, str]:
        uri = f"sqlite:///{folder}/{name}/store/mlflow.db"
        return uri, uri

    return Storm(folder, place_of)


def _http(folder: Path, stack: ExitStack) -> Storm:
    (folder / "server").mkdir()
    fresh.make(folder / "server/mlflow.db")
    backend = f"sqlite:///{folder}/server/mlflow.db"
    server = MlflowServer(folder / "server", backend)
    stack.callback(server.end)
    server.await_answer()
    return Storm(folder, lambda name: (server.address, backend), [server])


def _postgresql(folder: Path, stack: ExitStack) -> Storm:
    server = stack.enter_context(running_postgresql())
    databases: dict[str, str] = {}

    def place_of(name: str) -> tuple[str, str]:
        if name not in databases:
            last = [*databases.values()][-1:]
            databases[name] = server.empty_database() if len(databases) % FRESH == 0 else last[0]
        return databases[name], databases[name]

    return Storm(folder, place_of, [HurtPostgresql(server)])


def _http_and_postgresql(folder: Path, stack: ExitStack) -> Storm:
    database = stack.enter_context(running_postgresql())
    backend = database.empty_database()
    server = MlflowServer(folder / "server", backend)
    stack.callback(server.end)
    server.await_answer()
    return Storm(folder, lambda name: (server.address, backend), [server, HurtPostgresql(database)])


STORES: Mapping[str, Callable[[Path, ExitStack], Storm]] = {
    "sqlite": _sqlite,
    "http": _http,
    "postgresql": _postgresql,
    "http+postgresql": _http_and_postgresql,
}
