"""The saved view as values: what it shows of a sweep, in which sections and groups."""

import base64
import json
import math
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.models.spec import canonical
from sweep.plan.plan import Plan
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType
from sweep.tracking import view
from sweep.tracking.display import log10_end
from sweep.tracking.view_axes import metric
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, point
from tests.plan.fields import FUNCTION
from tests.report.nets import net

READINGS = {THERMOMETER.fingerprint: THERMOMETER}


def curve(*losses: float, final: float, dtype: type = np.float64) -> Curve:
    return Curve(np.array(losses, dtype), (0.0, 0.0), final, False)


def plan(*points: object, **axes: object) -> Plan:
    return Plan(tuple(point(**axes, lr=lr) for lr in (1e-2, 1e-4)), READINGS, 0.001)


def test_a_view_shows_the_runs_of_its_sweep_best_first_in_columns_that_name_them() -> None:
    two = plan()
    state = view.state(two, [])
    assert state["searchFilter"] == f"tags.`in_sweep.{two.sweep_id}` = 'true'"
    assert (state["orderByKey"], state["orderByAsc"]) == ("metrics.`final_loss`", True)
    assert state["runsHiddenMode"] == "SHOW_ALL"
    ours = [*(f"params.`{name}`" for name in ("lr", "scale", "epochs")), "tags.`outcome`"]
    assert state["selectedColumns"] == [*ours, "metrics.`final_loss`", "metrics.`w`", "metrics.`b`"]
    assert state["columnOrder"][-7:] == state["selectedColumns"]


def test_every_setting_that_varies_is_a_column_and_an_axis() -> None:
    points = (point(), point(dtype=DType.float64), point(init=(2.0, 0.0)))
    state = view.state(Plan(points, READINGS, 0.001), [])
    assert {"params.`dtype`", "params.`init.w`"} <= set(state["selectedColumns"])
    way = next(each for each in state["compareRunCharts"] if each["type"] == "PARALLEL")
    assert (way["selectedParams"], way["selectedMetrics"]) == (["init.w", "dtype"], ["log10_end"])


def test_of_more_runs_than_a_page_holds_the_first_are_a_sample_of_all_outcomes() -> None:
    points = tuple(point(lr=number * 1e-4) for number in range(1, 102))
    many = Plan(points, READINGS, 0.001)
    assert view.state(many, [])["orderByKey"] == "tags.`key`"
    ranked = view.state(many, [], ranked=True)
    assert ranked["orderByKey"] == f"tags.`mlflow.sweep.rank.{many.sweep_id}`"
    assert ranked["compareRunSections"][0]["name"] == "Loss of 100 of 101 runs: best, boundary, sample"
    assert view.state(Plan(points[1:], READINGS, 0.001), [])["orderByKey"] == "metrics.`final_loss`"


def test_charts_stand_in_sections_that_are_there() -> None:
    state = view.state(plan(), [curve(2.0, 1.0, final=0.5), curve(2.0, 3.0, final=9.0)])
    sections = {each["uuid"] for each in state["compareRunSections"]}
    charts = state["compareRunCharts"]
    assert [each["type"] for each in charts] == ["LINE", "LINE", "SCATTER", "PARALLEL"]
    assert {each["metricSectionId"] for each in charts} <= sections
    assert charts[0]["metricSectionId"] != charts[1]["metricSectionId"]  # Whose name is the title of a chart of losses.
    assert len({each["uuid"] for each in charts}) == len(charts)
    assert {each["scaleType"] for each in charts if each["type"] == "LINE"} == {"log"}


@pytest.mark.parametrize("final", [0.5, 9.0])
def test_where_all_curves_fall_or_none_does_one_chart_has_them(final: float) -> None:
    state = view.state(plan(), [curve(2.0, 1.0, final=final)] * 2)
    assert [each["uuid"] for each in state["compareRunCharts"]] == ["all", "map", "way"]
    assert "falling" not in {each["uuid"] for each in state["compareRunSections"]}


@pytest.mark.parametrize(("epochs", "axis"), [(30, "linear"), (31, "log")])
def test_long_curves_have_a_log_axis_of_epochs(epochs: int, axis: str) -> None:
    (first, *_) = view.state(plan(epochs=epochs), [])["compareRunCharts"]
    assert first["xAxisScaleType"] == axis


def test_a_view_reads_back_and_stays_short_however_many_settings_vary() -> None:
    points = (
        point(),
        point(lr=1e-3, scale=1.0, epochs=7, init=(3.0, 4.0), dtype=DType.float64, device="cuda", delta=0.2),
    )
    state = view.state(Plan(points, READINGS, 0.001), [curve(100.0, final=1.0)])
    value = view.encoded("näme-1234", state, 1234)
    assert len(value) < 2000
    found = json.loads(value)
    assert (found["name"], found["createdAt"]) == ("näme-1234", 1234)
    kind, _, packed = found["state"].partition(";")
    assert kind == "deflate"
    assert json.loads(zlib.decompress(base64.b64decode(packed))) == state


