"""Sweeps whose points train by workers, by command: the same report; signals; and no orphans."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient

from sweep.engines import crew, processes
from sweep.engines.answer import Chunk
from sweep.engines.processes import Processes
from sweep.errors import BadInput
from sweep.tracking import store
from sweep.tracking.location import absolute
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, Command, lines, point
from tests.engines.deadly import DRIVER
from tests.engines.trained import report
from tests.own_models import NET, in_folder
from tests.problem.posed import planned
from tests.processes import children, gone
from tests.quick_start import Popen, run
from tests.tracking.stored import runs, settings

ROOT = Path(__file__).parent.parent.parent
PROCESSES = ("hydra/launcher=processes", "hydra.launcher.workers=2")
RAY = ("hydra/launcher=sweep_ray", "hydra.launcher.workers=2")

by_each = pytest.mark.parametrize("engine", [PROCESSES, RAY], ids=["processes", "sweep_ray"])
"""Where workers are of this machine alone."""


@by_each
def test_own_models_leave_the_same_runs_and_report_and_the_sweep_says_who_trained(
    command: Command, ready_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: tuple[str, ...]
) -> None:
    """A model that raises fails alone, in both."""
    grid = (*NET, "problem.model.width=4,8,20", "lr=1e-3,1e-2")
    said = in_folder(command, tmp_path)(*grid, *engine)
    assert said.code == 3, said
    assert re.search(r"Workers: [12]; chunks: 4, of up to 2 points\.", said.out), said.out
    (document,) = (tmp_path / "outputs").glob("sweep-*/provenance.json")
    assert '"workers": [' in document.read_text()
    theirs = {run.data.tags["key"]: (run.info.status, run.data.params, run.data.metrics) for run in runs()}
    files = report(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert in_folder(command, elsewhere)(*grid).code == 3
    assert report(elsewhere) == files
    assert theirs == {run.data.tags["key"]: (run.info.status, run.data.params, run.data.metrics) for run in runs()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("training.timeout=5",), "training.timeout=5: a point that trains in this process cannot be ended"),
        (("training.timeout=5", "hydra/launcher=basic"), "cannot be ended"),
        (("training.timeout=0", *PROCESSES), "training.timeout=0.0 is not allowed"),
        (("training.timeout=1,2", *PROCESSES), "training.timeout"),
        (("hydra/launcher=processes", "hydra.launcher.workers=0"), "hydra.launcher.workers=0 is not allowed"),
        (("hydra/launcher=processes", "hydra.launcher.workers=x"), "hydra.launcher.workers"),
        (("device=cuda:97", *PROCESSES), "device=cuda:97: torch finds"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    command: Command, files: "Iterator[str]", words: tuple[str, ...], said: str
) -> None:
    found = command("epochs=2", *words)
    assert (found.code, said in found.err) == (1, True), found
    assert "Traceback" not in found.err
    assert files() == []  # type: ignore[operator]


def test_workers_that_end_before_they_are_ready_are_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START", "raise SystemExit(7)")
    with pytest.raises(BadInput, match="a worker ended with exit code 7 before it was ready"):
        list(Processes(2).run([point(epochs=2)], lines(THERMOMETER)))


@pytest.mark.usefixtures("forked_workers")
def test_the_size_of_chunks_is_told_while_points_train(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and before how it was shared out is."""
    monkeypatch.setattr("sweep.engines.cut.SECONDS", 1e-4)
    said = command("lr=range(1e-5,40e-4,1e-5)", "epochs=3", *PROCESSES)
    told = [line for line in said.out.splitlines() if line.startswith("Workers: 2; ")]
    assert [line.split(";")[1].partition(":")[0] for line in told] == [" points a chunk", " chunks"], said


def environment() -> dict[str, str]:
    """In which sweep is found, and every process is a worker."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": path, DRIVER: "0"}


@contextmanager
def hanging(folder: Path, engine: tuple[str, ...], how: str = "hang") -> Iterator[tuple[Popen, list[int]]]:
    """A sweep in ``folder`` of which two points hang, the first time; and the processes that it has started."""
    (folder / "deadly.py").write_text((ROOT / "tests/engines/deadly.py").read_text())
    model = ("problem=torch", "problem.model._target_=deadly.Net", f"problem.model.mark={folder / 'mark'}")
    grid = (f"problem.model.does=nothing,{how} once", "seed=0,1", "epochs=2", *engine)
    command = [sys.executable, "-m", "sweep", *model, *grid]
    with Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while process.poll() is None and not (folder / "mark").exists():
            time.sleep(0.05)
        yield process, children(process.pid)


def name(process: int) -> str:
    """What a process is called; nothing where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text().strip()
    return ""


