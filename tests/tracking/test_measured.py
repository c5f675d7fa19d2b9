"""What is measured where slopes are divided by something: told of those runs alone, in parts, on runs and in tables."""

import io
import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sweep.plan.plan import Plan
from sweep.problem.problem import PRECONDITIONED
from sweep.report.frames import runs_frame, to_csv
from sweep.settings.optimizers import OptimizerKind
from sweep.tracking import curve_form, parts, view
from sweep.tracking.attempt import CurveAddress
from sweep.tracking.run_content import PointRun, of_trained
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from tests.conftest import THERMOMETER, point
from tests.report.nets import net

READINGS = {THERMOMETER.fingerprint: THERMOMETER}
ADAM: dict[str, Any] = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
LOCAL = ["left", "lambda_max", "negative"]
NET = net(THERMOMETER, epochs=5, standardize=True)
POINTS = (point(epochs=5), point(epochs=5, **ADAM), point(epochs=5, lr=3e38, **ADAM), NET, replace(NET, **ADAM))
PLAN = Plan(POINTS, READINGS, 0.001)
CURVES = in_process(POINTS, PLAN.problems)


def test_a_part_has_it_of_the_runs_that_it_was_measured_of() -> None:
    path, content = parts.encode([each.key for each in POINTS], CURVES)
    stored = [curve for _, curve in parts.decode(path, content, 60)]
    again = [curve_form.curve_of(PLAN, one, curve, path) for one, curve in zip(POINTS, stored, strict=True)]
    names = [list(each.measured) for each in again]
    assert names == [[], [PRECONDITIONED], [PRECONDITIONED], LOCAL, [*LOCAL, PRECONDITIONED]]
    assert [each.measured for each in again[:2]] == [each.measured for each in CURVES[:2]]
    assert again[4].measured == CURVES[4].measured
    assert again[1].measured[PRECONDITIONED] > 0
    assert math.isnan(again[2].measured[PRECONDITIONED])  # It diverged.
    path, content = parts.encode([POINTS[4].key], [replace(CURVES[4], measured=dict(CURVES[3].measured))])
    with pytest.raises(parts.DamagedPart, match="not of the form of its point"):
        curve_form.curve_of(PLAN, POINTS[4], parts.decode(path, content, 60)[0][1], path)


def test_it_is_a_metric_of_the_runs_that_have_it() -> None:
    for one, curve in zip(POINTS, CURVES, strict=True):
        verdict = judge(curve, one, PLAN.problem(one), 0.001)
        found = of_trained(PointRun("", one, PLAN.problem(one), {}), curve, verdict, CurveAddress("", "", 0), 100)
        value = curve.measured.get(PRECONDITIONED, math.nan)
        assert found.metrics.get(PRECONDITIONED) == (value if math.isfinite(value) else None)


def test_tables_have_a_column_of_it_where_some_run_has_it() -> None:
    results = {one.key: curve for one, curve in zip(POINTS, CURVES, strict=True)}
    frame = runs_frame(PLAN, results)
    assert frame[PRECONDITIONED].notna().tolist() == [False, True, False, False, True]
    told = pd.read_csv(io.BytesIO(to_csv(PLAN, frame)), keep_default_na=False, dtype=str)[PRECONDITIONED]
    assert told.tolist() == ["", repr(CURVES[1].measured[PRECONDITIONED]), "nan", "", told[4]]
    without = Plan((POINTS[0], POINTS[3]), READINGS, 0.001)
    assert PRECONDITIONED not in runs_frame(without, {})


@pytest.mark.parametrize(
    ("points", "columns"),
    [
        ((POINTS[3],), ["`lambda_max`"]),
        ((POINTS[4],), [f"`{PRECONDITIONED}`"]),
        ((POINTS[3], POINTS[4]), ["`lambda_max`", f"`{PRECONDITIONED}`"]),
        ((POINTS[1],), []),
    ],
)
def test_mlflows_columns_show_the_curvature_that_an_lr_is_held_against(
    points: tuple[object, ...], columns: list[str]
) -> None:
    plan = Plan(points, READINGS, 0.001)  # type: ignore[arg-type]
    shown = [each.removeprefix("metrics.") for each in view.state(plan, [])["selectedColumns"]]
    assert [each for each in shown if "lambda" in each] == columns
