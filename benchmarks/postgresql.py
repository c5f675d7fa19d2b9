"""Debian's PostgreSQL on loopback, for figures and tests: started, stopped, killed."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from benchmarks.process import unused_port


@dataclass
class Postgresql:
    """A server whose files lie in ``folder``, as the user that it needs, which is never root."""

    folder: Path
    programs: Path
    as_user: Sequence[str]
    port: int = field(default_factory=unused_port)

    def __post_init__(self) -> None:
        self.data, self._names = self.folder / "data", count()
        self.uri = f"postgresql+psycopg://sweep@127.0.0.1:{self.port}/"
        words = ["--no-sync", "--auth=trust", "--username=sweep", "--pgdata", str(self.data)]
        self._run(str(self.programs / "initdb"), *words)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        how = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c fsync=off"
        self._control("--log", str(self.folder / "log"), "--options", how, "start")

    def stop(self) -> None:
        """Stop it at once, as a crash would: clients are cut, and it recovers when it starts."""
        self._control("--mode=immediate", "stop")

    def empty_database(self) -> str:
        """The URI of a new one."""
        return self.copy_of("template1")

    def copy_of(self, uri: str) -> str:
        """The URI of a new one with what is in that of ``uri``, to which nobody may be connected."""
        name = f"store{next(self._names)}"
        with psycopg.connect(f"{self.uri.replace('+psycopg', '')}postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {uri.rpartition('/')[2]}")
        return self.uri + name

    def _control(self, *words: str) -> None:
        self._run(str(self.programs / "pg_ctl"), "--pgdata", str(self.data), "--wait", *words)

    def _run(self, *command: str) -> None:
        subprocess.run([*self.as_user, *command], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)


def initdb() -> str | None:
    """The program that makes the files of a server; None where no PostgreSQL is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(found[-1]) if found else shutil.which("initdb")


@contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """A server that answers, for as long as the context lasts."""
    program = initdb()
    assert program, "no PostgreSQL is installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # Not pytest's, where another user finds no way.
    as_user = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    try:
        server = Postgresql(folder, Path(program).parent, as_user)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)
