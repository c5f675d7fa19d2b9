"""The map, as values: which settings its axes are, every run once, theory's line where theory puts it."""

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.report import panels
from sweep.report.blocks import pictures
from sweep.report.change import change
from sweep.report.contents import sections
from sweep.report.findings import find
from sweep.report.judged_runs import Run, judged
from sweep.report.map_axes import axes
from sweep.report.outcome_map import map_panels
from sweep.settings.schema import DType, Gradient, Start
from sweep.training.curve import Failure
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, record, sweep


def test_the_map_holds_every_run_once_and_theorys_line_through_the_scales() -> None:
    plan, runs = sweep(*SEED_GRID)
    drawn, rest = map_panels(plan, runs)
    assert ([panel.title for panel in drawn], rest) == (["100 epochs", "5,000 epochs"], [])
    assert {state: [(m.x, m.y) for m in marks] for state, marks in drawn[1].marks.items()} == {
        "CONVERGED": [(1e-2, 0.1)],
        "UNFINISHED": [(1e-4, 1.0), (1e-4, 0.1)],
        "DIVERGED": [(1e-2, 1.0)],
    }
    lr, scale = np.array(drawn[0].threshold).T
    assert {0.1, 1.0} <= set(scale)
    assert lr == pytest.approx([2 / np.linalg.eigvalsh(_hessian(s))[1] for s in scale], rel=1e-9)


def _hessian(scale: float) -> "np.typing.NDArray[np.float64]":
    x = scale * THERMOMETER.inputs[:, 0]
    return 2 / len(x) * np.array([[x @ x, x.sum()], [x.sum(), len(x)]])


def test_the_words_of_a_mark_are_the_runs_setting_outcome_and_note() -> None:
    plan, runs = sweep(point())
    (panel,), _ = map_panels(plan, runs)
    assert panel.points[0].label == "lr=0.01 scale=0.1 epochs=5000: CONVERGED, within tolerance from epoch 1722"


def test_the_axis_makes_room_for_theorys_line_only_where_it_is_near() -> None:
    (near,), _ = map_panels(*sweep(point(epochs=5)))
    (far,), _ = map_panels(*sweep(point(epochs=5, lr=1e-8)))
    assert near.near == [pytest.approx(0.0329782, rel=1e-5)]
    assert far.near == []


def test_every_setting_that_varies_beside_the_axes_has_panels_of_its_own() -> None:
    central = [point(epochs=5, gradient=Gradient.finite_difference, delta=delta) for delta in (0.1, 0.2)]
    more = (point(epochs=5, lr=1e-3), point(epochs=5, scale=0.05), point(epochs=5, data=OTHER.fingerprint))
    plan, runs = sweep(point(epochs=5), *central, *more, data=(THERMOMETER, OTHER))
    drawn, _ = map_panels(plan, runs)
    assert [panel.title for panel in drawn] == [
        "5 epochs, gradient=analytic, thermometer",
        "5 epochs, gradient=finite_difference, delta=0.1, thermometer",
        "5 epochs, gradient=finite_difference, delta=0.2, thermometer",
        "5 epochs, gradient=analytic, other",
    ]


def test_panels_beyond_the_stated_number_are_named() -> None:
    grid = itertools.product(range(1, panels.MOST_PANELS + 3), (1e-3, 1e-4), (0.1, 0.05))
    plan, runs = sweep(*(point(epochs=epochs, lr=lr, scale=scale) for epochs, lr, scale in grid))
    drawn, rest = map_panels(plan, runs)
    assert len(drawn) == panels.MOST_PANELS
    assert rest == ["13 epochs", "14 epochs"]
    parts = sections(plan, runs, find(plan, runs))
    assert len(pictures(parts)[0].panels) == panels.MOST_PANELS
    assert any("Not drawn: 13 epochs; 14 epochs." in str(block) for part in parts for block in part.blocks)


def test_starts_stand_upright_where_no_scale_varies() -> None:
    plan, runs = sweep(*(point(epochs=5, init=(w, 0.0)) for w in (-1.0, 0.0, 2.0)))
    (panel,), _ = map_panels(plan, runs)
    assert (panel.across.name, panel.up.name) == ("lr", "init.w")
    assert [mark.y for mark in panel.points] == [-1.0, 0.0, 2.0]
    ((lr, _),) = panel.threshold
    assert lr == pytest.approx(0.0329782, rel=1e-5)


