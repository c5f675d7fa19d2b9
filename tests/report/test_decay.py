"""Coupled weight decay in remarks and tables: what theory says is of what descends, and they say so."""

import numpy as np
import pytest

from sweep.plan.plan import Plan
from sweep.plan.remarks import remarks
from sweep.report.blocks import Table
from sweep.report.theory import forecasts
from sweep.report.theory_told import foreknown
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType
from sweep.verdict.convex import expectation
from sweep.verdict.doubts import doubts
from tests.conftest import THERMOMETER, point
from tests.problem import classes, tables
from tests.problem.made import readings
from tests.report.made import report

APART = classes.of(np.linspace(-1, 1, 20)[:, None], np.repeat([0.0, 1.0], 10))
TABLE = tables.table(40, 2, 1)
DOUBLE = tables.of(np.column_stack([TABLE.inputs, TABLE.inputs[:, 0]]), TABLE.targets)


@pytest.mark.parametrize(
    ("data", "run", "said"), [(APART, classes.run, "told apart"), (DOUBLE, tables.run, "depend on one another")]
)
def test_what_no_data_determines_is_said_of_points_without_decay(data, run, said) -> None:  # type: ignore[no-untyped-def]
    for decays in ([0.0], [0.0, 0.1], [0.1, 0.0], [0.1]):
        plan = Plan(tuple(run(data, weight_decay=decay) for decay in decays), {data.fingerprint: data}, 0.001)
        found = [line for line in remarks(plan) if said in line]
        assert len(found) == (0.0 in decays)
        assert all((", without weight decay: " in line) == (len(decays) > 1) for line in found)


def table_of(plan: Plan) -> tuple[list[str], list[list[str]]]:
    found, more = forecasts(plan)
    (told,) = (block for block in foreknown(plan, found, more) if isinstance(block, Table))
    return list(told.header), [list(row) for row in told.rows]


def test_theorys_table_says_by_which_decay_and_momentum_and_of_what_its_least_is() -> None:
    settings = [(momentum, decay) for decay in (0.0, 0.1) for momentum in (0.0, 0.9)]
    points = tuple(point(momentum=momentum, weight_decay=decay) for momentum, decay in settings)
    plan = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    header, rows = table_of(plan)
    assert header[:3] == ["scale", "optimizer.momentum", "optimizer.weight_decay"]
    assert header[3] == "largest stable lr, 2/λmax or (2+2β)/λmax"
    assert header[-1] == "least penalized loss"
    assert [(float(row[1]), float(row[2])) for row in rows] == settings
    for row, one in zip(rows, points, strict=True):
        assert float(row[-1]) == pytest.approx(plan.problem(one).least_loss(one), rel=1e-5)
    assert table_of(Plan(points[:1], plan.readings, 0.001))[0][-1] == "least loss"


def test_the_table_of_bounds_has_a_row_for_each_decay_and_none_for_what_they_do_not_bound() -> None:
    data = classes.table(60, 2, 2, 1)
    adam = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    free, pulled, *others = (
        classes.run(data, epochs=3, **changes)
        for changes in ({}, {"weight_decay": 0.1}, {"momentum": 0.9}, {"batch_size": 20}, adam)
    )
    plan = Plan((free, pulled, *others), {data.fingerprint: data}, 0.001)
    header, rows = table_of(plan)
    assert header[:2] == ["scale", "optimizer.weight_decay"]
    assert header[-1] == "least penalized loss"
    assert [row[1] for row in rows] == ["0", "0.1"]
    for row, one in zip(rows, (free, pulled), strict=True):
        known = plan.problem(one).convexity(one)
        assert known is not None
        assert [float(row[2]), float(row[-1])] == pytest.approx([2 / known.curvature, known.least_loss], rel=1e-5)
    bounds = [expectation(plan.problem(one), one) for one in plan.points]
    assert [bound is None for bound in bounds] == [False, False, False, True, True]
    assert [bound.falls_below is None for bound in bounds if bound] == [False, False, True]
    assert "falls at every update" not in report(*others, data=(data,)).files["report.md"].decode()


def test_a_decay_that_leaves_a_loss_too_large_for_its_dtype_is_doubted_once() -> None:
    data = readings(range(24), [1e4 + 100 * i for i in range(24)])
    pulled = [point(data=data.fingerprint, weight_decay=decay) for decay in (0.0, 1e3, 1e4)]
    said = []
    for points in ((pulled[0],), (pulled[1],), tuple(pulled)):
        said.append([line for line in doubts(Plan(points, {data.fingerprint: data}, 1e-5)) if "resolve" in line])
    assert [len(lines) for lines in said] == [0, 1, 1]
    assert pulled[0].dtype is DType.float32


def test_a_decay_apart_from_the_slope_leaves_no_weight_undetermined_either() -> None:
    adamw = {"optimizer": OptimizerKind.adamw, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    for decay, lines in ((0.0, 1), (0.1, 0)):
        plan = Plan((tables.run(DOUBLE, weight_decay=decay, **adamw),), {DOUBLE.fingerprint: DOUBLE}, 0.001)
        assert sum("depend on one another" in line for line in remarks(plan)) == lines
