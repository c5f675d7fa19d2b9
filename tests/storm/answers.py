"""A server's answer, once, is another: what something on the way made of it, or said in its place."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from sweep.tracking import fresh
from tests.conftest import run
from tests.storm.tries import GRID, Try, execute, unless
from tests.tracking import spoiled
from tests.tracking.conftest import started
from tests.tracking.proxy import faulty

BODIES = (
    *(b"[]", b"null", b"{}", b"", b'{"runs": {"a": 1}}', b"<html></html>"),
    *(b"HTTP/1.1 200 OK\r\nConte", b"[" * 9999),
)
READ = ("get-by-name", "runs/search", "runs/get", "artifacts")
WRITTEN = ("log-batch", "runs/create", "runs/update", "set-", "PUT")


def answers(place: Path, dice: random.Random, tries: int) -> Iterator[Try]:
    """A server's answer, once: asked for again where it is no answer, and nothing is stored twice."""
    fresh.make(place / "empty.db")
    (place / "server").mkdir()
    (place / "work").mkdir()
    os.chdir(place / "work")
    with started(place / "server", place / "empty.db") as address, faulty(address, part=0, seed=1) as proxy:
        where = f"tracking.uri=http://127.0.0.1:{proxy.server_port}"
        for number in range(tries):
            module = dice.choice(["sweep", "sweep.report", "sweep.replay"]) if number else "sweep"
            lies = module != "sweep" and dice.random() < 0.5
            answer = partial(spoiled.json_document, dice) if lies else dice.choice(BODIES)
            request = dice.choice((*READ, *WRITTEN) if module == "sweep" else READ)
            proxy.instead = [(f".*{request}", answer if isinstance(answer, bytes) else _any(answer, dice))]
            words = (*GRID, f"epochs={5 + number % 7}") if module == "sweep" else ()
            said = run(*words, where, f"tracking.patience={2 if lies else 30}", module=module)
            wrong = unless(said, {0, 1, 4} if lies else {0})
            if request in READ and proxy.instead:
                wrong = "nobody asked for it"
            yield Try(f"{module}, {request}: {answer!r}", said.code, wrong)
    yield Try("runs of one attempt", 0, _twice(place / "server/mlflow.db"))


def _twice(file: Path) -> str:
    """Attempts at a point that have several runs."""
    query = (
        "SELECT k.value, a.value FROM runs r JOIN tags k ON k.run_uuid = r.run_uuid AND k.key = 'key' JOIN tags a ON"
        " a.run_uuid = r.run_uuid AND a.key = 'attempt' WHERE r.lifecycle_stage = 'active'"
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
