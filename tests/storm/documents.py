"""Files of a store and of a spool with one thing in them changed, or a bomb in their place."""

import io
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

from sweep import app, provenance
from sweep.data import sources
from sweep.engines.engine import Here
from sweep.plan import plan
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.tracking import documents as documents_of_ours
from sweep.tracking import manifest
from sweep.tracking.spool import Spool
from sweep.training.curve import Curve, Failure, Result
from sweep.training.in_process import in_process
from tests.conftest import run
from tests.problem.made import data as data_of
from tests.storm.tries import Try, unless
from tests.tracking import bombs, spoiled
from tests.tracking.bounded import Hangs, bounded
from tests.tracking.stored import settings

BOMBS = 0.2
"""Of the tries, those that lay a bomb."""

MEMORY = 256 << 20
"""Bytes that a command may take, beyond what this process had taken, for three points of five epochs."""


def documents(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """Files of a store and of a spool: refused with their name, or the report is what it was."""
    os.chdir(place)
    asked = _asked(place / "own.csv")
    spool = _stored_and_spooled(asked)
    kept = {folder: place / folder.name for folder in (spool, Path("outputs/artifacts"))}
    for folder, copy in kept.items():
        shutil.copytree(folder, copy)
    calm = _report()
    stored = [path for path in Path("outputs/artifacts").rglob("*") if path.name.startswith(("plan.", "provenance."))]
    stored += [*Path("outputs/artifacts").rglob("data/*"), *Path("outputs/artifacts").rglob("curves/*")]
    commands: dict[Path, tuple[str, ...]] = dict.fromkeys(stored, ("sweep.report", "sweep.replay"))
    commands |= dict.fromkeys((path for path in spool.rglob("*") if path.is_file()), ("sweep.sync",))
    weights = [4 if path.suffix == ".json" else 1 for path in commands]
    for _ in range(tries):
        (path,) = dice.choices([*commands], weights)
        module = dice.choice(commands[path])
        what, named = _laid(dice, path) if dice.random() < BOMBS else _changed(dice, path)
        code, wrong, memory = _tried(module, named)
        if code == 0 and _report() != calm:
            wrong = "the report is another"
        yield Try(f"{module} with {what} in place of {path.parent.name}/{path.suffix}", code, wrong, memory)
        for folder, copy in kept.items():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(copy, folder)


def _tried(module: str, named: str) -> tuple[int, str, int]:
    """How a command ends, what is wrong with that, and the bytes that it took; ``named`` stands in its refusal."""
    try:
        with bounded() as peak:
            said = run(module=module)
    except Hangs:
        return -1, "it hangs", peak.taken
    wrong = unless(said, {0, 1})
    if said.code == 1 and named not in said.err:
        wrong = f"the file is not named: {said.err}"
    if peak.taken > MEMORY:
        wrong = f"it takes {peak.taken >> 20:,} MiB"
    return said.code, wrong, peak.taken


def _changed(dice: random.Random, path: Path) -> tuple[str, str]:
    """Change one thing in a file: what was done, and the name of the file."""
    change = spoiled.json_document if path.suffix == ".json" else spoiled.any_bytes
    path.write_bytes(change(dice, path.read_bytes()))
    return "a change", path.name


def _laid(dice: random.Random, path: Path) -> tuple[str, str]:
    """Lay a bomb in place of a file: which, and the name of its file."""
    placed = {each.__name__: each for each in bombs.PLACED}
    written = {".json": bombs.JSONS, ".parquet": bombs.PARQUETS}.get(path.suffix, {})
    what = dice.choice([*placed, *written])
    bombs.clear(path)
    if what in placed:
        placed[what](path)
    else:
        content = _content(written[what])
        if path.suffix == ".parquet":
            path = _called(path, bombs.part_name(content))
        path.write_bytes(content)
    return what, path.name


def _called(part: Path, name: str) -> Path:
    """Let the plan of a store call a part by another name; a spool's is found by any."""
    plan_file = part.parents[1] / manifest.PATH
    content = plan_file.read_bytes().replace(part.name.encode(), name.encode())
    checksum = json.loads(content)["checksum"]
    plan_file.write_bytes(documents_of_ours.seal(content.replace(checksum.encode(), b"", 1)))
    return part.with_name(name)


@cache
def _content(make: Callable[[], bytes]) -> bytes:
    return make()


def _asked(csv: Path) -> list[Settings]:
    csv.write_text("u,t\n1,2\n2.5,3\n4,-1e-3\n")
    asked = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for each in asked:
        each.name = "mine"
        each.data = data_of("csv", path=str(csv), input="u", target="t", input_unit="m", target_unit="°C")
    return asked


def _stored_and_spooled(asked: Sequence[Settings]) -> Path:
    """A sweep of three points, one of which fails, in the store; and its spool, as if it had not been delivered."""

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if any(point.lr == 1e-4 for point in points):
            raise ValueError("made to fail")
        return in_process(points, problems)

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        app.run(asked, Here(train))
        planned = plan.make(asked, sources.read)
        spool = Spool(planned, asked[0].tracking, {}, provenance.this_execution())
        *trained, failed = planned.points
        results: list[tuple[Point, Result]] = [*zip(trained, in_process(trained, planned.problems), strict=True)]
        spool.keep([*results, (failed, Failure("ValueError", "made to fail", "…"))], lambda: None)
    return spool.folder


def _report() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("outputs").glob("mine-*/*") if path.name != "provenance.json"}
