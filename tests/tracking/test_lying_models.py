"""Plans that say of a model what no sweep has found: not believed, and none of the code that they name is run."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.errors import BadInput
from sweep.models.spec import canonical
from sweep.tracking import record
from sweep.tracking.location import artifact_location
from tests.conftest import Command, run
from tests.tracking.lies import lie, of_points
from tests.tracking.stored import opened

GRID = ("problem=mlp", "data.standardize=true", "lr=1e-3,1e-2", "epochs=5")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """A folder with a sweep of ``GRID``."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "outputs").mkdir()
    shutil.copyfile(empty_store, folder / "outputs" / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
            patch.delenv(name, raising=False)
        assert run(*GRID).code == 0
    return folder


@pytest.fixture
def honest(command: Command, swept: Path) -> Command:
    """``command`` in a folder that has the sweep as it was."""
    copy(swept)
    return command


def copy(swept: Path) -> None:
    """A copy of the sweep in the current folder, of whose place its store is told."""
    shutil.copytree(swept / "outputs", "outputs")
    with closing(sqlite3.connect("outputs/mlflow.db")) as connection, connection:
        for table, column in (("experiments", "artifact_location"), ("runs", "artifact_uri")):
            moved = f"UPDATE {table} SET {column} = replace({column}, ?, ?)"
            connection.execute(moved, (artifact_location(swept), artifact_location(Path.cwd())))


def of_model(**facts: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["models"][0].update(facts)


DEEP = '{"a":' * 2000 + "1" + "}" * 2000

LIES = {
    "no JSON": (of_points("problem.model", "{width: 8}"), "problem.model"),
    "another spelling": (of_points("problem.model", '{"width": 8}'), "problem.model"),
    "no object": (of_points("problem.model", "[1]"), "problem.model"),
    "a name of no argument": (of_points("problem.model", '{"a b":1}'), "problem.model"),
    "text of two lines": (of_points("problem.model", '{"a":"b\\nc"}'), "problem.model"),
    "huge": (
        of_points("problem.model", canonical({f"a{k}": 1 for k in range(9999)})),
        "problem.model",
    ),
    "deep": (of_points("problem.model", DEEP), "problem.model"),
    "a loss of no name": (of_points("problem.loss", '"mean"'), "problem.loss"),
    "a loss without a function": (of_points("problem.loss", "{}"), "problem.loss"),
    "shapes of 10^12": (of_model(shapes={"w": [10**6, 10**6]}), "plan.json: models"),
    "many shapes": (of_model(shapes={f"w{k}": [10**6] for k in range(99)}), "plan.json: models"),
    "a shape below 0": (of_model(shapes={"w": [-1, -4]}), "plan.json: models"),
    "a name that no store keeps": (of_model(shapes={"\x1b[2J": [1]}), "plan.json: models"),
    "words of two lines": (of_model(one_by_one="a\nb"), "plan.json: models"),
    "long words": (of_model(spread_name="a" * 9999), "plan.json: models"),
    "controls in words": (of_model(uncurved="\x1b[2J"), "plan.json: models"),
    "no spread": (of_model(spread=0.0), "plan.json: models"),
    "other shapes": (of_model(shapes={"w": [3]}), "not of the form of its point"),
}


def test_a_plan_that_lies_of_its_model_is_refused_in_words(
    command: Command, swept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number, (name, (change, words)) in enumerate(LIES.items()):
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        copy(swept)
        lie(change)
        store = opened()
        with pytest.raises(BadInput) as refused:
            record.load(store, record.find(store, None))
        assert words in str(refused.value), name
        assert len(str(refused.value)) < 1000, name
    said = command(module="sweep.report")
    assert (said.code, said.err[:7], said.err.count("Traceback")) == (1, "sweep: ", 0), said


@pytest.mark.parametrize("key", ["problem.model", "problem.loss"])
def test_code_that_a_plan_names_is_not_run(honest: Command, key: str) -> None:
    lie(of_points(key, '{"_args_":["touch sprung"],"_target_":"os.system"}'))
    said = honest(module="sweep.replay")
    assert (said.code, "the store names code to be run: os.system" in said.err) == (1, True), said
    assert honest(module="sweep.report").code == 0
    assert honest(module="sweep.sync").code == 0
    sweep.frame()
    assert not Path("sprung").exists()


@pytest.mark.parametrize(("name", "rows"), [("tile", -16), ("tile", 3), ("tile", 8), ("batch_tile", 10**12)])
def test_a_tile_that_no_release_trains_in_is_not_made(honest: Command, name: str, rows: int) -> None:
    lie(lambda document: None, **{name: rows})
    said = honest(module="sweep.replay")
    assert (said.code, "a curve is not of the form of its point" in said.err) == (1, True), said
