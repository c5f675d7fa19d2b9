"""Signals: real ones, to real processes and to this one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep import app
from sweep.console.interruption import Interrupted, watched
from sweep.engines.engine import Here
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import summary
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.quick_start import Popen
from tests.tracking.stored import runs, settings


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_report_of_what_is_done_and_the_same_command_goes_on(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    """The signal comes while the second chunk trains."""
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)

    def trained(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == 1e-3:
            os.kill(os.getpid(), number)
        return in_process.in_process(points, problems)

    asked = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    with pytest.raises(Interrupted) as stopped:
        app.run(asked, Here(trained))
    assert 128 + stopped.value.signal == code
    assert [run.data.params["lr"] for run in runs()] == ["0.01"]
    assert [run.info.status for run in runs("summary")] == ["KILLED"]
    (report,) = Path("outputs").glob("sweep-*/report.md")
    assert "1 unfinished, 2 not run" in report.read_text()
    interrupted = report.parent
    app.run(asked, Here(in_process.in_process))
    assert sorted(run.data.params["lr"] for run in runs()) == ["0.0001", "0.001", "0.01"]
    assert [run.info.status for run in runs("summary")] == ["FINISHED"]
    assert list(Path("outputs").glob("sweep-*")) == [interrupted]


def test_a_signal_while_a_chunk_is_written_lets_it_finish() -> None:
    done = []
    with watched() as watch:

        def work() -> None:
            for chunk in range(3):
                with watch.uninterrupted():
                    os.kill(os.getpid(), signal.SIGINT)
                    done.append(chunk)

        watch.until_signal(work)
        assert done == [0]
        with pytest.raises(Interrupted):
            watch.check()


def test_a_second_signal_to_a_callers_process_is_the_callers() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        with watched(is_command=False) as watch:
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGINT)
            with pytest.raises(Interrupted, match="the same call goes on from there"):
                watch.check()
        assert came == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Of a process with threads, which this one may have.
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_that_a_model_has_forked_ends_by_a_signal_without_a_word(
    capfd: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    """As the workers of a DataLoader, or of a pool, which their parent ends by SIGTERM."""

    def fork() -> None:
        child = os.fork()
        if child == 0:
            try:
                os.kill(os.getpid(), number)
                time.sleep(60)
            finally:
                os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -number

    with watched() as watch:
        watch.until_signal(fork)
        watch.check()  # This process got none.
    assert capfd.readouterr().err == ""


def test_a_second_signal_ends_the_process_at_once_and_its_run_is_closed_by_a_later_sweep(
    command: Command, tmp_path: Path, ready_store: Path
) -> None:
    code = (
        "import os, signal, time\n"
        "from sweep import publication\n"
        "from sweep.training import in_process\n"
        "def stuck(points, problems):\n"
        "    print('training', flush=True)\n"
        "    time.sleep(600)\n"
        "in_process.in_process = stuck\n"
        "def never(sweep, **how):\n"
        "    print('reporting', flush=True)\n"
        "    time.sleep(600)\n"
        "publication.publish = never\n"
        "from sweep.__main__ import main\n"
        "main()\n"
    )
    with Popen(
        [sys.executable, "-c", code, "epochs=2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = iter(process.stdout)
        assert any("training" in line for line in lines)
        process.send_signal(signal.SIGINT)
        assert any("reporting" in line for line in lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
        assert "Traceback" not in process.stderr.read()
    client = MlflowClient(absolute(f"sqlite:///{tmp_path}/outputs/mlflow.db"))
    (left,) = client.search_runs(["1"], "attributes.status = 'RUNNING'")

    def later() -> str:
        assert command("epochs=3").code == 0
        return str(client.get_run(left.info.run_id).info.status)

    assert later() == "RUNNING"  # It has beaten a moment ago, so it may be at work on another machine.
    earlier = datetime.now(UTC) - timedelta(seconds=2 * summary.STALE)
    client.set_tag(left.info.run_id, "heartbeat", earlier.isoformat())
    assert later() == "KILLED"


def test_a_sweep_that_cannot_begin_leaves_no_run_running(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sweep.tracking.data_files.written", full)
    with pytest.raises(OSError, match="No space"):
        app.run([settings()], Here(in_process.in_process))
    assert [run.info.status for run in runs("summary")] == ["FAILED"]


@pytest.mark.parametrize(
    ("where", "command"),
    [
        ("sweep.settings.hydra_internals.arguments_parser", "sweep.__main__"),
        ("argparse.ArgumentParser.parse_args", "sweep.sync"),
        ("sweep.console.streams.full", "sweep.sync"),
    ],
    ids=["before a sweep has begun", "before another command has begun", "once it is through"],
)
def test_ctrl_c_while_nothing_is_under_way_ends_the_process_without_a_word(
    tmp_path: Path, where: str, command: str
) -> None:
    code = (
        "import os, signal\n"
        "from unittest.mock import patch\n"
        f"from {command} import main\n"
        f"with patch({where!r}, lambda *_, **__: os.kill(os.getpid(), signal.SIGINT)):\n"
        "    main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")
