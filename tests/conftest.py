"""What several tests need: readings, points, and a command line that runs in a folder of its own."""

import gc
import io
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hydra.core.global_hydra import GlobalHydra
from hypothesis import settings

from sweep.__main__ import GARBAGE
from sweep.data import sources
from sweep.data.readings import Readings
from sweep.plan.point import UNTOLD, Point
from sweep.problem.choice import problems as problems_of
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.optimizers import OptimizerKind, Scheduled, ScheduleKind, Stepping
from sweep.settings.schema import DType, Gradient, ProblemKind, Start
from sweep.tracking import fresh
from sweep.tracking.location import artifact_location
from tests.parsed_once import parsed_once
from tests.quick_start import fork_workers

if TYPE_CHECKING:
    from playwright.sync_api import Browser

for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:  # In the background of a shell, under nohup; what is started has it.
        signal.signal(number, usual)

gc.set_threshold(*GARBAGE)  # As a command does for its process: collecting the tests takes a fifth less.

settings.register_profile("steady", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of few tests come first: each of theirs takes long, and at the end all workers would wait for one."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


THERMOMETER = sources.thermometer()
SEED = Point(
    lr=1e-2,
    scale=0.1,
    epochs=5000,
    problem=ProblemKind.line,
    start=Start.given,
    seed=0,
    init=(1.0, 0.0),
    gradient=Gradient.analytic,
    delta=0.1,
    dtype=DType.float32,
    device="cpu",
    data=THERMOMETER.fingerprint,
    center=False,
    standardize=False,
    holdout="0",
    holdout_seed=0,
    model="{}",
    loss='"mse"',
    loss_delta=1.0,
    spread=0.0,
    curvature=True,
    function="{}",
    takes="",
    stop_diverged=False,
    code="",
    batch_size=0,
    optimizer=OptimizerKind.sgd,
    momentum=0.0,
    nesterov=False,
    weight_decay=0.0,
    beta1=UNTOLD,
    beta2=UNTOLD,
    eps=UNTOLD,
    alpha=UNTOLD,
    centered=False,
    lr_decay=0.0,
    initial_accumulator_value=0.0,
    schedule=ScheduleKind.constant,
    warmup=0,
    milestones="",
    gamma=UNTOLD,
)
PLAIN = Stepping(OptimizerKind.sgd, 0.0, False, 0.0, *[None] * 7)
CONSTANT = Scheduled(ScheduleKind.constant, 0, None, None)


def point(**changes: object) -> Point:
    """The reference's good run with ``changes``."""
    return replace(SEED, **changes)  # type: ignore[arg-type]


def lines(*data: Readings) -> dict[Task, Problem]:
    """By task, a line through each of ``data``."""
    tasks = [Task(ProblemKind.line, each.fingerprint) for each in data]
    return problems_of({each.fingerprint: each for each in data}, tasks)


@pytest.fixture
def readings() -> dict[str, Readings]:
    return {THERMOMETER.fingerprint: THERMOMETER}


@pytest.fixture
def problems() -> dict[Task, Problem]:
    return lines(THERMOMETER)


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


def run(*arguments: str, module: str = "sweep") -> Said:
    """``run("lr=1", …)`` is ``python -m sweep lr=1 …`` in this process and in the current folder."""
    packages = {"sweep": "sweep.__main__", "sweep.report": "sweep.report.__main__"}
    before, sys.argv = sys.argv, [module, *arguments]
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
            import_module(packages.get(module, module)).main()
    finally:
        sys.argv = before
        GlobalHydra.instance().clear()
    code = end.value.code
    # As Python does: text is printed, and the process ends with 1.
    return Said(code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue())


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``command("lr=1", …)`` runs ``python -m sweep lr=1 …`` in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", "HYDRA_FULL_ERROR"):
        monkeypatch.delenv(name, raising=False)

    return run


@pytest.fixture
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this process, and of those that it starts, come without the seconds in which they import torch."""
    monkeypatch.setattr(subprocess, "Popen", subprocess.Popen)  # So that it is afterwards what it was.
    for name, value in fork_workers().items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def a_chunk_is_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is trained in this process is committed point by point."""
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[str]]:
    """Names of all files below the test's folder."""
    return lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A SQLite store with MLflow's tables and nothing in it; MLflow needs a second or more to make one.

    Which tables those are MLflow then reads once, and not for each store that it opens.
    """
    from mlflow import MlflowClient
    from mlflow.store.db import utils

    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(utils, "_get_latest_schema_revision", cache(utils._get_latest_schema_revision))
        MlflowClient(f"sqlite:///{path}").search_experiments()
        yield path


@pytest.fixture(autouse=True)
def tables_made_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new store that a sweep makes in this process gets a copy of the tables of :func:`empty_store`."""

    def copy(file: Path, artifacts: Path) -> None:
        shutil.copyfile(request.getfixturevalue("empty_store"), file)
        with closing(sqlite3.connect(file)) as connection, connection:
            place = f"{artifact_location(artifacts)}/0"
            connection.execute("UPDATE experiments SET artifact_location = ? WHERE experiment_id = 0", (place,))

    monkeypatch.setattr(fresh, "tables", copy)


@pytest.fixture(autouse=True, scope="session")
def a_text_is_parsed_once() -> Iterator[None]:
    with parsed_once():
        yield


@pytest.fixture(autouse=True, scope="module")
def databases_are_let_go() -> Iterator[None]:
    """MLflow keeps an engine, and open files, for each database that a process has ever used: hundreds of them here."""
    yield
    if "mlflow.store.tracking.sqlalchemy_store" in sys.modules:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        for engine in SqlAlchemyStore._engine_map.values():
            engine.dispose()


@pytest.fixture
def ready_store(empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``outputs/mlflow.db`` of an empty folder as a copy of :func:`empty_store`, for tests that do not make one."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "outputs" / "mlflow.db"
    path.parent.mkdir()
    shutil.copyfile(empty_store, path)
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, driven by Playwright; skips where either is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")
    binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if binary is None:
        pytest.skip("no Chromium is installed: apt-get install chromium")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox", "--disable-gpu", *quiet])
        yield chromium
        chromium.close()
