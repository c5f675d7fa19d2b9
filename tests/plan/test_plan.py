"""Plans: a key means the same for ever, every scientific change makes another, duplicates are folded."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.data import sources
from sweep.data.readings import Readings
from sweep.plan import plan
from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import (
    Data,
    DType,
    Gradient,
    Init,
    OutcomeRule,
    Posed,
    ProblemKind,
    Settings,
    Start,
    Tracking,
    Training,
)
from tests.conftest import CONSTANT, PLAIN, SEED, THERMOMETER, point
from tests.problem.made import data as data_of


def settings(**changes: Any) -> Settings:
    base = Settings(
        1e-2, 0.1, 5000, None, Posed(ProblemKind.line, {}, "mse", 1.0, None, {}), PLAIN, CONSTANT, Start.given, 0,
        Init(1.0, 0.0),
        Gradient.analytic, 0.1,
        DType.float32, "cpu", data_of(),
        OutcomeRule(0.001, True, False), Training(None), False, False, None,
        Tracking("sqlite:///x.db", "sweep", 1000, {}, 60.0), {},
    )  # fmt: skip
    return replace(base, **changes)


def test_keys_are_those_of_earlier_releases() -> None:
    """A change here gives every stored run another key, so that nothing done is found: raise KEY_SCHEMA if meant."""
    points = {
        "1 seed": SEED,
        "2 flat": point(lr=1e-4, scale=1.0, epochs=100),
        "3 central": point(gradient=Gradient.finite_difference, delta=0.25),
        "4 double": point(dtype=DType.float64, init=(0.1, -17.0)),
        "5 cuda": point(device="cuda:1"),
        "6 momentum": point(momentum=0.9, nesterov=True, weight_decay=0.1),
        "7 adam": point(optimizer=OptimizerKind.adam, beta1=0.9, beta2=0.999, eps=1e-8),
        "8 adamw": point(optimizer=OptimizerKind.adamw, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01),
        "9 rmsprop": point(optimizer=OptimizerKind.rmsprop, alpha=0.99, eps=1e-8, momentum=0.5, centered=True),
        "10 adagrad": point(optimizer=OptimizerKind.adagrad, eps=1e-10, lr_decay=0.1, initial_accumulator_value=0.5),
        "11 cosine": point(schedule=ScheduleKind.cosine, warmup=10),
        "12 step": point(schedule=ScheduleKind.step, milestones="[30,60]", gamma=0.1),
        "13 batches": point(batch_size=4, seed=1),
    }
    golden = json.loads((Path(__file__).parent.parent / "reference" / "keys.json").read_text())
    assert {name: each.key for name, each in points.items()} == golden


def test_delta_is_part_of_the_key_only_where_it_is_used() -> None:
    assert point(delta=0.5).key == SEED.key
    central = [point(gradient=Gradient.finite_difference, delta=delta).key for delta in (0.1, 0.5)]
    assert central[0] != central[1]


def test_the_number_of_a_device_is_no_part_of_the_key() -> None:
    assert point(device="cuda:0").key == point(device="cuda:1").key == point(device="cuda").key


NEAR = st.sampled_from([0.1, 0.1 + 2**-56, 0.3])
DRAWN = st.fixed_dictionaries({"lr": NEAR, "scale": NEAR, "epochs": st.sampled_from([1, 2])})


@given(one=DRAWN, other=DRAWN)
def test_keys_are_the_same_exactly_where_the_settings_are(one: dict[str, Any], other: dict[str, Any]) -> None:
    (composed,) = plan.make([settings(**other)], sources.read).points
    assert (point(**one).key == composed.key) == (one == other)
    assert len(composed.key) == 32


def test_duplicates_are_folded_and_counted_in_the_order_asked_for() -> None:
    asked = [settings(lr=lr) for lr in (1e-4, 1e-2, 0.0001, 1e-4)]
    made = plan.make(asked, sources.read)
    assert [each.lr for each in made.points] == [1e-4, 1e-2]
    assert made.duplicates == 2


def test_the_same_points_in_another_order_are_the_same_sweep() -> None:
    points = (SEED, point(lr=1e-4))
    readings = {THERMOMETER.fingerprint: THERMOMETER}
    first, second = Plan(points, readings, 0.001), Plan(points[::-1], readings, 0.001, name="other")
    assert first.sweep_id == second.sweep_id
    assert Plan(points, readings, 0.002).sweep_id != first.sweep_id
    assert Plan(points[:1], readings, 0.001).sweep_id != first.sweep_id


def test_a_file_is_read_once_however_many_points_use_it() -> None:
    calls = []

    def read(source: Data, labelled: bool | None) -> Readings:
        calls.append(source)
        return THERMOMETER

    plan.make([settings(lr=lr) for lr in (0.1, 0.2, 0.3)], read)
    assert len(calls) == 1


def test_settings_that_differ_between_points_are_told() -> None:
    points = (SEED, point(lr=1e-5, init=(1.0, 2.0)))
    made = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    assert made.varying == ("lr", "init.b")
    assert made.shown == ("lr", "scale", "epochs", "init.b")
    assert [made.setting(each) for each in points] == [
        "lr=0.01 scale=0.1 epochs=5000 init.b=0",
        "lr=1e-05 scale=0.1 epochs=5000 init.b=2",
    ]
    assert made.fixed == {
        "init.w": 1.0, "gradient": "analytic", "delta": None, "dtype": "float32", "device": "cpu", "data": SEED.data,
    }  # fmt: skip


def test_delta_is_told_only_of_points_that_use_it() -> None:
    central = [point(gradient=Gradient.finite_difference, delta=delta) for delta in (0.1, 0.5)]
    readings = {THERMOMETER.fingerprint: THERMOMETER}
    assert Plan((SEED, central[0]), readings, 0.001).varying == ("gradient",)
    assert Plan((SEED, central[0]), readings, 0.001).fixed["delta"] == 0.1
    both = Plan((SEED, *central), readings, 0.001)
    assert both.varying == ("gradient", "delta")
    assert both.setting(SEED) == "lr=0.01 scale=0.1 epochs=5000 gradient=analytic"
    assert both.setting(central[1]).endswith("gradient=finite_difference delta=0.5")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_setting_is_written_so_that_it_reads_back_exactly(value: float) -> None:
    assert float(as_typed(value)) == value


@pytest.mark.parametrize(("value", "text"), [(5000, "5000"), (5000.0, "5000"), (0.01, "0.01"), (1e-5, "1e-05")])
def test_a_setting_is_written_as_a_person_would_type_it(value: float, text: str) -> None:
    assert as_typed(value) == text


def test_readings_that_are_made_are_told_apart_by_what_makes_them() -> None:
    sampled = [data_of("waves", samples=count, noise=noise, seed=0) for count in (20, 30) for noise in (0.0, 0.1)]
    made = plan.make([settings(data=each) for each in sampled], sources.read)
    assert [made.data_label(each.data) for each in made.points] == [
        f"waves data.samples={count} data.noise={noise}" for count in (20, 30) for noise in ("0", "0.1")
    ]
    (one,) = plan.make([settings(data=sampled[0])], sources.read).points
    assert plan.make([settings(data=sampled[0])], sources.read).data_label(one.data) == "waves"


def test_readings_of_one_name_are_told_apart_by_words_wherever_there_are_some(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("x,z,count,kind\n1,2,0,no\n2,1,1,yes\n3,5,1,yes\n")

    def labels(*asked: tuple[str, str, str]) -> list[str]:
        made = plan.make(
            [
                settings(
                    data=data_of("csv", path=str(own), input=x, target=y),
                    problem=Posed(ProblemKind(kind), {}, "mse", 1.0, None, {}),
                )
                for x, y, kind in asked
            ],
            sources.read,
        )
        return [made.data_label(point.data) for point in made.points]

    columns = labels(("x", "count", "logistic"), ("x", "kind", "logistic"), ("z", "kind", "logistic"))
    assert columns == ["own x data.target=count", "own x data.target=kind", "own z data.target=kind"]
    assert labels(("x", "count", "logistic"), ("x", "count", "line")) == ["own as classes", "own as numbers"]
