"""Bytes of a SQLite store are others."""

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import run
from tests.storm.tries import GRID, Try, execute, unless


def databases(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """A SQLite file with bytes flipped or zeroed: read, or refused."""
    base = place / "base"
    base.mkdir()
    os.chdir(base)
    run(*GRID, "epochs=5")
    execute(Path("outputs/mlflow.db"), "PRAGMA wal_checkpoint(TRUNCATE)")
    for number in range(tries):
        here = place / f"damaged-{number}"
        shutil.copytree(base, here)
        os.chdir(here)
        file = here / "outputs/mlflow.db"
        content = bytearray(file.read_bytes())
        for _ in range(dice.randint(1, 20)):
            start, length = dice.randrange(len(content)), dice.choice([1, 16, 512])
            piece = content[start : start + length]
            content[start : start + length] = bytes(len(piece)) if dice.random() < 0.5 else dice.randbytes(len(piece))
        file.write_bytes(content)
        module = dice.choice(["sweep", "sweep.report", "sweep.replay"])
        said = run(*((*GRID, "epochs=5,6") if module == "sweep" else ()), "tracking.patience=1", module=module)
        yield Try(f"{module} on a damaged database", said.code, unless(said, {0, 1, 4}))
        os.chdir(place)
        shutil.rmtree(here)
