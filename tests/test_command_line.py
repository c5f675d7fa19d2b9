"""The command line as a person meets it: forms of a command, help, configuration, a process of its own."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from mlflow import MlflowClient

from sweep import app
from sweep.__main__ import parse
from sweep.engines.engine import Here
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings import help_page
from sweep.settings.keys import KEYS, SET_BY_GROUP
from sweep.tracking.location import absolute
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.quick_start import run
from tests.tracking.stored import URI, runs, settings


def test_without_an_argument_it_is_the_good_run_of_the_reference_by_the_same_road(
    command: Command, ready_store: Path
) -> None:
    said = command()
    assert said.code == 0
    assert "| 0.01 | 0.1   | 5000   | CONVERGED | 2.928      | 5.367 | -17.3 |" in said.out
    assert [len(runs(kind)) for kind in ("point", "summary")] == [1, 1]
    assert (next(Path("outputs").glob("sweep-*")) / "report.md").exists()


def test_the_flag_for_several_runs_may_be_left_out(command: Command, ready_store: Path) -> None:
    grid = ("lr=1e-2,1e-4", "epochs=5")
    assert command("-m", *grid).code == 0
    assert "2 done already, 0 to train" in command(*grid).out
    assert "2 done already, 0 to train" in command("--multirun", *grid).out


def test_a_command_composes_its_configuration_once(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = Counter[str]()

    def count(name: str) -> None:
        call = getattr(ConfigLoaderImpl, name)

        def counted(*words: Any, **named: Any) -> Any:
            calls[name] += 1
            return call(*words, **named)

        monkeypatch.setattr(ConfigLoaderImpl, name, counted)

    for name in ("load_configuration", "compute_defaults_list"):
        count(name)
    assert command("lr=1,2", "dry_run=true").code == 0
    assert "nothing there yet" in command(module="sweep.report").err
    assert calls == {"load_configuration": 1}


def test_a_grid_of_ones_own_is_found_in_the_folder_given(command: Command, tmp_path: Path) -> None:
    (tmp_path / "own" / "grid").mkdir(parents=True)
    (tmp_path / "own" / "grid" / "mine.yaml").write_text("lr: {from: 1e-3, to: 1e-1, points: 3, spacing: log}\n")
    said = command("--config-dir", "own", "grid=mine", "dry_run=true")
    assert [line.split()[0] for line in said.out.splitlines()[1:4]] == ["0.001", "0.01", "0.1"]


def test_duplicates_are_folded_and_the_plan_says_so(command: Command) -> None:
    said = command("lr=1e-4,0.0001,1e-2", "dry_run=true")
    assert "2 points, 10,000 epochs in all; 1 asked for twice and folded;" in said.out


def test_data_sets_are_an_axis_and_told_apart_even_under_one_name(
    command: Command, tmp_path: Path, ready_store: Path
) -> None:
    for folder, last in (("a", 3), ("b", 4)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my.csv").write_text(f"x,y\n1,2\n2,{last}\n")
    said = command("data=csv", "data.path=a/my.csv,b/my.csv", "data.input=x", "data.target=y", "epochs=5")
    assert said.code == 0
    header, _, first, second = said.out.splitlines()[1:5]
    place = [cell.strip() for cell in header.split("|")].index("data")
    names = [line.split("|")[place].strip() for line in (first, second)]
    assert [name.split()[0] for name in names] == ["my", "my"]
    assert names[0] != names[1]


def test_help_shows_every_key_grid_and_exit_code(command: Command) -> None:
    said = command("--help")
    assert said.code == 0
    assert all(f"  {name} " in said.out for name in KEYS if name not in SET_BY_GROUP)
    assert "grid: paired, seed, threshold" in said.out
    assert "3 some point failed" in said.out


def test_help_is_what_hydra_prints_of_it(command: Command, tmp_path: Path) -> None:
    for name in ("grid/mine.yaml", "grid/deep/er.yaml", "more/one.yaml", "hydra/own.yaml", "grid/no.txt"):
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / name).write_text("lr: 1\n")
    for flags in ([], ["-m"], ["--config-dir", "own"]):
        assert not help_page.is_plain(parse(["--help", *flags, "lr=0.5"]))  # So Hydra itself answers.
        ours, hydras = command("--help", *flags), command("--help", *flags, "lr=0.5")
        assert ours.code == hydras.code == 0
        assert ours.out == hydras.out
    assert "grid: mine, paired, seed, threshold\ngrid/deep: er\nmore: one\n" in ours.out


def test_help_refuses_a_folder_that_is_not_there(command: Command) -> None:
    said = command("--help", "--config-dir", "nowhere")
    assert said.code == 1
    assert "nowhere" in said.err


def test_help_and_configuration_load_no_heavy_library() -> None:
    code = (
        "import sys, sweep.__main__ as entry\n"
        "sys.argv = ['sweep', *sys.argv[1:]]\n"
        "try: entry.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'mlflow', 'pandas', 'matplotlib', 'pyarrow', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)\n"
    )
    for flags in (["--help"], ["--cfg", "job"], ["--shell-completion", "query=bash"]):
        done = subprocess.run([sys.executable, "-c", code, *flags], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_a_process_of_its_own_ends_with_the_code_and_words_that_are_documented(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    words = [sys.executable, "-m", "sweep"]
    for arguments, code in ((["lr=-1"], 1), (["--nonsense"], 2), (["epochs=3", "lr=1e-2,1"], 0)):
        done = run([*words, *arguments], cwd=tmp_path, env=environment)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
    assert done.stderr == ""
    assert (tmp_path / "outputs" / "mlflow.db").exists()


def test_a_point_that_fails_ends_a_process_of_its_own_with_code_3(tmp_path: Path, ready_store: Path) -> None:
    # Hydra loads plugins once a process: what a test in this process sees of them is not what a user's process sees.
    code = (
        "import sys\n"
        "from sweep.training import in_process\n"
        "def fails(points, problems):\n"
        "    raise ValueError('made to fail')\n"
        "in_process.in_process = fails\n"
        "sys.argv = ['sweep', 'epochs=3']\n"
        "from sweep.__main__ import main\n"
        "main()\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    command = [sys.executable, "-c", code]
    done = run(command, cwd=tmp_path, env=environment)
    assert "ValueError: made to fail" in done.stderr
    assert done.returncode == 3


def test_ctrl_c_leaves_no_run_running(command: Command, ready_store: Path) -> None:
    def stops(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        app.run([settings()], Here(stops))
    (summary,) = runs("summary")
    assert summary.info.status == "KILLED"
    assert not MlflowClient(absolute(URI)).search_runs(["1"], "attributes.status = 'RUNNING'")
