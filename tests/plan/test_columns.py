"""Columns of tables: arguments of models are told apart by type, and empty where a model has no such argument."""

import json
from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sweep.models.spec import canonical
from sweep.plan.columns import Columns
from sweep.plan.labels import differing
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.problem.task import Task
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import ProblemKind, Start
from sweep.tracking.run_content import params
from tests.conftest import THERMOMETER, point

MODEL = point(problem=ProblemKind.torch, start=Start.random, code="c")


def of(said: object, **changes: Any) -> Point:
    """A point of the model that is ``said``."""
    return replace(MODEL, model=canonical(said), **changes)


def labels(*points: Point) -> list[list[str]]:
    """What tells the task of each point from the others."""
    tasks = list(dict.fromkeys(each.task for each in points))
    return [list(differing(task, tasks)) for task in tasks]


VALUES = [8, 8.0, "8", True, 1, 1.0, "true", None, "null", [8], "[8]", [8.0], {}, "x", 0.5]


def test_arguments_that_differ_in_type_alone_differ_in_every_table() -> None:
    points = [of({"_target_": "my.Net", "n": each}) for each in VALUES]
    assert len({each.key for each in points}) == len({each.task for each in points}) == len(points)
    columns = Columns.of(points)
    assert columns.varying == ("problem.model.n",)
    cells = [columns.cells(each)["problem.model.n"] for each in points]
    assert len({str(each) for each in cells}) == len(points)
    assert columns.values["problem.model.n"] == tuple(cells)
    assert cells[:5] == ["8", "8.0", '"8"', "true", "1"]
    assert len({*map(tuple, labels(*points))}) == len(points)


def test_numbers_stay_numbers_where_nothing_looks_like_them() -> None:
    columns = Columns.of([of({"n": n, "rate": rate}) for n, rate in product((8, 16), (0.0, 0.5))])
    assert (columns.values["problem.model.n"], columns.values["problem.model.rate"]) == ((8, 16), (0.0, 0.5))


@given(names=st.permutations(["width", "depth", "of", "_target_"]))
def test_the_order_of_arguments_does_not_matter(names: list[str]) -> None:
    values: dict[str, object] = {"width": 8, "depth": 2, "of": {"b": 1, "a": 2}, "_target_": "my.Net"}
    turned = {"width": 8, "depth": 2, "of": {"a": 2, "b": 1}, "_target_": "my.Net"}
    assert of({name: values[name] for name in names}).key == of(turned).key


def test_columns_of_a_model_are_its_arguments() -> None:
    said = {"_target_": "my.Net", "layers": [8, 8], "of": {"_target_": "my.Act", "slope": 0.5}, "bias": None, "x": {}}
    own = of(said, loss=canonical({"_target_": "my.loss", "part": True}))
    columns = own.columns()
    assert {key: value for key, value in columns.items() if key.startswith(("problem.model", "problem.loss."))} == {
        "problem.model._target_": "my.Net",
        "problem.model.layers": "[8,8]",
        "problem.model.of._target_": "my.Act",
        "problem.model.of.slope": 0.5,
        "problem.model.bias": "null",
        "problem.model.x": "{}",
        "problem.loss._target_": "my.loss",
        "problem.loss.part": True,
    }
    assert "problem.loss" not in columns
    assert Point.from_stored(json.loads(json.dumps(own.stored()))) == own
    assert own.overrides()["problem.model.layers"] == [8, 8]


def test_a_column_is_empty_where_a_model_has_no_such_argument_and_that_is_a_difference() -> None:
    points = [of({"_target_": "my.Net"}), of({"_target_": "my.Net", "width": 4}), point()]
    columns = Columns.of(points)
    assert "problem.model.width" in columns.varying
    assert "problem.model._target_" not in columns.varying
    assert [columns.cells(each)["problem.model.width"] for each in points] == [None, 4, None]
    plan = Plan(tuple(points[:2]), {THERMOMETER.fingerprint: THERMOMETER}, 1e-3)
    assert [plan.setting(each) for each in points[:2]] == [
        "lr=0.01 scale=0.1 epochs=5000",
        "lr=0.01 scale=0.1 epochs=5000 problem.model.width=4",
    ]


def test_a_loss_of_ones_own_beside_one_by_name_is_a_difference() -> None:
    own = replace(of({"n": 1}), loss=canonical({"_target_": "my.loss"}))
    columns = Columns.of([of({"n": 1}), own])
    assert {"problem.loss", "problem.loss._target_"} <= {*columns.varying}
    assert labels(of({"n": 1}), own) == [["problem.loss=mse"], ["problem.loss._target_=my.loss"]]


def test_labels_of_tasks_say_what_tells_models_apart_and_no_more() -> None:
    shipped = [replace(of({"width": width, "depth": 2}), problem=ProblemKind.mlp, code="mlp 1") for width in (4, 8)]
    assert labels(point(), *shipped) == [
        ["problem=line"],
        ["problem=mlp", "problem.model.width=4"],
        ["problem=mlp", "problem.model.width=8"],
    ]
    huber = [replace(shipped[0], loss=canonical("huber"), loss_delta=delta) for delta in (1.0, 2.0)]
    assert labels(shipped[0], *huber) == [
        ["problem.loss=mse"],
        ["problem.loss=huber", "problem.loss_delta=1"],
        ["problem.loss=huber", "problem.loss_delta=2"],
    ]
    assert labels(shipped[0], replace(shipped[0], spread=2.0)) == [[], ["problem.spread=2"]]
    assert isinstance(shipped[0].task, Task)


def test_a_configuration_has_the_values_that_were_asked_for() -> None:
    points = tuple(of({"_target_": "my.Net", "n": each}) for each in VALUES)
    plan = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 1e-3)
    assert list(map(canonical, plan.asked("problem.model.n"))) == list(map(canonical, VALUES))
    assert plan.asked("lr") == [0.01]


def test_an_optimizer_that_decays_unless_told_otherwise_shows_that_it_does_not() -> None:
    adamw = point(optimizer=OptimizerKind.adamw, beta1=0.9, beta2=0.999, eps=1e-8)
    assert Columns.of([adamw]).values["optimizer.weight_decay"] == (0.0,)
    assert params(adamw)["optimizer.weight_decay"] == "0.0"
    assert "optimizer.weight_decay" not in Columns.of([point()]).values
    assert "optimizer.weight_decay" not in params(point())
