"""A ``_target_`` outside of ``problem`` has nothing called, wherever it is written."""

from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.tracking.location import absolute
from tests.conftest import Command
from tests.tracking.stored import URI

pytestmark = pytest.mark.usefixtures("ready_store")


@pytest.mark.parametrize("key", ["_target_", "data._target_", "init._target_", "outcome._target_", "grid._target_"])
def test_a_target_outside_of_hydra_is_refused(command: Command, key: str) -> None:
    said = command(f"++{key}=os.mkdir")
    assert said.code == 1
    assert "_target_: no such key" in said.err
    assert [path.name for path in Path().iterdir()] == ["outputs"]


@pytest.mark.parametrize(("group", "head"), [("grid", "# @package _global_\n"), ("data", "")])
def test_a_target_in_a_file_of_ones_own_is_refused(command: Command, group: str, head: str) -> None:
    Path("own", group).mkdir(parents=True)
    Path("own", group, "mine.yaml").write_text(f"{head}_target_: os.mkdir\n_args_: [sprung]\n")
    said = command("--config-dir", "own", f"{group}=mine")
    assert said.code == 1
    assert "_target_: no such key" in said.err
    assert not Path("sprung").exists()


@pytest.mark.parametrize(
    "word",
    [
        "+hydra.callbacks.x._target_=os.mkdir",
        "++hydra.callbacks.x={_target_:os.mkdir,path:sprung}",
        "+hydra.callbacks={x:{y:{_target_:os.mkdir,path:sprung}}}",
        "+hydra.launcher.x=[{_target_:os.mkdir,path:sprung}]",
        "+hydra.callbacks.x=${tracking.tags}",
        "hydra.launcher._target_=os.mkdir",
        "hydra.sweeper._target_=os.mkdir",
        "grid=mine",
    ],
)
def test_hydra_calls_nothing_that_is_named_on_the_command_line_or_in_a_file(command: Command, word: str) -> None:
    Path("own", "grid").mkdir(parents=True)
    callback = "# @package _global_\nhydra: {callbacks: {x: {_target_: os.mkdir, path: sprung}}}\n"
    Path("own", "grid", "mine.yaml").write_text(callback)
    said = command("--config-dir", "own", word, "+tracking.tags._target_=os.mkdir", "+tracking.tags.path=sprung")
    assert said.code == 1
    assert "_target_=os.mkdir: Hydra would call it\n  allowed: a _target_ below problem alone" in said.err
    assert not Path("sprung").exists()


def test_a_launcher_that_is_installed_is_still_chosen_by_its_name(command: Command) -> None:
    assert command("hydra/launcher=joblib", "epochs=2", "dry_run=true").code == 0


@pytest.mark.parametrize(
    ("launcher", "key", "allowed", "step"),
    [
        ("processes", "worker", "hydra.launcher.workers", "did you mean hydra.launcher.workers?"),
        ("sweep_ray", "worker", "hydra.launcher.address, hydra.launcher.workers", "mean hydra.launcher.workers?"),
        ("sweep_slurm", "partitions", "hydra.launcher.workers, hydra.launcher.executor, ", "hydra.launcher.partition?"),
        ("batch", "workers", "no key: this launcher has none", "leave it out, or choose another hydra/launcher=…"),
        ("joblib", "n_job", "hydra.launcher.n_jobs, ", "did you mean hydra.launcher.n_jobs?"),
    ],
)
def test_a_key_that_a_launcher_has_not_is_told_with_those_it_has(
    command: Command, launcher: str, key: str, allowed: str, step: str
) -> None:
    for plus in ("+", ""):
        said = command(f"hydra/launcher={launcher}", f"{plus}hydra.launcher.{key}=2", "dry_run=true")
        assert said.code == 1
        first, second, third = said.err.splitlines()
        assert first == f"sweep: hydra.launcher.{key}: the launcher has no such key"
        assert second.startswith(f"  allowed: {allowed}"), second
        assert third.endswith(step), third


def test_a_tag_named_like_a_target_is_a_tag(command: Command) -> None:
    assert command("epochs=2", "+tracking.tags._target_=os.mkdir").code == 0
    (run,) = MlflowClient(absolute(URI)).search_runs(["1"], "tags.kind = 'point'")
    assert run.data.tags["_target_"] == "os.mkdir"
