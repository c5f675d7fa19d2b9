"""Sweeps by jobs of a real Slurm of one node: arrays, lost jobs, signals, and drivers that go away and come again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.slurm import running_slurm
from sweep.engines import cut, slurm_pack
from sweep.engines.slurm import Slurm
from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_cluster import Slurm as Queue
from sweep.training.curve import Failure
from tests.conftest import Command
from tests.engines.deadly import DRIVER
from tests.problem.posed import asked, planned
from tests.tracking.stored import runs

ROOT = Path(__file__).parent.parent.parent
SLURM = ("hydra/launcher=sweep_slurm",)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Mapping[str, str]]:
    """Takes arrays of two jobs, and runs two at a time."""
    with running_slurm(cores=2, array=2) as environment:
        yield environment


@pytest.fixture(autouse=True)
def here(cluster: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder from which jobs are submitted, and find sweep."""
    for name, value in cluster.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]))
    monkeypatch.setenv(DRIVER, "0")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at_work() -> list[str]:
    """Ids of jobs that wait or run."""
    return subprocess.run(["squeue", "--noheader", "--format=%i"], capture_output=True, text=True).stdout.split()


def reached(what: str, condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds, as long as a busy machine may need."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def report() -> dict[str, bytes]:
    """The files of the only sweep here."""
    (sweep,) = Path("outputs").glob("sweep-*")
    return {path.name: path.read_bytes() for path in sweep.iterdir() if path.name != "provenance.json"}


def test_a_sweep_in_arrays_has_the_rows_and_the_report_of_one_process(
    command: Command, ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 lines, of which 8 are measured, and 8 a job come then: three jobs, two of them in an array."""
    monkeypatch.setattr(cut, "TILE", 8)
    monkeypatch.setattr(slurm_pack, "LEAST", 0.0)
    grid = ("lr=1e-2,1e-3", "start=random", "seed=range(0,16)", "epochs=5")
    said = command(*grid, *SLURM, "hydra.launcher.workers=3", "hydra.launcher.memory=1")
    assert said.code == 0, said
    assert "Jobs: 4, of up to 8 points; workers: 4; chunks: 4, of up to 8 points." in said.out
    assert sorted(Path("outputs").glob("slurm-*")) == []
    page = report()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command(*grid).code == 0
    assert page == report()


def test_a_point_that_ends_its_job_each_time_is_told_with_slurms_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "every", 0.2)
    monkeypatch.setattr(Queue, "late", 0.5)
    posed = planned([asked({"_target_": "tests.engines.deadly.Net", "does": "end parent"}, epochs=3)])
    engine = Slurm(Asked())
    ((found,),) = engine.run(posed.points, posed.problems)
    assert isinstance(failure := found[1], Failure)
    assert failure.kind == "WorkerDied"
    assert failure.message.startswith("its Slurm job ")
    assert failure.message.endswith(" ended as FAILED, by SIGKILL, each time"), failure.message
    assert "Killed" in failure.traceback


@contextmanager
def waiting(folder: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """A sweep in ``folder`` of two points, of which a job is at work until there is a file ``mark.go``."""
    (folder / "deadly.py").write_text((ROOT / "tests/engines/deadly.py").read_text())
    model = ("problem=torch", "problem.model._target_=deadly.Net", f"problem.model.mark={folder / 'mark'}")
    command = [sys.executable, "-m", "sweep", *model, "problem.model.does=wait", "seed=0,1", "epochs=2", *SLURM]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        reached("the job trains", lambda: process.poll() is not None or (folder / "mark").exists())
        yield process


def test_a_driver_that_is_killed_leaves_its_jobs_at_work_and_the_same_command_takes_what_they_did(
    ready_store: Path, tmp_path: Path
) -> None:
    with waiting(tmp_path) as process:
        os.killpg(process.pid, signal.SIGHUP)
    assert process.returncode == -signal.SIGHUP
    assert len(at_work()) == 1
    (tmp_path / "mark.go").touch()
    reached("the job is through", lambda: not at_work())
    (tmp_path / "mark").unlink()
    again = subprocess.run(process.args, cwd=tmp_path, capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (0, ""), again
    assert "found again: 1" in again.stdout
    assert not (tmp_path / "mark").exists(), "nothing was trained again"
    assert [run.info.status for run in runs()] == ["FINISHED"] * 2
    assert sorted((tmp_path / "outputs").glob("slurm-*")) == []


def test_ctrl_c_cancels_the_jobs_and_reports(ready_store: Path, tmp_path: Path) -> None:
    with waiting(tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in err, "not run" in out) == (130, False, True), (out, err)
    reached("no job is at work", lambda: not at_work())
    assert sorted((tmp_path / "outputs").glob("slurm-*")) == []
