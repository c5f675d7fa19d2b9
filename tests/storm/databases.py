"""Bytes of a SQLite store are others."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import run
from tests.storm.tries import GRID, Try, execute, unless

MORE = ("lr=range(1,101)", "scale=1e-3", "epochs=30")
"""A sweep that makes most pages of the file ones of runs."""

COMMANDS = (
    ("sweep", *GRID, "epochs=5,6"),
    ("sweep", *GRID, "epochs=5", "rerun=true"),
    ("sweep.report",),
    ("sweep.replay",),
)

PAGE = 4096


def databases(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """A SQLite file with bytes flipped or zeroed, or its end cut off: read, or refused."""
    base = place / "base"
    base.mkdir()
    os.chdir(base)
    run(*MORE)
    run(*GRID, "epochs=5")
    execute(Path("outputs/mlflow.db"), "PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(tries):
        here = place / f"damaged-{number}"
        shutil.copytree(base, here)
        os.chdir(here)
        file = here / "outputs/mlflow.db"
        file.write_bytes(_damaged(bytearray(file.read_bytes()), dice))
        module, *words = dice.choice(COMMANDS)
        said = run(*words, "tracking.patience=1", module=module)
        yield Try(f"{module} on a damaged database", said.code, unless(said, {0, 1, 4}))
        os.chdir(place)
        shutil.rmtree(here)


def _damaged(content: bytearray, dice: random.Random) -> bytes:
    kind = dice.choice(("pieces", "pieces", "page", "cut"))
    if kind == "cut":
        del content[dice.randrange(len(content)) :]
    elif kind == "page":
        start = dice.randrange(len(content) // PAGE) * PAGE
        content[start : start + PAGE] = bytes(PAGE)
    else:
        for _ in range(dice.randint(1, 20)):
            start, length = dice.randrange(len(content)), dice.choice([1, 16, 512])
            piece = content[start : start + length]
            content[start : start + length] = bytes(len(piece)) if dice.random() < 0.5 else dice.randbytes(len(piece))
    return bytes(content)
