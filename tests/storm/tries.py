"""A try of a storm, and what several storms share that judge one."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Said

GRID = ("lr=1e-2,1e-3", "scale=1,0.1")
"""A sweep of four points, but for its epochs."""


class Try(NamedTuple):
    """What was done, how the command ended, what is wrong with that, if anything is, and the bytes that it took."""

    what: str
    code: int
    wrong: str
    memory: int = 0


def unless(said: Said, allowed: set[int]) -> str:
    """What is wrong with a command that did not end with one of the codes ``allowed``."""
    return "" if said.code in allowed else f"exit code {said.code}: {said.err}"


def execute(file: Path, statement: str) -> list[tuple[object, ...]]:
    """What a statement returns, or does, in a SQLite file."""
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        found = connection.execute(statement).fetchall()
        connection.commit()
        return found
