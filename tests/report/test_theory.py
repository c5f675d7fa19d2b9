"""Theory beside observation: what it predicts of each run, and that what it suggests is true when it is trained."""

import itertools
import shlex
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.data.readings import Readings
from sweep.plan.plan import make
from sweep.plan.point import Point
from sweep.report import theory
from sweep.settings.keys import validate
from sweep.settings.schema import DType, Gradient
from sweep.verdict.outcome import Outcome
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.hydra_plugins.expanded import expanded
from tests.problem.made import line_of, readings
from tests.report.made import OTHER, SEED_GRID, sweep

LINE = line_of(THERMOMETER)
PRESSURE = readings(
    range(24),
    [101325 + 0.004 * i for i in range(24)],
    "pressure",
    source="it's $HOME, in [mbar] at °C.csv",
    input_names=("h, UTC",),
    target_name="p=1 {x} #2",
    target_unit="°C \\ 'x' \"y\" ${lr}",
    path="it's $HOME, in [mbar] at °C.csv",
)


def at(scale: float) -> Theory:
    return Theory(LINE.quadratic(point(scale=scale)), Plain())


def test_where_no_lr_converges_none_is_suggested() -> None:
    assert at(1e300).fastest((1.0, 0.0), 0.001 * LINE.spread) is None
    plan, runs = sweep(point(scale=1e300, dtype=DType.float64, epochs=3))
    assert theory.steps(plan, runs, theory.forecasts(plan)[0]) == []


def test_agreement_counts_and_lists_every_disagreement_nearest_to_the_threshold_first() -> None:
    threshold, flat = at(0.1).threshold, at(0.1).quadratic
    _, direction = flat.directions
    start = tuple(o + 8 * f + 1e-4 * s for o, f, s in zip(flat.optimum, flat.directions[0], direction, strict=True))
    odd = [point(lr=part * threshold, epochs=60, init=start, dtype=DType.float64) for part in (1.004, 1.002)]
    _, runs = sweep(point(), *odd, point(lr=1e-4))
    found = theory.compare(runs)
    assert found.judged == 4
    assert [run.number for run in found.disagreeing] == [3, 2]
    expected = [run.verdict.expected for run in found.disagreeing if run.verdict]
    assert [each.predicted for each in expected if each] == [Outcome.DIVERGED] * 2
    assert all("theory predicts DIVERGED" in run.verdict.reason for run in found.disagreeing if run.verdict)


def test_predicted_and_observed_epochs_are_told_of_converged_runs_those_that_differ_most_first() -> None:
    _, runs = sweep(*SEED_GRID, point(lr=0.0325), point(lr=0.3, scale=0.02))
    timed = theory.compare(runs).timed
    assert [run.number for run in timed] == [4, 9, 10]
    both = [
        (v.events.first_within or 0, v.expected.predicted_epochs or 0)
        for run in timed
        if (v := run.verdict) and v.expected
    ]
    assert len(both) == 3
    assert all(abs(observed - predicted) <= 2 for observed, predicted in both)
    late = [
        replace(run, verdict=replace(v, events=replace(v.events, first_within=v.epochs_needed)))
        for run in runs[9:]
        if (v := run.verdict)
    ]
    assert [run.number for run in theory.compare([*runs[:9], *late]).timed] == [10, 4, 9]


def test_what_to_try_next_is_the_fastest_lr_a_scale_the_evenest_scale_and_the_nearest_unfinished_run() -> None:
    plan, runs = sweep(*SEED_GRID)
    steps = theory.steps(plan, runs, theory.forecasts(plan)[0])
    assert [step.command.split()[1:4] for step in steps] == [
        ["lr=0.0326", "scale=0.1", "epochs=528"],
        ["lr=0.000337", "scale=1", "epochs=49374"],
        ["lr=0.0579", "scale=0.1", "epochs=46"],
        ["lr=0.26", "scale=0.1", "epochs=5"],
        ["lr=0.487", "scale=0.0184", "epochs=72"],
        ["lr=0.01", "scale=0.1", "epochs=1722"],
    ]
    assert "1,622 more by theory" in steps[-1].promise


def test_promises_name_the_data_where_there_are_several() -> None:
    starts = [point(epochs=5, init=(w, 0.0), data=d.fingerprint) for d in (THERMOMETER, OTHER) for w in (1.0, 2.0)]
    plan, runs = sweep(*starts, data=(THERMOMETER, OTHER))
    steps = theory.steps(plan, runs, theory.forecasts(plan)[0])
    assert " init.w=2 " in steps[0].command
    assert any("for thermometer" in step.promise for step in steps)
    assert any("for other" in step.promise for step in steps)


def test_theory_is_asked_about_a_stated_number_of_combinations_and_says_how_many_more_there_are() -> None:
    count = theory.MOST_FORECASTS + 7
    plan, _ = sweep(*(point(epochs=1, scale=0.01 * (1 + place)) for place in range(count)))
    known, more = theory.forecasts(plan)
    assert (len(known), more) == (theory.MOST_FORECASTS, 7)


def test_forecasts_are_of_the_combinations_of_data_scale_and_start_in_the_order_of_the_plan() -> None:
    grid = itertools.product((0.1, 1.0), ((1.0, 0.0), (0.0, 0.0)), (1e-3, 1e-4))
    plan, _ = sweep(*(point(epochs=1, scale=scale, init=init, lr=lr) for scale, init, lr in grid))
    known, _ = theory.forecasts(plan)
    assert [(each.point.scale, each.point.init) for each in known] == list(
        itertools.product((0.1, 1.0), ((1.0, 0.0), (0.0, 0.0)))
    )


