"""``dry_run=cost`` as a user types it: what it says, and that it leaves nothing."""

import json
import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from sweep.console import terminal
from tests.conftest import Command


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has run tests for long looks through far more objects than a command, which takes a second."""
    monkeypatch.setattr("sweep.cost.cost.ending", lambda _: 0.0)


def stored(folder: Path) -> object:
    """The runs of the store in ``folder``, and its files but for the database's own."""
    with closing(sqlite3.connect(folder / "outputs" / "mlflow.db")) as connection:
        runs = connection.execute("SELECT run_uuid, status, end_time FROM runs ORDER BY run_uuid").fetchall()
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("mlflow.db"))
    return runs, {path: path.read_bytes() for path in files}


def test_the_cost_is_told_by_engine_and_nothing_is_kept(command: Command, tmp_path: Path, temporary: Path) -> None:
    said = command("lr=range(1,21)", "dtype=float32,float64", "epochs=20", "dry_run=cost")
    assert (said.code, said.err) == (0, "")
    told = said.out.splitlines()
    assert told[0].endswith("40 points, 800 epochs in all; 0 done already, 40 to train.")
    assert "2 of 2 kinds of points" in told[1]
    assert told[2].split()[:2] == ["engine", "time"]
    assert told[3].startswith("in this process")
    assert told[3].endswith("this command")
    assert told[4].startswith("processes, 1 worker ")
    assert [line.split(" ")[0] for line in told[-3:]] == ["Of", "The", "Nothing"]
    assert list(tmp_path.rglob("*")) == list(temporary.rglob("*")) == []


@pytest.mark.usefixtures("ends_at_once")
def test_the_engine_that_is_asked_for_is_told_and_marked(command: Command, temporary: Path) -> None:
    said = command("lr=1e-2,1e-3", "epochs=5", "dry_run=cost", "hydra/launcher=processes", "hydra.launcher.workers=3")
    (marked,) = (line for line in said.out.splitlines() if line.endswith("this command"))
    assert marked.startswith("processes, 3 workers")
    assert said.err == ""


@pytest.mark.usefixtures("ends_at_once")
def test_as_json_the_cost_is_numbers_an_engine(command: Command, temporary: Path) -> None:
    words = ("lr=1e-2,1e-3", "epochs=5", "dry_run=cost", "hydra/launcher=processes", "hydra.launcher.workers=3")
    said = command(*words, "--json")
    assert said.code == 0
    document = json.loads(said.out)
    assert document["counts"] == {"done": 0, "to do": 2}
    assert document["bytes"] > 100_000
    alone, *others = document["engines"]
    assert (alone["engine"], alone["workers"], alone["worker_bytes"], alone["chosen"]) == ("batch", 0, None, False)
    (chosen,) = (each for each in others if each["chosen"])
    assert (chosen["engine"], chosen["workers"], chosen["chunks"], chosen["largest"]) == ("processes", 3, 1, 2)
    assert min(chosen[name] for name in ("seconds", "driver_bytes", "worker_bytes")) > 0


@pytest.mark.usefixtures("ends_at_once")
def test_what_is_done_already_costs_nothing(command: Command, tmp_path: Path, temporary: Path) -> None:
    assert command("lr=1e-2", "epochs=5").code == 0
    before = stored(tmp_path)
    said = command("lr=1e-2", "epochs=5", "dry_run=cost")
    assert said.out.splitlines()[1:] == ["Nothing was kept: dry_run=cost."]
    nothing = json.loads(command("lr=1e-2", "epochs=5", "dry_run=cost", "--json").out)
    assert (nothing["counts"], nothing["bytes"], nothing["engines"]) == ({"done": 1, "to do": 0}, 0, [])
    said = command("lr=1e-2,1e-3", "epochs=5", "dry_run=cost")
    assert "1 done already, 1 to train" in said.out
    assert "1 of up to 1" in said.out
    assert re.search(r"The store grows by \d+ kB\.", said.out), said.out
    assert stored(tmp_path) == before


@pytest.mark.usefixtures("ends_at_once")
def test_a_training_function_has_a_cost_too(command: Command, tmp_path: Path, temporary: Path) -> None:
    words = ("problem=function", "problem.function._target_=tests.cost.loops.asked", "lr=1e-2", "epochs=5")
    said = command(*words, "dry_run=cost")
    assert (said.code, said.err) == (0, "")
    assert "in this process" in said.out
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("word", ["yes", "1", "Cost", "null"])
def test_another_word_is_refused(command: Command, tmp_path: Path, word: str) -> None:
    said = command("epochs=2", f"dry_run={word}")
    assert said.code == 1
    assert "dry_run" in said.err
    assert "true, false, cost" in said.err
    assert list(tmp_path.rglob("*")) == []


def test_it_is_no_axis_and_stays_a_plain_list_of_the_plan(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = command("epochs=2", "dry_run=cost,true")
    assert said.code == 1
    assert "dry_run" in said.err
    shown = []
    monkeypatch.setattr(terminal, "show_plan", lambda *given: shown.append(given))
    assert command("epochs=2", "dry_run=true").code == 0
    assert len(shown) == 1
