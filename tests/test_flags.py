"""Flags, completion, foreign plugins, the current folder: what cannot be had is refused before anything runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sweep
from sweep.errors import BadInput
from sweep.settings.schema import DType, Gradient
from sweep.version import __version__
from tests.conftest import Command


@pytest.mark.parametrize("module", ["sweep", "sweep.report", "sweep.replay", "sweep.sync", "sweep.ui"])
def test_every_command_tells_the_version_of_sweep(command: Command, module: str) -> None:
    said = command("--version", module=module)
    assert (said.code, said.out) == (0, f"sweep {__version__}\n")


@pytest.mark.parametrize("flag", ["--experimental-rerun", "--experimental"])
def test_a_pickled_job_is_refused_unread(command: Command, tmp_path: Path, flag: str) -> None:
    (tmp_path / "config.pickle").write_bytes(b"cos\nmkdir\n(S'sprung'\ntR.")
    said = command(flag, "config.pickle", "dry_run=true")
    assert (said.code, said.out) == (1, "")
    assert "--experimental-rerun: unpickles" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["config.pickle"]
    assert "rerun" not in command("--nonsense").err


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("gradient=", [f"gradient={each}" for each in Gradient]),
        ("gradient=a", ["gradient=analytic", "gradient=autograd"]),
        ("gradient=autograd,f", ["gradient=autograd,finite_difference"]),
        ("dtype=", [f"dtype={each}" for each in DType]),
        ("rerun=", ["rerun=true", "rerun=false"]),
        ("data.store=", ["data.store=true", "data.store=false"]),
        ("grid=s", ["grid=seed"]),
        ("lr=", ["lr=0.01"]),
        ("outcome.tol", ["outcome.tolerance="]),
    ],
)
def test_completion_offers_all_that_a_key_may_be(
    command: Command, monkeypatch: pytest.MonkeyPatch, begun: str, offered: list[str]
) -> None:
    monkeypatch.setenv("COMP_LINE", f"sweep data=csv {begun}" if "store" in begun else f"sweep {begun}")
    said = command("--shell-completion", "query=bash")
    assert (said.code, sorted(said.out.split())) == (0, sorted(offered))


def test_the_packages_names_are_listed_before_they_are_imported() -> None:
    code = (
        "import sweep, sys; print([name for name in dir(sweep) if name[0] != '_']); sys.exit('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "'frame'" in done.stdout
    assert dir(sweep) == sorted(sweep.__all__)


@pytest.mark.parametrize(
    "words",
    [
        *(["hydra/sweeper=basic"], ["hydra/sweeper=basic", "hydra/launcher=basic"], ["+hydra/sweeper='basic'"]),
        *(["~hydra/sweeper"], ["--config-dir", "own", "+grid=x"]),
    ],
    ids=" ".join,
)
def test_another_sweeper_is_refused_before_anything_is_made(command: Command, tmp_path: Path, words: list[str]) -> None:
    said = command(*words)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("sweep: ")
    assert not list(tmp_path.iterdir())


def test_another_sweeper_by_a_name_within_hydra_trains_nothing(command: Command, tmp_path: Path) -> None:
    foreign = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
    (tmp_path / "own" / "grid").mkdir(parents=True)
    mine = f"# @package _global_\nhydra: {{sweeper: {{_target_: {foreign}}}}}\n"
    (tmp_path / "own" / "grid" / "mine.yaml").write_text(mine)
    words = ["--config-dir", "own", "grid=mine", "+hydra.sweeper.max_batch_size=null", "hydra/launcher=basic"]
    said = command(*words, "+hydra.sweeper.params=null")
    assert said.code == 1
    assert f"{foreign}: another sweeper neither tracks nor judges" in said.err
    assert not list(tmp_path.glob("outputs/*.db"))


@pytest.mark.parametrize("plugin", ["hydra/sweeper=grid", "hydra/launcher=batch"])
def test_our_plugins_refuse_another_application_in_one_message(tmp_path: Path, plugin: str) -> None:
    app = "import hydra\n@hydra.main(version_base=None, config_path=None)\ndef app(config): print('ran')\napp()\n"
    (tmp_path / "app.py").write_text(app)
    words = [sys.executable, "app.py", "-m", "+a=1,2", plugin, "hydra.sweep.dir=out"]
    environment = {name: value for name, value in os.environ.items() if name != "HYDRA_FULL_ERROR"}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{plugin}")
    assert "\n  next:    " in done.stderr
    assert "Traceback" not in done.stderr
    assert "ran" not in done.stdout


@pytest.mark.parametrize(
    ("word", "epochs"),
    [
        *(("epochs=1e3", [1000]), ("epochs=1e3,2e3", [1000, 2000]), ("epochs=range(1e1,3e1,1e1)", [10, 20])),
        *(("++epochs=2.0", [2]), ("epochs=choice(1e1,20)", [10, 20]), ("grid=mine", [1000, 2000])),
    ],
)
def test_a_whole_number_may_be_written_in_any_form(
    command: Command, tmp_path: Path, word: str, epochs: list[int]
) -> None:
    (tmp_path / "own" / "grid").mkdir(parents=True)
    (tmp_path / "own" / "grid" / "mine.yaml").write_text("epochs: [1.0e+3, 2000.0]\n")
    own = ["--config-dir", "own", "dry_run=true", "tracking.curve_points=1e2"]
    written, digits = command(*own, word), command(*own, f"epochs={','.join(map(str, epochs))}")
    assert (written.code, written.out) == (0, digits.out)
    assert [line.split()[2] for line in written.out.splitlines()[1:-3]] == [str(each) for each in epochs]


@pytest.mark.parametrize("value", ["1.5", "1e-3", "inf", "nan", "1e400", "true", "1e3,1.5", "range(1.5,3)"])
def test_what_is_no_whole_number_is_refused(command: Command, value: str) -> None:
    said = command("dry_run=true", f"epochs={value}")
    assert said.code == 1
    assert "allowed: a whole number from 1 to 100,000,000" in said.err


@pytest.mark.parametrize("module", ["sweep", "sweep.report", "sweep.replay", "sweep.sync", "sweep.ui"])
def test_a_current_folder_that_is_gone_is_named_as_such(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    said = command(module=module)
    assert said.code == 1
    assert said.err.startswith("sweep: the current folder: No such file or directory\n")
    assert command("--help", module=module).code == 0
    with pytest.raises(BadInput, match="the current folder"):
        sweep.frame()


def test_a_mistyped_sweep_is_told_the_nearest_name(command: Command, ready_store: Path) -> None:
    command("epochs=2", "name=pilot")
    said = command("Pilto", module="sweep.report")
    assert (said.code, said.err.splitlines()[-1]) == (1, "  next:    did you mean pilot?")
