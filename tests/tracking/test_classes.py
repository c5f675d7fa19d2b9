"""Classes in the store: in the plan and the fingerprint of readings, and what is measured of them in the parts."""

import math
from dataclasses import replace

import pytest

from sweep.data.readings import Readings
from sweep.plan.plan import Plan
from sweep.problem.choice import problems
from sweep.tracking import curve_form, data_files, parts
from sweep.tracking.forms import Labels
from sweep.tracking.typed import Malformed
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from tests.conftest import THERMOMETER, point
from tests.problem.classes import run, table


def test_classes_stand_in_the_plan_and_in_the_fingerprint() -> None:
    told = {"name": "t", "source": "t.csv", "input_names": ("x",), "target_name": "kind"}
    plain = Readings.of_columns([[1.0, 2.0, 3.0]], [0, 1, 1], **told)
    named = replace(plain, classes=("cat", "dog"))
    assert len({each.fingerprint for each in (plain, named, replace(named, classes=("dog", "cat")))}) == 3
    labels = Labels.of(named)
    assert labels.classes == ["cat", "dog"]
    assert Labels.of(plain).classes is None
    assert data_files.read(named.fingerprint, labels, data_files.written(named)) == named
    for wrong in (("cat", "dog", "cow"), ("cat",)):
        other = replace(named, classes=wrong)
        with pytest.raises(Malformed, match="do not number the classes"):
            data_files.read(other.fingerprint, Labels.of(other), data_files.written(other))


def test_a_part_has_what_was_measured_of_the_points_that_it_was_measured_of() -> None:
    data = table(40, 2, 3, 0)
    points = [point(epochs=5), run(data, epochs=6, lr=0.1, holdout="0.2"), run(data, epochs=4, lr=3e38, scale=100.0)]
    readings = {data.fingerprint: data, THERMOMETER.fingerprint: THERMOMETER}
    plan = Plan(tuple(points), readings, 0.001)
    curves = in_process(points, problems(readings, plan.tasks))
    assert curves[0].measured == {}
    assert all(map(math.isfinite, curves[1].measured.values()))
    assert all(map(math.isnan, curves[2].measured.values()))
    path, content = parts.encode([each.key for each in points], curves)
    stored = [curve for _, curve in parts.decode(path, content, 6)]
    again = [curve_form.curve_of(plan, one, curve, path) for one, curve in zip(points, stored, strict=True)]
    assert [list(each.measured) for each in again] == [[], *[["left", "lambda_max", "negative", "accuracy"]] * 2]
    assert again[1].measured == curves[1].measured
    lengths = {name: len(values) for name, values in again[1].watched.items()}
    assert lengths == {"holdout_loss": 7, "holdout_accuracy": 7}
    path, content = parts.encode([points[1].key], [replace(curves[1], measured={"left": 0.0})])
    with pytest.raises(parts.DamagedPart, match="not of the form of its point"):
        curve_form.curve_of(plan, points[1], parts.decode(path, content, 6)[0][1], path)


def test_a_part_of_an_earlier_release_says_nothing_of_negative_curvature_and_is_read() -> None:
    data = table(40, 2, 3, 0)
    one = run(data, epochs=6, lr=0.1)
    plan = Plan((one,), {data.fingerprint: data}, 0.001)
    (curve,) = in_process([one], plan.problems)
    before = {name: value for name, value in curve.measured.items() if name != "negative"}
    path, content = parts.encode([one.key], [replace(curve, measured=before)])
    ((_, stored),) = parts.decode(path, content, 6)
    assert stored.measured == before
    assert curve_form.curve_of(plan, one, stored, path).measured == {**curve.measured, "negative": 0.0}
    assert judge(curve_form.curve_of(plan, one, stored, path), one, plan.problem(one), 0.001) == judge(
        curve, one, plan.problem(one), 0.001
    )
