"""A server's answer, once or from then on, is another: what something on the way made of it, or said in its place."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sweep.tracking import REQUEST, fresh
from tests.conftest import Said, run
from tests.storm.tries import GRID, Try, execute, unless
from tests.tracking import poured, spoiled
from tests.tracking.bounded import status
from tests.tracking.conftest import started
from tests.tracking.proxy import Answer, Proxy, faulty

KINDS: dict[str, Answer] = {**poured.SLOW, **poured.LARGE, **poured.BROKEN, **poured.NONSENSE}
LIES = "the answer with one thing changed"
READ = ("get-by-name", "runs/search", "runs/get", "artifacts", "experiments/get")
WRITTEN = ("log-batch", "log-inputs", "runs/create", "runs/update", "set-", "PUT", "experiments/create")
READERS = ("sweep.report", "sweep.replay", "sweep.ui")
PATIENT, IMPATIENT = 90, 2
"""Seconds of patience with an answer that is bad once, and with one that stays bad."""

WAITS = 5
"""Seconds that one request may take."""

OPENING = ("get-by-name", "experiments/get", "experiments/create")
"""Requests that are not tried for long, so that a mistyped address is said soon."""

LONG, MEMORY = 60, 1500
"""Seconds beyond the patience that a command may take on a busy machine, and MiB that all of them may."""


def answers(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """Bad answers of each kind in turn, at any request: nothing is lost, stored twice, or said that is not so."""
    fresh.make(place / "empty.db")
    (place / "server").mkdir()
    (place / "work").mkdir()
    os.chdir(place / "work")
    given, os.environ[REQUEST] = os.environ.get(REQUEST), str(WAITS)
    kinds = [*KINDS, *[LIES] * 6]
    dice.shuffle(kinds)
    longest, greediest = 0.0, (0, "none")
    Path("/proc/self/clear_refs").write_text("5")  # The peak, to what is taken now.
    began = _peak()
    try:
        with started(place / "server", place / "empty.db") as address, faulty(address, part=0, seed=1) as proxy:
            here = f"tracking.uri=http://127.0.0.1:{proxy.server_port}"
            yield Try("a calm sweep", 0, unless(run(*GRID, "epochs=5", here, "tracking.experiment=calm"), {0}))
            for number in range(tries):
                kind = kinds[number % len(kinds)]
                before = _peak()
                tried, beyond = _one(proxy, here, number, kind, dice, place / "server/mlflow.db")
                longest, greediest = max(longest, beyond), max(greediest, (_peak() - before, tried.what))
                yield tried if tried.wrong or beyond < LONG else tried._replace(wrong=f"{beyond:.0f} s too long")
    finally:
        os.environ.pop(REQUEST) if given is None else os.environ.update({REQUEST: given})
    yield Try("runs of one attempt", 0, _twice(place / "server/mlflow.db"))
    told = f"{len(set(kinds))} kinds; at most {_peak() - began:,} MiB, and {longest:.1f} s beyond the patience"
    most = f"{greediest[0]:,} MiB more than before at {greediest[1]}"
    yield Try(told, 0, "" if _peak() - began < MEMORY else most)


def _peak() -> int:
    """The most memory that this process has had since it was last asked to forget, in MiB."""
    return status("VmHWM") >> 20


def _one(proxy: Proxy, here: str, number: int, kind: str, dice: random.Random, file: Path) -> tuple[Try, float]:
    """A command, one request of which is answered badly; what is wrong with its end; seconds beyond its patience."""
    module = dice.choice(["sweep", "sweep", *READERS])
    request = dice.choice((*READ, *WRITTEN) if module == "sweep" else READ)
    stays, at = dice.random() < 0.5, dice.choice([0, 0, 1, 3])
    answer = _any(partial(spoiled.json_document, dice), dice) if kind == LIES else KINDS[kind]
    patience = IMPATIENT if stays or kind == LIES else PATIENT
    pattern = f".*{request}"
    proxy.instead = [*[(pattern, bytes)] * at, *[(pattern, answer)] * (500 if stays else 1)]
    experiment = f"e{number}" if module == "sweep" else "calm"
    words = (here, f"tracking.experiment={experiment}", f"tracking.patience={patience}")
    grid = (*GRID, f"epochs={5 + number % 7}") if module == "sweep" else ()
    began = time.monotonic()
    said = run(*grid, *words, module=module)
    took = time.monotonic() - began
    proxy.instead = []
    allowed = {0, 1, 4} if stays or kind == LIES else {0, 1} if kind in poured.SLOW and request in OPENING else {0}
    wrong = unless(said, allowed) or _said_wrongly(said, module, experiment, file)
    if module == "sweep" and not wrong and said.code == 4:
        proxy.instead = [(pattern, answer)]
        synced = run(here, f"tracking.patience={PATIENT}", module="sweep.sync")
        proxy.instead = []
        wrong = unless(synced, allowed if kind == LIES else {0, 1} if kind in poured.SLOW else {0})
    if module == "sweep" and not wrong and said.code == 4:
        again = run(*grid, here, f"tracking.experiment={experiment}")
        wrong = unless(again, {0}) or ("" if _points(file, experiment) == 4 else "points are lost")
    what = f"{module}, {request} {'from' if stays else 'at'} {at}, {kind} ({took:.1f} s)"
    return Try(what, said.code, wrong), took - patience


def _said_wrongly(said: Said, module: str, experiment: str, file: Path) -> str:
    if "Traceback" in said.err or "this experiment was deleted" in said.err:
        return said.err
    if module == "sweep" and said.code == 0 and _points(file, experiment) != 4:
        return f"{_points(file, experiment)} of 4 points are stored"
    if module == "sweep" and said.code == 1 and _points(file, experiment):
        return f"bad input, yet points are stored: {said.err}"
    return ""


def _points(file: Path, experiment: str) -> int:
    """How many points of an experiment have a finished run."""
    query = (
        "SELECT DISTINCT k.value FROM runs r JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'key'"
        " JOIN experiments e USING (experiment_id)"
        f" WHERE r.status = 'FINISHED' AND r.lifecycle_stage = 'active' AND e.name = '{experiment}'"
    )
    return len(execute(file, query))


def _twice(file: Path) -> str:
    """Attempts at a point that have several runs."""
    query = (
        "SELECT r.experiment_id, k.value, a.value FROM runs r JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'key'"
        " JOIN tags a ON a.run_uuid = r.run_uuid AND a.key = 'attempt'"
        " WHERE r.lifecycle_stage = 'active' AND r.status = 'FINISHED'"
    )
    twice = [key for key, count in Counter(execute(file, query)).items() if count > 1]
    return f"several runs of {twice}" if twice else ""


def _any(change: Callable[[bytes], bytes], dice: random.Random) -> Callable[[bytes], bytes]:
    """``change`` for JSON, else any bytes changed."""

    def changed(content: bytes) -> bytes:
        if not content:
            return b"{}"
        return change(content) if content[:1] in b"{[" else spoiled.any_bytes(dice, content)

    return changed
