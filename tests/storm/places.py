"""A store fails in the middle of a sweep, and ``outputs/`` is gone or cannot be made."""

import io
import os
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import sweep.training.execute
from sweep import app
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import fresh
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import run
from tests.storm.tries import Try, execute
from tests.tracking.stored import settings


def places(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """Results that a store does not take wait somewhere, and are delivered from there."""
    fresh.make(place / "empty.db")
    before, sweep.training.execute.CHUNK_LOSSES = sweep.training.execute.CHUNK_LOSSES, 1
    try:
        for number in range(tries):
            here = place / f"place-{number}" / "work"
            here.mkdir(parents=True)
            shutil.copyfile(place / "empty.db", here.parent / "m.db")
            os.chdir(here)
            how = dice.choice(["whole", "gone", "blocked"])
            yield Try(f"outputs/ {how}", 0, _fails_in_the_middle(here.parent / "m.db", how, dice.randrange(4)))
    finally:
        sweep.training.execute.CHUNK_LOSSES = before


def _fails_in_the_middle(store: Path, how: str, at: int) -> str:
    """What is wrong with the end of a sweep of four points whose store, and outputs, go at the point ``at``."""
    lrs = [1e-2, 1e-3, 1e-4, 1e-5]
    asked = [settings(uri=f"sqlite:///{store}", lr=lr) for lr in lrs]
    for each in asked:
        each.tracking.patience = 0.2

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == lrs[at]:
            execute(store, "ALTER TABLE params RENAME TO gone")
            if how != "whole":
                shutil.rmtree("outputs", ignore_errors=True)
            if how == "blocked":
                Path("outputs").write_text("in the way")
        return in_process(points, problems)

    said = ""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        try:
            app.run(asked, Here(train))
        except StoreAway as away:
            said = str(away)
    execute(store, "ALTER TABLE gone RENAME TO params")
    if how == "blocked":
        Path("outputs").unlink()
        (advised,) = [part for part in said.split(";") if "mkdir" in part] or [", false"]
        subprocess.run(advised.partition(", ")[2], shell=True, check=False)
    ended = run(f"tracking.uri=sqlite:///{store}", module="sweep.sync")
    found = execute(store, "SELECT 1 FROM runs r JOIN tags t USING (run_uuid) WHERE t.key = 'outcome'")
    return "" if (ended.code, len(found)) == (0, 4) else f"{len(found)} of 4 runs; {said}; {ended.err}"
