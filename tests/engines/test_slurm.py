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
from sweep.engines import order, slurm_pack
from sweep.engines.slurm import Slurm
from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_cluster import Slurm as Queue
from sweep.training.curve import Failure
from tests.conftest import Command
from tests.engines.deadly import DRIVER
from tests.engines.trained import report
from tests.problem.posed import asked, planned
from tests.quick_start import Popen
from tests.tracking.stored import runs

ROOT = Path(__file__).parent.parent.parent
SLURM = ("hydra/launcher=sweep_slurm",)


@pytest.fixture(scope="module")
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
    command = ["squeue", "--noheader", "--array", "--format=%i"]
    return subprocess.run(command, capture_output=True, text=True).stdout.split()


def reached(what: str, condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds, as long as a busy machine may need."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_a_sweep_in_arrays_has_the_rows_and_the_report_of_one_process(
    command: Command, ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 lines, of which 8 are measured, and 8 a job come then: three jobs, two of them in an array."""
    monkeypatch.setattr(order, "TILE", 8)
    monkeypatch.setattr(slurm_pack, "LEAST", 0.0)
    grid = ("lr=1e-2,1e-3", "start=random", "seed=range(0,16)", "epochs=5")
    said = command(*grid, *SLURM, "hydra.launcher.workers=3", "hydra.launcher.memory=1")
    assert said.code == 0, said
    assert "Jobs: 1 is submitted, of 8 points; how long it takes tells how many the next ones have." in said.out
    assert "Jobs: 4, of up to 8 points; workers: 4; chunks: 4, of up to 8 points." in said.out
    assert sorted(Path("outputs").glob("slurm-*")) == []
    page = report(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert command(*grid).code == 0
    assert page == report(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("workers=0",), "hydra.launcher.workers=0 is not allowed"),
        (("executor=no",), "allowed: slurm, or local: jobs on this machine, without Slurm"),
        (("minutes=60",), "allowed: less than hydra.launcher.time=60"),
        (("gpus=2",), "hydra.launcher.gpus=2 is not allowed"),
        (("partition=nowhere",), "sbatch takes no such job: allocation failure: Invalid partition name specified"),
        (("memory=1000",), "Requested node configuration is not available"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_stored(
    command: Command, files: Callable[[], list[str]], words: tuple[str, ...], said: str
) -> None:
    found = command("epochs=2", *SLURM, *(f"hydra.launcher.{word}" for word in words))
    assert (found.code, said in found.err, "Traceback" in found.err) == (1, True, False), found
    assert files() == []


def test_options_that_are_ours_a_gpu_that_is_not_asked_for_and_no_slurm_are_refused(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "hydra.launcher.options" in command("epochs=2", *SLURM, "+hydra.launcher.options.output=x").err
    assert "add hydra.launcher.gpus=1, or use device=cpu" in command("epochs=2", *SLURM, "device=cuda").err
    monkeypatch.setenv("PATH", "")
    found = command("epochs=2", *SLURM)
    assert (found.code, "there is no sbatch here" in found.err) == (1, True), found
    assert "add hydra.launcher.executor=local" in found.err


AWAY = """
ClusterName=away
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=1
AuthType=auth/none
CredType=cred/none
NodeName=localhost CPUs=1
PartitionName=all Nodes=ALL Default=YES
"""
"""A cluster where nobody answers; for a file that is not there, Slurm's commands look for a minute each."""


def test_commands_of_slurm_without_a_cluster_are_told_what_goes_without_one(
    command: Command,
    files: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    (configuration := tmp_path_factory.mktemp("away") / "slurm.conf").write_text(AWAY)
    monkeypatch.setenv("SLURM_CONF", str(configuration))
    found = command("epochs=2", *SLURM)
    assert (found.code, "Traceback" in found.err) == (1, False), found
    assert "sbatch takes no such job" in found.err
    assert "where there is no cluster, add hydra.launcher.executor=local" in found.err
    assert files() == []


def test_a_point_that_ends_its_job_each_time_is_told_with_slurms_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "every", 0.2)
    monkeypatch.setattr(Queue, "late", 0.5)
    posed = planned([asked({"_target_": "tests.engines.deadly.Net", "does": "end parent"}, epochs=3)])
    engine = Slurm(Asked())
    (found,) = (pair for chunk in engine.run(posed.points, posed.problems) for pair in chunk)
    assert isinstance(failure := found[1], Failure)
    assert failure.kind == "WorkerDied"
    assert failure.message.startswith("its Slurm job ")
    assert failure.message.endswith(" ended as FAILED, by SIGKILL, each time"), failure.message
    assert "Killed" in failure.traceback


LOOP = """
import time
from pathlib import Path

def train(seed, epochs):
    with Path("trained").open("a") as lines:
        print(seed, file=lines)
    while seed == 2 and not Path("go").exists():
        time.sleep(0.1)
    yield from range(epochs)
"""

START = "from sweep.engines import slurm_pack; slurm_pack.LEAST = 0.0; from sweep.__main__ import main; main()"
"""A command of which each job has no more than its share, however little that is."""


@contextmanager
def waiting(folder: Path) -> Iterator[Popen]:
    """A sweep in ``folder`` of three points, of which the last one takes until there is a file ``go``."""
    (folder / "loop.py").write_text(LOOP)
    words = ("problem=function", "problem.function._target_=loop.train", "seed=0,1,2", "epochs=2")
    command = [sys.executable, "-c", START, *words, *SLURM, "hydra.launcher.workers=3"]
    with Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        reached(
            "the last job trains alone",
            lambda: process.poll() is not None or (len(at_work()) == 1 and trained() == ["0", "1", "2"]),
        )
        reached("the others are stored", lambda: process.poll() is not None or len(runs()) == 2)
        yield process


def trained() -> list[str]:
    """Seeds of what began to train, in order."""
    return sorted(Path("trained").read_text().split()) if Path("trained").exists() else []


def test_a_driver_that_is_gone_leaves_its_jobs_at_work_and_the_same_command_waits_for_them(
    ready_store: Path, tmp_path: Path
) -> None:
    """It was in an array with another one, which is through."""
    with waiting(tmp_path) as process:
        os.killpg(process.pid, signal.SIGHUP)
    assert process.returncode == -signal.SIGHUP
    assert (len(at_work()), trained()) == (1, ["0", "1", "2"])
    with Popen(process.args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as again:
        assert again.stdout
        assert "1 to train" in again.stdout.readline()
        assert again.stdout.readline() == "Jobs found again: 1.\n"
        time.sleep(2)  # It leaves the one that it waits for at work.
        Path("go").touch()
        out, err = again.communicate(timeout=120)
    assert (again.returncode, err) == (0, ""), (out, err)
    assert "Jobs found again: 1; workers: 1; chunks: 1, of up to 1 point." in out
    assert trained() == ["0", "1", "2"], "nothing is trained twice"
    assert [run.info.status for run in runs()] == ["FINISHED"] * 3
    assert sorted(Path("outputs").glob("slurm-*")) == []


def test_ctrl_c_cancels_the_jobs_and_reports(ready_store: Path, tmp_path: Path) -> None:
    with waiting(tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in err, " not run" in out) == (130, False, True), (out, err)
    reached("no job is at work", lambda: not at_work())
    assert sorted(Path("outputs").glob("slurm-*")) == []
