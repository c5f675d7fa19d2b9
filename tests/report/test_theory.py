"""Theory beside observation: what it predicts of each run, and that what it suggests is true when it is trained."""

import itertools
from dataclasses import replace

from sweep.problem.line import Line
from sweep.report import theory
from sweep.settings.schema import DType
from sweep.training.plain_descent import PLAIN_DESCENT
from sweep.verdict.outcome import Outcome
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.report.made import OTHER, SEED_GRID, sweep

LINE = Line(THERMOMETER)


def at(scale: float) -> Theory:
    return Theory(LINE.quadratic(point(scale=scale)), PLAIN_DESCENT)


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
    assert [step.setting for step in steps] == [
        "lr=0.0326 scale=0.1 epochs=528",
        "lr=0.000337 scale=1 epochs=49374",
        "lr=0.487 scale=0.0184 epochs=72",
        "lr=0.01 scale=0.1 epochs=1722",
    ]
    assert "1,622 more by theory" in steps[-1].promise


def test_suggestions_name_the_start_where_it_varies_and_the_data_where_there_are_several() -> None:
    starts = [point(epochs=5, init=(w, 0.0), data=d.fingerprint) for d in (THERMOMETER, OTHER) for w in (1.0, 2.0)]
    plan, runs = sweep(*starts, data=(THERMOMETER, OTHER))
    steps = theory.steps(plan, runs, theory.forecasts(plan)[0])
    assert steps[0].setting.endswith(" init.w=2")
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
