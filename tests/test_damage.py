"""A SQLite store whose bytes have changed: the short form of :mod:`tests.damage`, and a page that nobody needs."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Command


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_commands_on_damaged_stores_end_with_documented_codes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.damage", "--copies", "8", "--seed", "5"],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_damage_that_only_the_help_at_the_end_meets_does_no_harm_and_is_told_of(
    command: Command, ready_store: Path
) -> None:
    assert command("epochs=5").code == 0
    page = "SELECT rootpage FROM sqlite_master WHERE name = 'index_trace_tags_request_id'"
    with closing(sqlite3.connect(ready_store)) as connection:
        ((number,),) = connection.execute(page)
        ((size,),) = connection.execute("PRAGMA page_size")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with ready_store.open("r+b") as file:
        file.seek((number - 1) * size)
        file.write(bytes(size))
    said = command("epochs=5,6")
    assert said.code == 0, said.err
    assert "PRAGMA integrity_check" in said.err
    assert "2 points" in said.out