def asked(step: theory.Step, *sources_of: Readings) -> Point:
    """The point that a suggestion's command asks for, through the door that a user's words come through."""
    program, *words = shlex.split(step.command)
    assert program == "sweep"
    (settings,) = expanded(*words)
    known = {each.path: each for each in sources_of}
    planned = make([validate(settings)], lambda data, labelled: known[data.path])
    assert planned.tolerance == 0.001
    return planned.points[0]


@settings(max_examples=6)
@given(
    lrs=st.lists(st.floats(1e-12, 1e3), min_size=1, max_size=3),
    scale=st.sampled_from([1e-6, 0.0184, 0.1, 1.0, 50.0]),
    epochs=st.sampled_from([1, 30, 528, 1722]),
    init=st.sampled_from([(1.0, 0.0), (5.367, -17.3), (-1e8, 3.0)]),
    gradient=st.sampled_from(Gradient),
    dtype=st.sampled_from(DType),
    readings=st.sampled_from([THERMOMETER, replace(OTHER, path="two eb.csv"), PRESSURE]),
)
def test_a_suggestion_is_a_new_point_within_limits_that_a_user_may_type(
    lrs: list[float], readings: Readings, **changes: Any
) -> None:
    points = {each.key: each for lr in lrs for each in [point(lr=lr, data=readings.fingerprint, delta=0.3, **changes)]}
    plan, runs = sweep(*points.values(), data=(readings,))
    taken = set(points)
    for step in theory.steps(plan, runs, theory.forecasts(plan)[0]):
        found = asked(step, readings)
        assert (found.data, found.gradient) == (readings.fingerprint, changes["gradient"])
        assert found.delta == 0.3 or found.gradient is not Gradient.finite_difference
        assert found.key not in taken
        taken.add(found.key)


def test_a_point_that_the_plan_has_is_not_suggested_nor_one_beyond_the_limit_of_a_key() -> None:
    fastest, even = point(lr=0.0326, epochs=528), point(lr=0.487, scale=0.0184, epochs=72)
    swung = point(lr=0.766, scale=0.0184, epochs=17, momentum=0.54)
    plan, runs = sweep(fastest, even, swung)
    assert theory.steps(plan, runs, theory.forecasts(plan)[0]) == []
    slow = point(scale=1e-7, epochs=1, init=(0.0, 0.0))
    plan, runs = sweep(slow)
    assert runs[0].verdict
    needed = theory.forecasts(plan)[0][0].fastest
    assert needed
    assert needed[1] > 100_000_000
    commands = [step.command for step in theory.steps(plan, runs, theory.forecasts(plan)[0])]
    assert ["scale=0.0184" in each or "optimizer.momentum=0.9999936" in each for each in commands] == [True, True]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("scale", [1.0, 0.1, 0.01])
def test_the_momentum_that_is_suggested_does_what_it_promises(scale: float, nesterov: bool) -> None:
    tried = [point(scale=scale, lr=1e-5, epochs=10, momentum=0.1 * nesterov, nesterov=nesterov, dtype=DType.float64)]
    plan, runs = sweep(*tried)
    (step,) = [each for each in theory.steps(plan, runs, theory.forecasts(plan)[0]) if "with momentum" in each.promise]
    again = asked(step, THERMOMETER)
    assert (again.momentum > 0.3, again.nesterov, again.scale) == (True, nesterov, scale)
    assert f": {again.epochs:,} epochs instead of" in step.promise
    plan, runs = sweep(again, replace(again, epochs=2 * again.epochs))
    assert [run.state for run in runs] == [Outcome.CONVERGED] * 2
    problem, curve = plan.problem(again), runs[1].curve
    least = problem.least_loss(again)
    assert curve
    assert least
    outside = np.flatnonzero(curve.losses - least > 0.001 * problem.spread)
    assert 0.6 * again.epochs < outside[-1] < again.epochs


def test_where_a_dtype_may_not_do_what_theory_says_the_other_is_suggested() -> None:
    plan, runs = sweep(point(lr=0.3, epochs=30, data=PRESSURE.fingerprint), data=(PRESSURE,))
    steps = theory.steps(plan, runs, theory.forecasts(plan)[0])
    assert steps
    for step in steps:
        again = asked(step, PRESSURE)
        assert again.dtype is DType.float64
        _, (run,) = sweep(again, data=(PRESSURE,))
        assert run.state == Outcome.CONVERGED


def test_where_a_dtype_cannot_hold_the_loss_at_the_start_the_other_is_suggested() -> None:
    plan, runs = sweep(point(init=(1e19, 0.0), epochs=3))
    assert runs[0].state == Outcome.DIVERGED
    steps = theory.steps(plan, runs, theory.forecasts(plan)[0])
    assert steps
    for step in steps:
        again = asked(step, THERMOMETER)
        assert again.dtype is DType.float64
        _, (run,) = sweep(again)
        assert run.state == Outcome.CONVERGED


def test_no_lr_is_praised_for_a_start_that_is_within_tolerance() -> None:
    plan, runs = sweep(point(epochs=3, init=(5.36771921, -17.3047855)))
    assert runs[0].state == Outcome.CONVERGED
    assert theory.forecasts(plan)[0][0].fastest
    assert theory.steps(plan, runs, theory.forecasts(plan)[0]) == []


def test_nesterov_that_a_run_without_momentum_does_not_use_is_no_part_of_the_momentum_to_try() -> None:
    for nesterov in (False, True):
        plan, runs = sweep(point(lr=0.03, epochs=20, nesterov=nesterov))
        found = theory.steps(plan, runs, theory.forecasts(plan)[0])
        (command,) = (step.command for step in found if "with momentum" in step.promise)
        assert "optimizer.momentum=" in command
        assert "nesterov" not in command
