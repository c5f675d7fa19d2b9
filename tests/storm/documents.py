"""Files of a store and of a spool with one thing in them changed."""

import io
import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from sweep import app, provenance
from sweep.plan import plan
from sweep.plan.point import Point
from sweep.problem import sources
from sweep.problem.problem import Problem
from sweep.settings.schema import Data, Settings
from sweep.tracking.spool import Spool
from sweep.training.curve import Curve, Failure, Result
from sweep.training.in_process import in_process
from tests.conftest import run
from tests.storm.tries import Try, unless
from tests.tracking import spoiled
from tests.tracking.stored import settings


def documents(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """Files of a store and of a spool: refused with their name, or the report is what it was."""
    os.chdir(place)
    asked = _asked(place / "own.csv")
    spool = _stored_and_spooled(asked)
    kept = place / "kept"
    shutil.copytree(spool, kept)
    calm = _report()
    stored = [path for path in Path("outputs/artifacts").rglob("*") if path.name.startswith(("plan.", "provenance."))]
    stored += [*Path("outputs/artifacts").rglob("data/*"), *Path("outputs/artifacts").rglob("curves/*")]
    commands: dict[Path, tuple[str, ...]] = dict.fromkeys(stored, ("sweep.report", "sweep.replay"))
    commands |= dict.fromkeys((path for path in spool.rglob("*") if path.is_file()), ("sweep.sync",))
    weights = [4 if path.suffix == ".json" else 1 for path in commands]
    for _ in range(tries):
        (path,) = dice.choices([*commands], weights)
        module, whole = dice.choice(commands[path]), path.read_bytes()
        change = spoiled.json_document if path.suffix == ".json" else spoiled.any_bytes
        path.write_bytes(change(dice, whole))
        said = run(module=module)
        wrong = unless(said, {0, 1})
        if said.code == 1 and path.name not in said.err:
            wrong = f"the file is not named: {said.err}"
        if said.code == 0 and _report() != calm:
            wrong = "the report is another"
        yield Try(f"{module} with a changed {path.parent.name}/{path.suffix}", said.code, wrong)
        shutil.copytree(kept, spool, dirs_exist_ok=True)
        path.write_bytes(whole)


def _asked(csv: Path) -> list[Settings]:
    csv.write_text("u,t\n1,2\n2.5,3\n4,-1e-3\n")
    asked = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for each in asked:
        each.data, each.name = Data("csv", str(csv), "u", "t", "m", "°C", True), "mine"
    return asked


def _stored_and_spooled(asked: Sequence[Settings]) -> Path:
    """A sweep of three points, one of which fails, in the store; and its spool, as if it had not been delivered."""

    def train(points: Sequence[Point], problems: Mapping[str, Problem]) -> list[Curve]:
        if any(point.lr == 1e-4 for point in points):
            raise ValueError("made to fail")
        return in_process(points, problems)

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        app.run(asked, train)
        planned = plan.make(asked, sources.read)
        spool = Spool(planned, asked[0].tracking, {}, provenance.this_execution())
        *trained, failed = planned.points
        results: list[tuple[Point, Result]] = [*zip(trained, in_process(trained, planned.problems), strict=True)]
        spool.keep([*results, (failed, Failure("ValueError", "made to fail", "…"))], lambda: None)
    return spool.folder


def _report() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("outputs").glob("mine-*/*") if path.name != "provenance.json"}
