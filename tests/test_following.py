"""A sweep followed while it runs: its page, what is said, and how following ends."""

import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from sweep import app
from sweep.engines.engine import Here
from sweep.errors import Exit
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import summary
from sweep.training.advance import EVERY, Steps
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import Command
from tests.tracking.stored import opened, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store", "a_chunk_is_a_point")

LRS = (1e-2, 1e-3, 1e-4)
REFRESH = b'<meta http-equiv="refresh" content="1">'
FOLLOW = ("--follow", "--every", "0.1")


def pages() -> list[Path]:
    return [*Path("outputs").glob("sweep-*/report.html")]


def live() -> bytes:
    """The page, once there is one that asks for another."""
    while not any(REFRESH in (found := page.read_bytes()) for page in pages()):
        sleep(0.05)
    return found


@contextmanager
def swept(before_last: Callable[[], object]) -> Iterator[None]:
    """Beside what is done here, a sweep of three points that does ``before_last`` before its last one trains."""
    begun = threading.Event()

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == LRS[-1]:
            begun.set()
            before_last()
        return in_process(points, problems)

    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(app.run, [settings(lr=lr) for lr in LRS], Here(train))
        assert begun.wait(300)
        yield
        assert done.result() == Exit.OK


def test_a_page_is_written_anew_until_the_sweep_ends_and_is_then_as_any_other(command: Command) -> None:
    seen: list[bytes] = []
    with swept(lambda: seen.append(live())):
        said = command(*FOLLOW, module="sweep.report")
    assert said.code == 0, said
    (run,) = runs("summary")
    sweep_id = run.data.tags["sweep_id"][:8]
    line = f"Sweep {sweep_id} runs: 2 of 3 points; 2 unfinished, 1 not run."
    assert line in said.out.splitlines()
    assert f'<p role="status">{line}</p>'.encode() in seen[0]
    assert "The sweep runs still" not in said.out
    assert said.out.splitlines()[-1].startswith("Compare: ")
    (page,) = pages()
    ended = page.read_bytes()
    assert REFRESH not in ended
    assert line.encode() not in ended
    assert command(module="sweep.report").code == 0
    assert page.read_bytes() == ended


def test_ctrl_c_ends_it_and_leaves_a_page_that_asks_for_no_other(command: Command) -> None:
    gate = threading.Event()

    def presses() -> None:
        live()
        os.kill(os.getpid(), signal.SIGINT)
        assert gate.wait(300)

    with swept(presses):
        said = command(*FOLLOW, module="sweep.report")
        (page,) = pages()
        left = page.read_bytes()
        gate.set()
    assert (said.code, said.err) == (0, "")
    assert "Followed no further; the sweep goes on." in said.out
    assert REFRESH not in left
    assert b"1 not run" in left


def test_a_report_of_a_sweep_that_runs_says_so(command: Command) -> None:
    said = []
    with swept(lambda: said.append(command(module="sweep.report"))):
        pass
    assert "The sweep runs still: this is what it has done so far." in said[0].out.splitlines()


def test_a_long_point_has_a_page_from_the_first_look_on_and_how_far_it_is(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know it from what is stored: nothing is, until the point is done."""
    monkeypatch.setattr(summary, "BEAT", 0.1)
    told: list[str] = []

    def slow(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        steps = Steps(4)
        sleep(2 * EVERY)
        steps.go(3)
        while b"0 of 1 point, 75 %; 1 not run." not in (seen := live()):
            sleep(0.05)
        told.extend([seen.decode(), command("--json", module="sweep.list").out])
        told.append(command(module="sweep.report").out)
        return in_process(points, problems)

    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(app.run, [settings(lr=LRS[0])], Here(slow))
        while not (Path("outputs/artifacts").is_dir() and runs("summary")):
            sleep(0.05)
        said = command(*FOLLOW, module="sweep.report")
        assert done.result() == Exit.OK
    page, listed, report = told
    assert "The same command again" not in page + report
    assert json.loads(listed)[0]["done"] == 0.75
    assert json.loads(listed)[0]["state"] == "running"
    assert "The sweep runs still" in report
    assert "|" not in report
    assert "runs: 0 of 1 point, 75 %; 1 not run." in said.out


def _killed(status: str) -> None:
    """Leave the only sweep as a process does that was ended: without a beat since, or closed by a later sweep."""
    (run,) = runs("summary")
    client = opened().client
    client.set_tag(run.info.run_id, "heartbeat", "2020-01-01T00:00:00+00:00")
    client.update_run(run.info.run_id, status=status)


@pytest.mark.parametrize(
    ("status", "how"), [("RUNNING", "was killed"), ("KILLED", "was interrupted"), ("FAILED", "ended with an error")]
)
def test_of_a_sweep_that_is_over_it_says_how_it_ended_and_reports(command: Command, status: str, how: str) -> None:
    command("epochs=5")
    _killed(status)
    for words in (FOLLOW, ()):
        said = command(*words, module="sweep.report")
        assert f"The sweep {how}: the same command goes on from here." in said.out.splitlines()
        assert re.search(r"^Report: ", said.out, re.MULTILINE)


@pytest.mark.parametrize("every", ["0", "nan", "soon", "1e9"])
def test_seconds_that_are_none_are_refused(command: Command, every: str) -> None:
    said = command("--follow", "--every", every, module="sweep.report")
    assert said.code == 2
    assert "is no number of seconds from 0.1 to 86400" in said.err
