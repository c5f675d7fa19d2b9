"""Damage a SQLite store's bytes at random and run commands on it: each ends with a documented code, and none hangs.

``python -m tests.damage --copies 200`` is the long form; ``test_damage.py`` the short one. The commands are forks of
this process, which has imported everything.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

MORE = ("lr=range(1,151)", "scale=1e-3", "epochs=30")
"""A sweep that makes most pages of the file ones of runs."""

GRID = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=50")
COMMANDS = (
    ("sweep.__main__", *GRID),
    ("sweep.__main__", *GRID, "rerun=true"),
    ("sweep.__main__", "lr=1e-2,1e-3", "scale=0.1", "epochs=60"),
    ("sweep.report.__main__",),
    ("sweep.replay",),
)
DOCUMENTED = (0, 1, 3, 4, 5)
LIMIT = 120.0
"""Seconds after which a command counts as one that hangs."""


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(prog="python -m tests.damage", description=__doc__)
    parser.add_argument("--copies", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--talk", action="store_true", help="what every command said")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        codes = run(Path(folder), options.copies, options.seed, talks=options.talk)
    print(dict(sorted(codes.items())))
    sys.exit(any(code not in DOCUMENTED for code in codes))


def run(folder: Path, copies: int, seed: int, *, talks: bool = False) -> Counter[int]:
    """How often each exit code ended a command on a damaged copy; what is not documented is told of with its words."""
    import mlflow.store.tracking.sqlalchemy_store
    import pandas
    import torch

    import sweep.app
    import sweep.report.files
    import sweep.training.execute  # noqa: F401  (all of them: for the forks)

    del mlflow, pandas, torch
    dice, codes = random.Random(seed), Counter[int]()
    whole = folder / "whole"
    whole.mkdir()
    assert _ended(whole, ("sweep.__main__", *MORE)) == 0
    assert _ended(whole, COMMANDS[0]) == 0
    for number in range(copies):
        place = folder / "damaged"
        shutil.copytree(whole, place)
        done = _damage(place / "outputs" / "mlflow.db", dice)
        command = COMMANDS[number % len(COMMANDS)]
        code = _ended(place, command)
        codes[code] += 1
        if code not in DOCUMENTED or talks:
            print(f"copy {number}, {done}: {command} ended with {code}:\n{(place / 'log').read_text()}", flush=True)
        shutil.rmtree(place)
    return codes


def _damage(file: Path, dice: random.Random) -> str:
    """Change some bytes of ``file``, and say how."""
    content = bytearray(file.read_bytes())
    kind = dice.choice(("flipped", "zeroed", "page", "cut"))
    if kind == "cut":
        del content[dice.randrange(len(content)) :]
    elif kind == "page":
        start = dice.randrange(len(content) // 4096) * 4096
        content[start : start + 4096] = bytes(4096)
    else:
        for _ in range(dice.choice((1, 10, 100, 1000))):
            at = dice.randrange(len(content))
            content[at] = 0 if kind == "zeroed" else content[at] ^ (1 << dice.randrange(8))
    file.write_bytes(content)
    return kind


def _ended(place: Path, command: tuple[str, ...]) -> int:
    """The exit code of ``command``, run in ``place`` by a fork; -1 of one that did not end."""
    sys.stdout.flush()
    process = os.fork()
    if not process:
        _run(place, command)
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(process, 9)
    os.waitpid(process, 0)
    return -1


def _run(place: Path, command: tuple[str, ...]) -> None:
    """In the fork, which never returns from here."""
    try:
        os.chdir(place)
        for stream in (1, 2):
            os.dup2(os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
        module, *words = command
        os.environ["HYDRA_FULL_ERROR"] = "1"  # For the traceback of what is not documented.
        sys.argv = ["sweep", *words, "tracking.patience=1"]
        import_module(module).main()
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(99)


if __name__ == "__main__":
    main()
