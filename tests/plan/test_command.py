"""The command of a point: pasted, it trains that point on the same readings; and which points may be asked for."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from hydra_plugins.sweep_grid import _jobs
from sweep.data import sources
from sweep.data.readings import Readings
from sweep.models.spec import canonical
from sweep.plan.command import command as command_of
from sweep.plan.command import is_allowed
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType, Gradient, ProblemKind, Start
from tests.conftest import THERMOMETER, Command, point
from tests.hydra_plugins.expanded import by_hydra, expanded
from tests.problem.made import data as data_of
from tests.training.stepping import points

ROWS = "hours,litres\n0,1\n1,3\n2,5.5\n4,8\n"


def stored_plans() -> list[dict[str, Any]]:
    """Of each sweep in the store, ``plan.json``."""
    paths = sorted(Path("outputs/artifacts").rglob("plan.json"), key=lambda path: path.stat().st_mtime)
    return [json.loads(path.read_text()) for path in paths]


@pytest.mark.parametrize("store", [True, False])
def test_what_a_report_suggests_trains_on_the_readings_of_its_sweep(
    command: Command, ready_store: Path, store: bool
) -> None:
    Path("in").mkdir()
    Path("in/two, eb.csv").write_text(ROWS)
    words = ("data=csv", "data.path='in/two, eb.csv'", "data.input=hours", "data.target=litres", f"data.store={store}")
    said = command(*words, "gradient=finite_difference", "delta=0.25", "epochs=3", "dtype=float64", "scale=0.2")
    assert said.code == 0, said.err
    (folder,) = Path("outputs").glob("sweep-*")
    before = (folder / "report.md").read_bytes()
    assert command(module="sweep.report").code == 0
    assert (folder / "report.md").read_bytes() == before

    suggested = re.findall(r"\d+\. `sweep (.*?)`: ", before.decode())
    assert suggested
    said = command(*shlex.split(suggested[0]))
    assert said.code == 0, said.err
    first, second = stored_plans()
    assert first["data"] == second["data"]
    (trained,) = second["points"]
    assert (trained["gradient"], trained["delta"], trained["dtype"]) == ("finite_difference", 0.25, "float64")
    assert trained["key"] != first["points"][0]["key"]


@pytest.mark.parametrize(
    "words", [("data=waves",), ("data=moons", "problem=linear"), ("data=moons", "problem=logistic")]
)
def test_what_a_report_suggests_makes_the_readings_of_its_sweep_again(
    command: Command, ready_store: Path, words: tuple[str, ...]
) -> None:
    said = command(*words, "data.samples=30", "data.noise=0.25", "data.seed=7", "data.holdout=0.2", "epochs=3")
    assert said.code == 0, said.err
    (page,) = Path("outputs").glob("sweep-*/report.md")
    before = page.read_bytes()
    assert command(module="sweep.report").code == 0
    assert page.read_bytes() == before
    assert "identical, bit for bit" in command(module="sweep.replay").out
    suggested = re.findall(r"\d+\. `sweep (.*?)`: ", before.decode())
    assert suggested
    said = command(*shlex.split(suggested[0]))
    assert said.code == 0, said.err
    first, second = stored_plans()
    assert first["data"] == second["data"]


def test_readings_are_named_by_the_path_that_was_given_and_where_none_is_known_by_their_file(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(ROWS)
    found = sources.read(data_of("csv", path=str(file), input="hours", target="litres", input_unit="h"))
    words = sources.overrides(found)
    assert (words["data"], words["data.path"], words["data.input_unit"]) == ("csv", str(file), "h")
    assert words.keys().isdisjoint({"data.target_unit", "data.store"})
    assert sources.overrides(replace(found, path=None))["data.path"] == "own.csv"
    assert sources.overrides(replace(THERMOMETER, name="two")) == {"data": "thermometer"}


def test_a_command_says_what_the_table_shows_and_what_is_not_the_default() -> None:
    readings = {THERMOMETER.fingerprint: THERMOMETER}
    assert command_of(Plan((point(),), readings, 1e-3), point(lr=0.02)) == "sweep lr=0.02 scale=0.1 epochs=5000"
    plan = Plan((point(),), readings, 1e-6)
    assert command_of(plan, point(init=(-0.5, 1e-9), dtype=DType.float64)) == (
        "sweep lr=0.01 scale=0.1 epochs=5000 init.w=-0.5 init.b=1e-09 dtype=float64 outcome.tolerance=1e-06"
    )
    varied = Plan((point(), point(init=(-0.5, 0.0))), readings, 1e-3)
    assert command_of(varied, point()) == "sweep lr=0.01 scale=0.1 epochs=5000 init.w=1"
    central = command_of(plan, point(gradient=Gradient.finite_difference, delta=0.2, device="cuda:1", holdout="0.2"))
    assert " gradient=finite_difference delta=0.2 device=cuda:1 data.holdout=0.2 " in central


@pytest.mark.parametrize(
    "text",
    ["0.2", "1e3", "1_0", "my/a.csv", "2026-11/b.csv", "a:b", "./x", "a:", "true", "NO", "nan.csv", "inf", "0x1f"],
)
def test_a_text_of_a_command_reads_back_as_it_is(text: str) -> None:
    found = Readings.of_columns(
        [[0, 1, 2]], [1, 3, 5], name="own", source="own", input_names=(text,), target_name="y", path=text
    )
    one = point(data=found.fingerprint)
    typed = shlex.split(command_of(Plan((one,), {found.fingerprint: found}, 1e-3), one))[1:]
    (read,) = expanded(*typed)
    assert (read.data.path, read.data.input, read.data.target) == (text, text, "y")


def _mappings(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(["a", "b", "_target_"]), values, max_size=2)


TEXTS = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=8)
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | TEXTS
WRITTEN = st.sampled_from(
    ["8", "8.0", "true", "null", "a,b", "${lr}", "\\\\${lr}", "it's", "[1]", "{a:1}", "", " x ", "$HOME"]
)
VALUES = st.recursive(LEAVES | WRITTEN, lambda below: st.lists(below, max_size=2) | _mappings(below), max_leaves=4)


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])  # Composing is slow, and shrinking far slower.
@given(model=_mappings(VALUES), loss=_mappings(VALUES))
def test_the_command_of_a_model_and_a_job_read_back_to_the_same_point(model: Any, loss: Any) -> None:
    one = point(
        problem=ProblemKind.torch,
        start=Start.random,
        model=canonical({**model, "_target_": "my.Net"}),
        loss=canonical({**loss, "_target_": "my.loss"}),
        spread=2.5,
        curvature=False,
    )
    typed = shlex.split(command_of(Plan((one,), {THERMOMETER.fingerprint: THERMOMETER}, 1e-3), one))[1:]
    (found,) = expanded(*typed)
    assert Point.of(found, one.data) == one
    (found,) = by_hydra([_jobs.overrides(one, found.data)])
    assert Point.of(found, one.data) == one


@settings(max_examples=7, phases=[Phase.explicit, Phase.generate])
@given(one=points())
@example(point(optimizer=OptimizerKind.adamw, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0))
@example(point(optimizer=OptimizerKind.rmsprop, alpha=0.0, eps=0.0, momentum=0.0, nesterov=True))
@example(point(optimizer=OptimizerKind.adagrad, eps=1e-10, initial_accumulator_value=0.0, weight_decay=0.0))
def test_the_command_of_a_point_and_a_job_with_any_optimizer_schedule_and_batches_read_back_to_its_key(
    one: Point,
) -> None:
    typed = shlex.split(command_of(Plan((one,), {THERMOMETER.fingerprint: THERMOMETER}, 1e-3), one))[1:]
    (found,) = expanded(*typed)
    assert Point.of(found, one.data).key == one.key
    (found,) = by_hydra([_jobs.overrides(one, found.data)])
    assert Point.of(found, one.data).key == one.key
    assert Point.from_stored(json.loads(json.dumps(one.stored()))) == one


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [({}, True), ({"epochs": 100_000_001}, False), ({"epochs": 98129087596909}, False), ({"epochs": 10**8}, True),
     ({"lr": 1e-50}, False), ({"lr": 1e-50, "dtype": DType.float64}, True), ({"scale": 1e39}, False)],
)  # fmt: skip
def test_a_point_is_allowed_exactly_where_its_settings_are(changes: dict[str, Any], allowed: bool) -> None:
    assert is_allowed(point(**changes)) is allowed
