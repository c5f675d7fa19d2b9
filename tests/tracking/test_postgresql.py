"""Sweeps into PostgreSQL, a real server on loopback: one, its report and replay, and several that start together."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from sweep.tracking import by_key, membership
from tests.conftest import Command
from tests.tracking.stored import FOUR, runs
from tests.tracking.together import start_together

NAMES = count()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The start of the URI of a server's databases; Debian's server, which refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(found[-1]) if found else shutil.which("initdb")
    assert initdb, "no PostgreSQL is installed: apt-get install postgresql"
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))  # Not pytest's, where another user finds no way.
    as_user = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    control = [*as_user, str(Path(initdb).with_name("pg_ctl")), "--pgdata", str(folder / "data"), "--wait"]
    how = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    try:
        initial = [*as_user, initdb, "--no-sync", "--auth=trust", "--username=sweep", "--pgdata", str(folder / "data")]
        subprocess.run(initial, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        log = str(folder / "log")
        subprocess.run([*control, "--log", log, "--options", how, "start"], check=True, stdout=subprocess.DEVNULL)
        yield f"postgresql+psycopg://sweep@127.0.0.1:{port}/"
    finally:
        subprocess.run([*control, "--mode=immediate", "stop"], check=False, stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)


@pytest.fixture
def uri(postgresql: str) -> str:
    """An empty database."""
    name = f"store{next(NAMES)}"
    with psycopg.connect(f"{postgresql.replace('+psycopg', '')}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgresql + name


def test_a_sweep_goes_on_is_reported_and_replayed(command: Command, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    first = command(*FOUR)
    assert first.code == 0, first.err
    assert "4 done already, 0 to train" in command(*FOUR).out
    (page,) = Path("outputs").glob("sweep-*/report.html")
    content = page.read_bytes()
    assert command(module="sweep.report").code == 0
    assert page.read_bytes() == content
    replayed = command(module="sweep.replay")
    assert replayed.code == 0, replayed.err
    assert {run.info.status for run in runs(uri=uri)} == {"FINISHED"}


def test_runs_of_an_earlier_release_are_found_and_get_the_tag_named_by_their_key(command: Command, uri: str) -> None:
    there = f"tracking.uri={uri}"
    command(*FOUR, there)
    with psycopg.connect(uri.replace("+psycopg", "")) as connection:
        connection.execute(f"DELETE FROM tags WHERE key LIKE '{membership.KEY_PREFIX}%'")
        connection.execute("DELETE FROM experiment_tags WHERE key = %s", [by_key.MARK])
    assert "4 done already, 2 to train" in command("lr=1e-2,1e-4,1e-5", "scale=0.1,1", "epochs=50", there).out
    for run in runs(uri=uri):
        assert run.data.tags[membership.key_tag(run.data.tags["key"])] == "true"
    assert "4 done already, 0 to train" in command(*FOUR, there).out


def test_sweeps_that_start_together_on_an_empty_database_all_succeed_and_write_each_point_once(
    tmp_path: Path, uri: str
) -> None:
    start_together(tmp_path, f"tracking.uri={uri}", uri=uri)
