"""Kill a real sweep at random moments, run it again until it is done, and compare with one that nobody disturbed.

``python -m tests.chaos --kills 300`` is the long form; ``test_chaos.py`` the short one. The sweeps are forks of this
process, which has imported everything, so that a kill costs no start-up.
"""

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GRID = ("lr=range(1,13)", "scale=1e-3,1e-2", "epochs=40,41", "tracking.patience=20")
LOSSES_A_CHUNK = 90

ORIGIN = ("curve_", "mlflow.source.git", "git_dirty", "versions")
"""How tags begin that say where a run or its curve comes from: they change with what is committed meanwhile."""


@dataclass
class Count:
    """What was seen; ``ends`` counts sweeps that got to their end, ``different`` those that are not as the calm one."""

    kills: int = 0
    ends: int = 0
    lost: int = 0
    twice: int = 0
    left_running: int = 0
    different: int = 0


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(run(Path(folder), options.kills, options.seed))


def run(folder: Path, kills: int, seed: int) -> Count:
    """Disturb sweeps in ``folder`` until there were ``kills``."""
    import mlflow.store.tracking.sqlalchemy_store
    import pandas
    import torch

    import sweep.app
    import sweep.training.execute  # noqa: F401  (all of them: for the forks)

    del mlflow, pandas, torch
    dice, count = random.Random(seed), Count()
    calm = folder / "calm"
    start = time.monotonic()
    assert _wait(_sweep(calm)) == 0
    duration = time.monotonic() - start
    while count.kills < kills:
        place = folder / f"storm-{count.ends}"
        while True:
            process = _sweep(place)
            delay = dice.uniform(0, duration)
            until = time.monotonic() + delay
            while time.monotonic() < until and not _ended(process):
                time.sleep(0.002)
            if not _ended(process):
                os.kill(process, signal.SIGKILL)
            if _wait(process) == 0:
                break
            count.kills += 1
            _check_running(place)
        _compare(calm, place, count)
    return count


def _sweep(place: Path) -> int:
    """Start the sweep in ``place`` and return its process id."""
    place.mkdir(exist_ok=True)
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    try:  # The fork never returns from here.
        os.chdir(place)
        for stream in (1, 2):
            os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
        sys.argv = ["sweep", *GRID]
        import sweep.training.execute
        from sweep.__main__ import main as sweep_main

        sweep.training.execute.CHUNK_LOSSES = LOSSES_A_CHUNK
        sweep_main()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(99)


def _ended(process: int) -> bool:
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _check_running(place: Path) -> None:
    """Whatever was killed: no run of a point is ever half there."""
    file = place / "outputs" / "mlflow.db"
    if file.exists():
        states = _query(
            file, "SELECT r.status FROM runs r JOIN tags t USING (run_uuid) WHERE t.key = 'kind' AND t.value = 'point'"
        )
        assert {state for (state,) in states} <= {"FINISHED"}, states


def _compare(calm: Path, storm: Path, count: Count) -> None:
    count.ends += 1
    expected, found = _facts(calm), _facts(storm)
    keys = [run["key"] for run in found]
    count.lost += len({run["key"] for run in expected} - set(keys))
    count.twice += len(keys) - len(set(keys))
    count.left_running += len(_query(storm / "outputs/mlflow.db", "SELECT 1 FROM runs WHERE status = 'RUNNING'"))
    if expected != found or _files(calm) != _files(storm):
        count.different += 1
        odd = [name for name, content in _files(calm).items() if _files(storm).get(name) != content]
        runs = [pair for pair in zip(expected, found, strict=False) if pair[0] != pair[1]]
        print(f"{storm.name} differs: files {odd}, {len(runs)} runs, the first: {runs[:1]}", file=sys.stderr)


def _files(place: Path) -> dict[str, bytes]:
    (outputs,) = (place / "outputs").glob("sweep-*")
    skipped = ("provenance.json", ".")  # Hidden ones are left where a process was killed that wrote beside a file.
    return {path.name: path.read_bytes() for path in outputs.iterdir() if not path.name.startswith(skipped)}


def _facts(place: Path) -> list[dict[str, Any]]:
    """What stands on each point's run, in order of keys, but for ids, times and :data:`ORIGIN`."""
    file = place / "outputs" / "mlflow.db"
    runs: dict[str, dict[str, Any]] = {}
    for run, key, value in _query(file, "SELECT run_uuid, key, value FROM tags"):
        runs.setdefault(run, {"tags": {}})["tags"][key] = value
    points = {run: facts for run, facts in runs.items() if facts["tags"]["kind"] == "point"}
    for run, facts in points.items():
        facts["key"] = facts["tags"]["key"]
        facts["tags"] = sorted(item for item in facts["tags"].items() if not item[0].startswith(ORIGIN))
        facts["params"] = sorted(_query(file, "SELECT key, value FROM params WHERE run_uuid = ?", run))
        curve = "SELECT key, step, value, is_nan FROM {} WHERE run_uuid = ?"
        facts["metrics"] = sorted(_query(file, curve.format("metrics"), run))
        facts["latest"] = sorted(_query(file, curve.format("latest_metrics"), run))
    return sorted(points.values(), key=lambda facts: str(facts["key"]))


def _query(file: Path, statement: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        return connection.execute(statement, values).fetchall()


if __name__ == "__main__":
    main()