def test_points_that_failed_or_were_not_run_stand_in_the_map_as_such() -> None:
    points = [point(epochs=5, lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    kept = record(*points, failures={points[0].key: Failure("E", "m")})
    runs = judged(kept.plan, {points[k].key: kept.results[points[k].key] for k in (0, 1)})
    (panel,), _ = map_panels(kept.plan, runs)
    assert list(panel.marks) == ["UNFINISHED", "FAILED", "NOT RUN"]


def grid(**values: tuple[object, ...]) -> list[Point]:
    settings = [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]
    return [replace(point(epochs=5), **each) for each in settings]  # type: ignore[arg-type]


((ONE,),) = sweep(point(epochs=5))[1:]


@given(st.data())
def test_a_setting_changes_the_outcome_as_often_as_runs_that_differ_in_it_alone_differ_in_outcome(
    data: st.DataObject,
) -> None:
    points = grid(lr=(1e-3, 1e-2, 2e-2), scale=(0.1, 0.05), seed=(1, 2), start=(Start.random,), epochs=(5, 6))
    points = data.draw(st.lists(st.sampled_from(points), min_size=2, unique=True))
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    verdict = ONE.verdict
    assert verdict
    drawn = [data.draw(st.sampled_from([*Outcome, None])) for _ in points]
    runs = [
        Run(number, each, "", verdict=outcome and replace(verdict, outcome=outcome))
        for number, (each, outcome) in enumerate(zip(points, drawn, strict=True), 1)
    ]
    for name in ("lr", "scale", "seed", "epochs"):
        parts = []
        for a in (run for run in runs if run.verdict):
            others = [b for b in runs if b.verdict and a.point.differing(b.point) == [name]]
            parts.append(Fraction(sum(a.state != b.state for b in others), max(1, len(others))))
        found = change(name, plan.varying, runs, [plan.cells(run.point) for run in runs])
        assert found == sum(parts, Fraction()) / max(1, len(parts))


AXES: dict[str, tuple[list[Point], tuple[str, str]]] = {
    "nothing varies": ([point(epochs=5)], ("lr", "scale")),
    "both change the outcome, and epochs less": (list(SEED_GRID), ("lr", "scale")),
    "nothing changes the outcome": (grid(lr=(1e-3, 1e-4), scale=(0.1, 0.2), epochs=(5, 6)), ("lr", "scale")),
    "epochs change it": (grid(lr=(0.01, 0.02), scale=(0.1, 0.11), epochs=(5, 5000)), ("lr", "epochs")),
    "epochs change it, lr does not vary": (grid(scale=(0.1, 0.11), epochs=(5, 5000)), ("scale", "epochs")),
    "seeds vary and change nothing": (grid(lr=(1e-2, 1e-3), seed=(1, 2, 3), start=(Start.random,)), ("lr", "seed")),
    "text varies and changes nothing": (grid(lr=(1e-2, 1e-1), dtype=tuple(DType)), ("lr", "dtype")),
    "text and a number vary and change nothing, lr does not": (
        grid(gradient=(Gradient.finite_difference,), delta=(0.1, 0.2), dtype=tuple(DType)),
        ("delta", "dtype"),
    ),
    "text comes before a number in the plan": (
        grid(gradient=tuple(Gradient), seed=(1, 2), start=(Start.random,)),
        ("seed", "gradient"),
    ),
    "data change it": (
        grid(lr=(0.01, 0.02), scale=(1.0,), epochs=(50,), data=(THERMOMETER.fingerprint, OTHER.fingerprint)),
        ("lr", "data"),
    ),
    "not all use delta": (
        [*grid(lr=(0.01, 0.1)), *grid(gradient=(Gradient.finite_difference,), delta=(0.1, 0.2))],
        ("lr", "gradient"),
    ),
}


@pytest.mark.parametrize("points", AXES.values(), ids=AXES.keys())
def test_the_axes_are_the_settings_that_change_the_outcome_most(points: tuple[list[Point], tuple[str, str]]) -> None:
    plan, runs = sweep(*points[0], data=(THERMOMETER, OTHER))
    across, up = axes(plan, runs, [plan.cells(run.point) for run in runs])
    assert (across.name, up.name) == points[1]
    drawn, _ = map_panels(plan, runs)
    assert sum(len(panel.points) for panel in drawn) == len(runs)
    for panel in drawn:
        assert max(Counter((mark.x, mark.y) for mark in panel.points).values()) == 1


def test_data_stand_upright_by_name_and_theorys_line_steps_from_one_to_the_next() -> None:
    data = (THERMOMETER.fingerprint, OTHER.fingerprint)
    plan, runs = sweep(*grid(lr=(0.01, 0.02), scale=(1.0,), epochs=(50,), data=data), data=(THERMOMETER, OTHER))
    (panel,), _ = map_panels(plan, runs)
    assert (panel.title, panel.up.names) == ("scale=1, 50 epochs", ("thermometer", "other"))
    assert {state: [(m.x, m.y) for m in marks] for state, marks in panel.marks.items()} == {
        "UNFINISHED": [(0.01, 1.0), (0.02, 1.0)],
        "DIVERGED": [(0.01, 0.0), (0.02, 0.0)],
    }
    x = OTHER.inputs[:, 0]
    other = 2 / np.linalg.eigvalsh(2 / len(x) * np.array([[x @ x, x.sum()], [x.sum(), len(x)]]))[1]
    steps = [(3.39938e-4, -0.5), (3.39938e-4, 0.5), (other, 0.5), (other, 1.5)]
    assert np.array(panel.threshold) == pytest.approx(np.array(steps), rel=1e-5)
