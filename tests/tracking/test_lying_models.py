"""Plans that say of a model what no sweep has found: not believed, and none of the code that they name is run."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.models.spec import canonical
from tests.conftest import Command
from tests.tracking.lies import lie, of_points

pytestmark = pytest.mark.usefixtures("ready_store")

GRID = ("problem=mlp", "data.standardize=true", "lr=1e-3,1e-2", "epochs=5")


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


def test_a_plan_that_lies_of_its_model_is_refused_in_words(command: Command, tmp_path: Path) -> None:
    command(*GRID)
    shutil.copytree("outputs", tmp_path / "as it was")
    for name, (change, words) in LIES.items():
        shutil.rmtree("outputs")
        shutil.copytree(tmp_path / "as it was", "outputs")
        lie(change)
        said = command(module="sweep.report")
        assert (said.code, said.err[:7], said.err.count("Traceback")) == (1, "sweep: ", 0), (name, said)
        assert words in said.err, (name, said)
        assert len(said.err) < 1000


@pytest.mark.parametrize("key", ["problem.model", "problem.loss"])
def test_code_that_a_plan_names_is_not_run(command: Command, key: str) -> None:
    command(*GRID)
    lie(of_points(key, '{"_args_":["touch sprung"],"_target_":"os.system"}'))
    said = command(module="sweep.replay")
    assert (said.code, "the store names code to be run: os.system" in said.err) == (1, True), said
    assert command(module="sweep.report").code == 0
    assert command(module="sweep.sync").code == 0
    sweep.frame()
    assert not Path("sprung").exists()


@pytest.mark.parametrize(("name", "rows"), [("tile", -16), ("tile", 3), ("tile", 8), ("batch_tile", 10**12)])
def test_a_tile_that_no_release_trains_in_is_not_made(command: Command, name: str, rows: int) -> None:
    command(*GRID)
    lie(lambda document: None, **{name: rows})
    said = command(module="sweep.replay")
    assert (said.code, "a curve is not of the form of its point" in said.err) == (1, True), said
