"""A library call inside somebody's program: it needs nothing of the process, and leaves it as it was."""

import decimal
import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hydra
import hydra.conf
import mlflow
import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from omegaconf import DictConfig, OmegaConf
from omegaconf.basecontainer import BaseContainer
from packaging.version import Version

import sweep
from sweep.errors import BadInput
from sweep.report.__main__ import report
from tests.conftest import Command
from tests.threads import two_threads


def stored(groups: dict[str, Any]) -> dict[str, Any]:
    """What a store of configurations holds: nested names, each with the identity of its node."""
    return {name: stored(each) if isinstance(each, dict) else id(each.node) for name, each in groups.items()}


def state() -> dict[str, Any]:
    """What a process has one of, as far as Hydra, MLflow, torch, numpy and Python keep it."""
    hydras = {each.__name__: (id(one), dict(vars(one))) for each, one in Singleton._instances.items()}
    hydras.pop("ConfigStore")
    loggers = {name: logging.getLogger(name) for name in ("", "mlflow", "alembic", "sqlalchemy", "hydra")}
    return {
        "Hydra": hydras,
        "configurations": stored(ConfigStore.instance().repo),
        "resolvers": dict(BaseContainer._resolvers),
        "environment": dict(os.environ),
        "folder": Path.cwd(),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "loggers": {name: (each.level, each.disabled, list(each.handlers)) for name, each in loggers.items()},
        "logging": (logging.raiseExceptions, logging.root.manager.disable),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "torch": (torch.get_num_threads(), torch.get_default_dtype(), torch.get_rng_state().tolist()),
        "random": (random.getstate(), str(np.random.get_state()), np.geterr(), str(decimal.getcontext())),
        "mlflow": (mlflow.get_tracking_uri(), mlflow.get_registry_uri(), mlflow.active_run()),
        "drawing": sys.modules["matplotlib"].rcParams["backend"] if "matplotlib" in sys.modules else None,
        "streams": (sys.stdin, sys.stdout, sys.stderr, sys.excepthook, list(sys.argv), list(sys.path)),
        "threads": sorted(thread.name for thread in threading.enumerate()),
    }


@pytest.fixture
def left_alone(command: Command, ready_store: Path) -> Callable[[], None]:
    """Make the calls, successful and refused, and check that nothing is other than it was."""
    assert command("epochs=5", "name=mine").err == ""
    sweep.frame()  # The first call brings in modules, which set up what is theirs.

    @two_threads()
    def check() -> None:
        before = state()
        assert sweep.frame().runs["epochs"].tolist() == [5]
        report("mine", ["tracking.curve_points=20"])
        with pytest.raises(BadInput, match="nothing there yet"):
            sweep.frame(experiment="another")
        with pytest.raises(BadInput, match=r"tracking\.uri=nothing is not allowed"):
            sweep.frame(uri="nothing")
        after = state()
        assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}

    return check


@pytest.fixture
def app(tmp_path: Path) -> Iterator[str]:
    """A folder of configurations of somebody's own, with names that are ours too."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "theirs.yaml").write_text("defaults: [settings_schema, _self_]\nown: ${own:}\n")
    instances, groups, resolvers = (
        dict(Singleton._instances),
        ConfigStore.instance().repo,
        dict(BaseContainer._resolvers),
    )
    ConfigStore.instance().repo = {"hydra": groups["hydra"]}
    ConfigStore.instance().store(name="config", node={"mine": 1})
    ConfigStore.instance().store(name="settings_schema", node={"also_mine": 2})
    OmegaConf.register_new_resolver("own", lambda: 5, replace=True)
    OmegaConf.register_new_resolver("sweep.env", lambda: "theirs", replace=True)
    yield str(tmp_path / "app")
    ConfigStore.instance().repo = groups
    kept: list[tuple[Any, Any]] = [(Singleton._instances, instances), (BaseContainer._resolvers, resolvers)]
    for now, before in kept:
        now.clear()
        now.update(before)
    GlobalHydra.instance().clear()


def test_it_leaves_a_process_that_knows_nothing_of_hydra(left_alone: Callable[[], None]) -> None:
    for each in list(Singleton._instances):
        if each is not ConfigStore:
            del Singleton._instances[each]
    left_alone()
    with pytest.MonkeyPatch.context() as patched:  # What plugins there are is known by now.
        patched.setattr(Plugins, "_scan_all_plugins", None)
        left_alone()


def test_it_leaves_a_hydra_that_is_initialised(left_alone: Callable[[], None], app: str) -> None:
    with initialize_config_dir(app, version_base="1.2"):
        left_alone()
        assert hydra.version.getbase() == Version("1.2")
        config = compose("theirs")
        assert (config.own, config.also_mine, GlobalHydra.instance().is_initialized()) == (5, 2, True)


def test_it_works_inside_somebodys_hydra_main(
    left_alone: Callable[[], None], app: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def task(config: DictConfig) -> None:
        left_alone()
        done.append((config.own, HydraConfig.get().job.name))

    monkeypatch.setattr(sys, "argv", ["theirs", "hydra.run.dir=theirs", "hydra.job.name=theirs"])
    hydra.main(version_base="1.2", config_path=app, config_name="theirs")(task)()
    assert done == [(5, "theirs")]