@given(start=st.floats(), final=st.floats(), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_end_has_a_place_on_a_log_axis(start: float, final: float, dtype: type) -> None:
    with np.errstate(over="ignore", under="ignore"):
        found = log10_end(curve(start, final=final, dtype=dtype))
        assert math.isfinite(found)
        worse = log10_end(curve(start, final=math.nan, dtype=dtype))
    assert found <= worse


def test_an_end_stands_where_it_is_unless_it_is_far_from_its_start() -> None:
    assert log10_end(curve(100.0, final=10.0)) == 1.0
    assert log10_end(curve(100.0, final=900.0)) == math.log10(900)
    assert log10_end(curve(100.0, final=1e30)) == 3.0
    assert log10_end(curve(100.0, final=math.inf)) == log10_end(curve(100.0, final=math.nan)) == 3.0
    assert -30 < log10_end(curve(100.0, final=0.0)) < -28
    assert -12 < log10_end(curve(100.0, final=0.0, dtype=np.float32)) < -11


def test_a_view_of_models_shows_what_is_known_of_their_end_and_no_length_of_a_tensor() -> None:
    two = Plan(tuple(net(THERMOMETER, width, holdout="0.2") for width in (4, 8)), READINGS, 0.001)
    found = [each.removeprefix("metrics.") for each in view.state(two, [])["selectedColumns"] if "metrics" in each]
    assert found == ["`final_loss`", "`final_holdout_loss`", "`lambda_max`", "`threshold_ratio`"]
    unasked = replace(two, points=tuple(replace(each, curvature=False) for each in two.points))
    assert "metrics.`lambda_max`" not in view.state(unasked, [])["selectedColumns"]
    assert "params.`problem.model.width`" in view.state(two, [])["selectedColumns"]


@pytest.mark.parametrize(
    ("axes", "upright", "way"),
    [
        ([{"width": 4}, {"width": 8}], "problem.model.width", (["problem.model.width"], ["log10_end"])),
        ([{"lr": 0.1}, {"lr": 1.0}], "log10_end", ([], ["log10_lr", "log10_end"])),
        ([{"scale": 0.1}, {"scale": 1.0}], "log10_scale", ([], ["log10_scale", "log10_end"])),
    ],
)
def test_charts_of_models_have_the_axes_that_vary(
    axes: list[dict[str, Any]], upright: str, way: tuple[list[str], list[str]]
) -> None:
    state = view.state(Plan(tuple(net(THERMOMETER, **each) for each in axes), READINGS, 0.001), [])
    charts = {each["uuid"]: each for each in state["compareRunCharts"]}
    assert (charts["map"]["xaxis"]["key"], charts["map"]["yaxis"]["key"]) == ("log10_lr", upright)
    assert (charts["way"]["selectedParams"], charts["way"]["selectedMetrics"]) == way


def repeated(count: int = 2, **changes: Any) -> Plan:
    points = [net(THERMOMETER, width, seed=seed, **changes) for width in (4, 8) for seed in range(1, 1 + count)]
    return Plan(tuple(points), READINGS, 0.001)


def test_repeats_are_grouped_by_all_that_varies_but_their_seed_and_groups_are_shut() -> None:
    state = view.state(repeated(), [])
    keys = [{"mode": "param", "groupByData": name} for name in ("lr", "problem.model.width")]
    assert state["groupBy"] == {"aggregateFunction": "average", "groupByKeys": keys}
    assert state["useGroupedValuesInCharts"] is True
    shut = {f"param.lr.0.1,param.problem.model.width.{width}": False for width in (4, 8)}
    assert state["groupsExpanded"] == shut
    titles = [each["name"] for each in state["compareRunSections"]][:2]
    assert titles == ["Loss of 4 runs, mean and range", "Settings: where the mean of each ends"]
    assert "params.`seed`" not in state["selectedColumns"]


def test_without_repeats_nothing_is_grouped_though_seeds_vary() -> None:
    points = tuple(net(THERMOMETER, seed=seed, lr=0.1 * (1 + seed)) for seed in range(3))
    assert not {"groupBy", "groupsExpanded"} & view.state(Plan(points, READINGS, 0.001), []).keys()


def test_of_more_repeats_than_a_page_holds_those_of_a_setting_are_loaded_together() -> None:
    assert view.state(repeated(51), [])["orderByKey"] == "tags.`setting`"
    assert view.state(repeated(50), [])["orderByKey"] == "metrics.`final_loss`"


def test_charts_of_groups_have_axes_that_are_numbers_on_all_of_them() -> None:
    points = [
        replace(net(THERMOMETER, 4), seed=seed, momentum=momentum, loss=loss)
        for momentum in (0.0, 0.9)
        for loss in ('"mse"', '"l1"')
        for seed in range(2)
    ]
    charts = {each["uuid"]: each for each in view.state(Plan(tuple(points), READINGS, 0.001), [])["compareRunCharts"]}
    assert charts["map"]["yaxis"]["key"] == "optimizer.momentum"
    assert charts["way"]["selectedParams"] == ["optimizer.momentum"]
    way = next(each for each in view.state(repeated(), [])["compareRunCharts"] if each["type"] == "PARALLEL")
    assert way["selectedParams"] == ["problem.model.width"]
    where = next(each for each in view.state(repeated(), [])["compareRunCharts"] if each["type"] == "SCATTER")
    assert where["yaxis"] == {"key": "problem.model.width", "type": "PARAM"}


def test_a_group_at_a_default_is_named_by_it_and_one_that_has_no_such_setting_as_the_page_names_it() -> None:
    points = [replace(net(THERMOMETER), seed=seed, momentum=momentum) for momentum in (0.0, 0.9) for seed in range(2)]
    shut = view.state(Plan(tuple(points), READINGS, 0.001), [])["groupsExpanded"]
    assert list(shut) == [f"param.lr.0.1,param.optimizer.momentum.{each}" for each in ("0.0", "0.9")]
    adam = [replace(each, optimizer=OptimizerKind.adam) for each in points[:2]]
    shut = view.state(Plan((*points, *adam), READINGS, 0.001), [])["groupsExpanded"]
    assert [each for each in shut if "momentum.null" in each] != []


def test_axes_and_columns_say_what_varies_and_can_be_read() -> None:
    """A line whose scale is the same in all runs has where it ends upright, so that no run hides another."""
    state = view.state(plan(scale=0.1), [])
    charts = {each["uuid"]: each for each in state["compareRunCharts"]}
    assert charts["map"]["yaxis"]["key"] == "log10_end"
    assert (charts["way"]["selectedParams"], charts["way"]["selectedMetrics"]) == ([], ["log10_lr", "log10_end"])
    one = {each["uuid"]: each for each in view.state(Plan((point(),), READINGS, 0.001), [])["compareRunCharts"]}
    assert one["way"]["selectedMetrics"] == ["log10_lr", "log10_end"]
    widths = view.state(Plan(tuple(net(THERMOMETER, width) for width in (4, 8)), READINGS, 0.001), [])["columnWidths"]
    assert widths["params.`problem.model.width`"] > widths["params.`lr`"]


def test_a_view_of_many_settings_stays_short() -> None:
    points = [net(THERMOMETER, seed=seed, lr=1e-3 * (1 + k)) for k in range(300) for seed in range(2)]
    state = view.state(Plan(tuple(points), READINGS, 0.001), [])
    assert len(state["groupsExpanded"]) == 100
    assert len(view.encoded("name", state, 1234)) < 3000


def test_of_training_functions_what_they_named_has_columns_and_what_they_take_is_the_map() -> None:
    """Of a function without an lr too: the page leaves runs aside that have not what it groups or draws them by."""
    widths = [replace(FUNCTION, function=canonical({"_target_": "my.train", "width": width})) for width in (1, 2)]
    by_width = [replace(each, takes="seed", seed=seed) for each in widths for seed in (0, 1)]
    named = Curve(np.zeros(0), (), 1.0, False, {"accuracy": np.ones(1)}, {"best": 1.0})
    state = view.state(Plan(tuple(by_width), READINGS, 0.001), [named, named])
    assert {"metrics.`accuracy`", "metrics.`best`"} <= {*state["selectedColumns"]}
    assert "params.`lr`" not in state["selectedColumns"]
    (drawn,) = (each for each in state["compareRunCharts"] if each["uuid"] == "map")
    width = {"key": "problem.function.width", "type": "PARAM"}
    assert (drawn["xaxis"], drawn["yaxis"]) == (width, metric("log10_end"))
    keys = [each["groupByData"] for each in state["groupBy"]["groupByKeys"]]
    assert keys == ["problem", "problem.function.width"]
    by_lr = Plan(tuple(replace(FUNCTION, takes="lr", lr=lr) for lr in (0.1, 0.2)), READINGS, 0.001)
    (drawn,) = (each for each in view.state(by_lr, [])["compareRunCharts"] if each["uuid"] == "map")
    assert drawn["xaxis"] == metric("log10_lr")