@by_each
def test_ctrl_c_ends_the_workers_and_reports_and_the_same_command_goes_on(
    ready_store: Path, tmp_path: Path, engine: tuple[str, ...]
) -> None:
    """The signal goes to all processes of the terminal, as a Ctrl-C does."""
    with hanging(tmp_path, engine) as (process, workers):
        assert workers
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, "Traceback" in err) == (130, False), (out, err)
    assert gone(workers)
    assert "not run" in out
    client = MlflowClient(absolute(f"sqlite:///{tmp_path}/outputs/mlflow.db"))
    (summary,) = client.search_runs(["1"], "tags.kind = 'summary'")
    assert summary.info.status == "KILLED"
    again = run(process.args, cwd=tmp_path, env=environment())
    assert (again.returncode, again.stderr) == (0, "")
    assert len(client.search_runs(["1"], "tags.kind = 'point' AND attributes.status = 'FINISHED'")) == 4
    assert client.get_run(summary.info.run_id).info.status == "FINISHED"


@by_each
def test_workers_of_a_driver_that_is_killed_end_with_it_whatever_they_do(
    ready_store: Path, tmp_path: Path, engine: tuple[str, ...]
) -> None:
    """One computes in C, where no thread of Python's goes on, and has started a process of its own."""
    with hanging(tmp_path, engine, "hold") as (process, workers):
        while process.poll() is None and "sleep" not in map(name, workers := children(process.pid)):
            time.sleep(0.05)
        workers = [each for each in workers if not name(each).startswith("ray::")]  # Of these, Ray's own take a minute.
        process.kill()
    assert workers
    assert gone(workers)


@pytest.mark.usefixtures("forked_workers")
@pytest.mark.parametrize(
    ("before", "engine"),
    [((), PROCESSES), (("lr=1e-4", "epochs=2"), PROCESSES), ((), RAY)],
    ids=["nothing there", "another sweep there", "sweep_ray"],
)
def test_workers_of_a_new_sweep_bring_in_torch_while_the_store_is_opened_and_train_it(
    command: Command, monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...], engine: tuple[str, ...]
) -> None:
    """Where all is done already, none is started."""

    def opened(*what: Any, **how: Any) -> Any:
        early.append(sorted(set(children(os.getpid())) - others))
        return opens(*what, **how)

    if before:
        command(*before)
    others = set(children(os.getpid()))
    early: list[list[int]] = []
    opens = store.open_store
    monkeypatch.setattr(store, "open_store", opened)
    words = ("lr=1e-3,1e-2", "epochs=2", *engine)
    said = [command(*words), command(*words)]
    assert [each.code for each in said] == [0, 0], said
    assert len(early) == 2
    assert "Workers: 1; chunks: 1" in said[0].out
    assert early[0]
    assert early[1] == []
    assert gone(early[0])


@pytest.mark.usefixtures("forked_workers")
@pytest.mark.parametrize("there", ["nothing", "a file of the store", "a folder of outputs"])
def test_the_first_sweep_of_a_folder_trains_while_its_store_is_made(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, there: str
) -> None:
    """Where something is there already, points may be done: they wait until that is known."""
    given: list[int] = []
    opened: list[list[int]] = []
    gives, opens = crew.Crew.give, store.open_store

    def give(self: crew.Crew, chunk: Chunk) -> None:
        given.extend(each.epochs for each in chunk.points)
        gives(self, chunk)

    def noticed(*what: Any, **how: Any) -> Any:
        opened.append(list(given))
        return opens(*what, **how)

    uri = "sqlite:///here/mlflow.db"
    (tmp_path / "here").mkdir()
    if there == "a folder of outputs":
        (tmp_path / "outputs").mkdir()
    if there == "a file of the store":
        assert command("lr=1e-3", "epochs=1", f"tracking.uri={uri}").code == 0
        (tmp_path / "outputs").rename(tmp_path / "earlier")
    monkeypatch.setattr(crew.Crew, "give", give)
    monkeypatch.setattr(store, "open_store", noticed)
    said = command("lr=1e-3", "epochs=2,3", f"tracking.uri={uri}", *PROCESSES)
    assert said.code == 0, said
    assert opened == [[2, 3] if there == "nothing" else []]
    assert given == [2, 3]


def test_of_a_sweep_whose_store_is_refused_no_worker_is_left(command: Command) -> None:
    others = set(children(os.getpid()))
    said = command("epochs=2", "tracking.uri=sqlite:////proc/no/mlflow.db", *PROCESSES)
    assert (said.code, "Traceback" in said.err) == (1, False), said
    assert gone(sorted(set(children(os.getpid())) - others))


def test_a_worker_that_ended_before_it_was_wanted_is_replaced() -> None:
    posed = planned([settings(epochs=2)])
    with closing(Processes(2)) as engine:
        engine.prepare([settings(epochs=2)])
        (early,) = engine._early
        early.kill()
        ((pair,),) = engine.run(posed.points, posed.problems)
        assert isinstance(pair[1], Curve)
        assert engine._early == []
