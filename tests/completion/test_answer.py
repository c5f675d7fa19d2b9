"""What tab offers, by the line up to the cursor: verbs, keys, values, files, sweeps; quickly and without a trace."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sweep.completion.answer import answer
from sweep.settings.keys import KEYS, SET_BY_GROUP
from sweep.settings.schema import DType
from sweep.settings.verbs import VERBS
from tests.conftest import Command

BREAKS = " \t\n\"'@><=;|&(:"
"""``COMP_WORDBREAKS`` of a bash as it comes."""


def words(line: str) -> list[str]:
    """The whole words that are offered at the end of ``line``."""
    return [each.partition("\t")[0] for each in answer("zsh", line)]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sweep rep", ["report", "replay"]),
        ("sweep completion ", ["bash", "zsh", "fish"]),
        ("sweep completion bash ", []),
        ("sweep gradient=", ["gradient=analytic", "gradient=finite_difference", "gradient=autograd"]),
        ("sweep gradient=a", ["gradient=analytic", "gradient=autograd"]),
        ("sweep gradient=autograd,f", ["gradient=autograd,finite_difference"]),
        ("sweep gradient=autograd,", ["gradient=autograd,analytic", "gradient=autograd,finite_difference"]),
        ("sweep run lr=1 dtype=", [f"dtype={each}" for each in DType]),
        ("sweep rerun=", ["rerun=true", "rerun=false"]),
        ("sweep dry_run=", ["dry_run=true", "dry_run=false", "dry_run=cost"]),
        ("sweep problem.loss=", [f"problem.loss={each}" for each in ("mse", "cross_entropy", "huber", "l1")]),
        ("sweep problem=m", ["problem=mlp"]),
        ("sweep grid=s", ["grid=seed"]),
        ("sweep outcome.tol", ["outcome.tolerance="]),
        ("sweep problem=mlp problem.model.w", ["problem.model.width="]),
        ("sweep hydra/l", ["hydra/launcher="]),
        ("sweep hydra/launcher=sweep_", ["hydra/launcher=sweep_slurm", "hydra/launcher=sweep_ray"]),
        ("sweep hydra/launcher=sweep_ray hydra.", ["hydra.launcher.address=", "hydra.launcher.workers="]),
        ("sweep hydra/launcher=batch hydra.", []),
        ("sweep --js", ["--json"]),
        ("sweep --cfg ", ["job", "hydra", "all"]),
        ("sweep replay --a", ["--allow"]),
        ("sweep sync tracking.p", ["tracking.patience="]),
        ("sweep sync l", []),
        ("sweep lr=1 rep", []),
        ("sweep 'dtype=float3", ["dtype=float32"]),
    ],
)
def test_the_end_of_a_line_is_offered_all_that_may_stand_there(line: str, offered: list[str]) -> None:
    assert words(line) == offered


def test_the_first_word_is_a_verb_or_a_key_and_a_later_one_a_key() -> None:
    keys = {f"{key}=" for key in KEYS if key not in SET_BY_GROUP} | {"hydra/launcher="}
    assert set(words("sweep ")) == keys | set(VERBS)
    assert set(words("sweep run ")) == set(words("sweep lr=1 ")) == keys


def test_files_of_a_folder_given_are_offered_beside_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own/grid/deep").mkdir(parents=True)
    for name in ("seven", "deep/sea"):
        (tmp_path / "own/grid" / f"{name}.yaml").touch()
    assert words("sweep --config-dir own grid=s") == ["grid=seed", "grid=seven"]
    assert words("sweep --config-dir own grid=d") == ["grid=deep/sea"]
    assert words("sweep --config-dir o") == ["own/"]


def test_files_are_offered_where_readings_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my").mkdir()
    for name in ("my/a b:c.csv", "my/.hidden", "myself.csv", "my\nline.csv"):
        (tmp_path / name).touch()
    assert words("sweep data.path=my") == ["data.path=my/", "data.path=myself.csv"]
    assert words("sweep data.path=./my/") == ["data.path=./my/a b:c.csv"]
    assert words("sweep data.path=my/.") == ["data.path=my/.hidden"]
    assert answer("bash", "sweep data.path=my/a", BREAKS) == [r"my/a\ b:c.csv "]
    assert answer("bash", r"sweep data.path=my/a\ b:", BREAKS) == ["c.csv "]
    assert answer("bash", "sweep 'data.path=my/a", BREAKS) == ["data.path=my/a b:c.csv"]


def test_bash_gets_what_follows_the_sign_at_which_it_begins_a_word() -> None:
    assert answer("bash", "sweep gradient=f", BREAKS) == ["finite_difference "]
    assert answer("bash", "sweep gradient=f", " ") == ["gradient=finite_difference "]
    assert answer("bash", "sweep epo", BREAKS) == ["epochs="]
    assert answer("bash", "sweep hydra/launcher=pr", BREAKS) == ["processes "]


def test_sweeps_are_offered_by_name_and_id_and_nothing_is_written(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("epochs=2", "name=pilot").code == command("epochs=3").code == 0
    with closing(sqlite3.connect(ready_store)) as connection:
        ids = [row[0] for row in connection.execute("SELECT value FROM tags WHERE key = 'sweep_id' ORDER BY rowid")]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in ready_store.parent.iterdir()}
    keys = [word for word in words("sweep sync ") if word.startswith("tracking.")]
    assert words("sweep report ") == [ids[1][:8], "pilot", *keys]
    assert words("sweep ui pi") == ["pilot"]
    assert words(f"sweep replay {ids[0][:3]}") == [ids[0][:8]]
    assert words(f"sweep replay {ids[0][:9]}") == [ids[0]]
    assert words("sweep report pilot ") == words("sweep report --follow pilot ") == keys
    for flags in ("--follow", "-q", "--every 3", "--every=3 --follow"):
        assert words(f"sweep report {flags} pi") == ["pilot"], flags
    assert words("sweep replay --allow my_models pi") == ["pilot"]
    assert words("sweep report tracking.experiment=another pi") == []
    assert words("sweep report tracking.uri=postgresql://there/db pi") == []
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///elsewhere.db")
    assert words("sweep report pi") == []
    assert words(f"sweep report tracking.uri=sqlite:///{ready_store} pi") == ["pilot"]
    assert before == {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in ready_store.parent.iterdir()}


def test_sweeps_are_offered_while_another_process_writes(command: Command, ready_store: Path) -> None:
    with closing(sqlite3.connect(ready_store)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO runs (run_uuid, lifecycle_stage, experiment_id) VALUES ('r', 'active', 0)")
        writer.execute("INSERT INTO tags VALUES ('sweep_id', '0123456789abcdef', 'r')")
        writer.commit()
        writer.execute("INSERT INTO tags VALUES ('name', 'unfinished', 'r')")
        assert words("sweep report tracking.experiment=Default 01") == ["01234567"]


@pytest.mark.parametrize("line", ["sweep report ", "sweep data.path=nowhere/", "sweep 'a \"", "sweep report --x", ""])
def test_whatever_is_wrong_nothing_is_said(command: Command, tmp_path: Path, line: str) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs/mlflow.db").write_text("no database")
    said = command("completion", "query", "bash", line, BREAKS)
    assert (said.code, said.out.strip(), said.err) == (0, "", "")


def test_an_answer_needs_nothing_heavy() -> None:
    code = (
        "import sys; from sweep.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'mlflow', 'sqlalchemy', 'hydra', 'omegaconf', 'numpy', 'pandas', 'yaml', 'argparse'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    for line in ("sweep ", "sweep report p"):
        words = [sys.executable, "-c", code, "completion", "query", "fish", line]
        done = subprocess.run(words, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), line
