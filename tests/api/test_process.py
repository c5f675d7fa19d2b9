"""A call leaves its caller's process as it was: Hydra, MLflow, torch, logging, signals, warnings, paths."""

import logging
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import mlflow
import pytest
import torch
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf.basecontainer import BaseContainer

import sweep
from sweep.errors import BadInput
from tests.api.loops import breaks
from tests.quick_start import run
from tests.threads import two_threads

pytestmark = pytest.mark.usefixtures("ready_store")

HYDRA_MAIN = """
import hydra, sweep
from hydra.core.hydra_config import HydraConfig

@hydra.main(version_base="1.3", config_path=None)
def main(config):
    found = sweep.run({"lr": [1e-3, 1e-2]}, epochs=3, quiet=True)
    print(len(found.runs), HydraConfig.get().job.name, config.depth)

main()
"""


def state() -> dict[str, Any]:
    """What of a process a caller may rely on."""
    root = logging.getLogger()
    return {
        "hydra": (GlobalHydra.instance().hydra, sorted(ConfigStore.instance().repo), sorted(BaseContainer._resolvers)),
        "mlflow": (mlflow.get_tracking_uri(), mlflow.active_run()),
        "torch": (
            torch.get_num_threads(), torch.get_default_dtype(), torch.initial_seed(), torch.is_grad_enabled(),
            torch.are_deterministic_algorithms_enabled(), torch.random.get_rng_state().tolist(),
        ),
        "logging": (root.level, list(root.handlers), logging.raiseExceptions, logging.getLogger("mlflow").level),
        "signals": [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        "environment": dict(os.environ),
        "warnings": list(warnings.filters),
        "path": list(sys.path),
        "arguments": list(sys.argv),
        "folder": Path.cwd(),
        "streams": (sys.stdin, sys.stdout, sys.stderr),
    }  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"epochs": 3},
        {"problem": "mlp", "data": "waves", "epochs": 2},
        {"problem": breaks, "epochs": 3},
        {"lr": -1},
        {"epochs": 3, "engine": "processes"},
    ],
    ids=["a line", "a model", "a function that fails", "what is refused", "by processes"],
)
@two_threads()
def test_a_call_leaves_the_process_as_it_was(asked: dict[str, Any]) -> None:
    before = state()
    if asked.get("lr") == -1:
        with pytest.raises(BadInput):
            sweep.run(quiet=True, **asked)
    else:
        found = sweep.run(quiet=True, **asked)
        assert len(found.runs) == 1
        _ = found.report, found.suggestions
        with suppress(BadInput):  # A function has none.
            found.model()
    after = state()
    assert {name for name in before if before[name] != after[name]} == set()


def test_a_call_works_within_another_application_of_hydra(tmp_path: Path) -> None:
    Path("app.py").write_text(HYDRA_MAIN, encoding="utf-8")
    done = run([sys.executable, "app.py", "+depth=7", "hydra.run.dir=.", "hydra.output_subdir=null"])
    assert (done.stdout.splitlines()[-1:], done.returncode) == (["2 app 7"], 0), done.stderr


def interrupted(_: float) -> bool:
    raise KeyboardInterrupt


REFUSED: list[Callable[[], object]] = [
    lambda: sweep.run(lr=-1),
    lambda: sweep.load("none"),
    lambda: sweep.model("zz"),
    lambda: sweep.frame(where="lr.nothing() < 1"),
    lambda: sweep.sweeps(uri="nothing"),
    lambda: sweep.frame(where={"lr": interrupted}),
]


def test_a_traceback_ends_at_the_callers_own_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep.run(epochs=3, quiet=True)
    for asked in REFUSED:
        with pytest.raises((BadInput, KeyboardInterrupt)) as refused:
            asked()
        error = refused.value
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert frames == ["test_a_traceback_ends_at_the_callers_own_line", "<lambda>"]
        assert (error.__cause__, error.__context__) == (None, None)
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    with pytest.raises(BadInput) as refused:
        sweep.run(lr=-1)
    assert len(traceback.extract_tb(refused.value.__traceback__)) > 3


def test_a_call_works_in_a_thread() -> None:
    found: list[sweep.Sweep] = []
    thread = threading.Thread(target=lambda: found.append(sweep.run(epochs=3, quiet=True)))
    thread.start()
    thread.join()
    assert [len(each.runs) for each in found] == [1]


def test_a_point_that_fails_is_counted_and_raises_nothing() -> None:
    found = sweep.run({"lr": [0.1, 0.2]}, problem=breaks, epochs=3, quiet=True)
    assert found.counts["FAILED"] == 1
    assert found.runs["status"].tolist() == ["FINISHED", "FAILED"]


def test_public_names_are_all_that_is_listed() -> None:
    assert {"BadInput", "StoreAway", "Sweep", "frame", "load", "model", "run"} <= {*dir(sweep)}
    assert sorted(sweep.PUBLIC) == dir(sweep) == sorted(sweep.__all__)
    assert {name: getattr(sweep, name).__name__ for name in dir(sweep)} == {name: name for name in dir(sweep)}


def test_a_call_says_nothing_but_what_is_doubtful(capfd: pytest.CaptureFixture[str]) -> None:
    sweep.run({"lr": [1e-3, 1e-2]}, epochs=3)
    told = capfd.readouterr()
    assert (told.out, told.err) == ("", "")


def test_a_dry_run_lists_the_points_and_returns_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep.run({"lr": [1e-3, 1e-2]}, epochs=3, dry_run=True) is None
    assert "2 to train" in capsys.readouterr().out
    assert not Path("outputs/sweep-").exists()
