"""Where rounding decides and not descent: no promise that training does not keep, no verdict of noise."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.plan.point import Point
from sweep.problem.line import Line
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Gradient
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Limit, Outcome, Verdict
from sweep.verdict.rule import bound, resolves
from sweep.verdict.stability import stability_of
from sweep.verdict.stability_sgd import Momentum, Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of, posed, readings

LINE = line_of(THERMOMETER)


def line(inputs: list[float], targets: list[float]) -> Line:
    return line_of(readings(inputs, targets))


N = range(24)
PRESSURE = line([*N], [101325 + 0.004 * i for i in N])
NOISY_PRESSURE = line([*N], [round(101325 + 0.004 * i + 0.002 * (5 * i % 3 - 1), 3) for i in N])
KELVIN = line([273.15 + i for i in N], [101325 + 370 * i + 30 * math.sin(5 * i) for i in N])
FAR = line([i - 12 for i in N], [1000 + 0.5 * i + math.sin(7 * i) for i in N])
EXACT = line([0, 1, 2, 3], [1, 3, 5, 7])


def trained(problem: Line, *points: Point, tolerance: float = 0.001) -> list[Verdict]:
    data = problem.prepared.readings.fingerprint
    points = tuple(replace(each, data=data) for each in points)
    curves = in_process(points, {each.task: problem for each in points})
    return [judge(curve, each, problem, tolerance) for curve, each in zip(curves, points, strict=True)]


@pytest.mark.parametrize("problem", [PRESSURE, NOISY_PRESSURE])
@pytest.mark.parametrize("gradient", Gradient)
def test_where_the_target_rounds_to_more_than_the_tolerance_no_epochs_are_promised(
    problem: Line, gradient: Gradient
) -> None:
    run = point(lr=0.3, gradient=gradient)
    for found in trained(problem, *(replace(run, epochs=epochs) for epochs in (20, 200, 1000))):
        assert found.outcome is Outcome.UNFINISHED
        assert (found.epochs_needed, "about" in found.reason) == (None, False)
        assert found.limit or found.reason.startswith("stalled")
        assert "dtype=float64 may help" in found.reason
        assert "a larger lr" not in found.reason
    assert not resolves(problem, point(dtype=DType.float32), 0.001 * problem.spread)
    (kept,) = trained(problem, replace(run, epochs=300, dtype=DType.float64, gradient=Gradient.analytic))
    assert kept.limit is None


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("problem", [LINE, PRESSURE, KELVIN, FAR])
def test_what_is_promised_in_float32_is_kept_in_float32(problem: Line, momentum: float) -> None:
    base = point(scale=3 / math.sqrt(problem._square), momentum=momentum)
    threshold = stability_of(base).threshold(problem.quadratic(base).largest)
    runs = [replace(base, lr=part * threshold, epochs=epochs) for part in (0.9, 0.3, 0.03, 0.003) for epochs in (5, 50)]
    going = [(run, found.epochs_needed) for run, found in zip(runs, trained(problem, *runs), strict=True)]
    longer = [
        replace(run, epochs=run.epochs + needed * 11 // 10 + 9)
        for run, needed in going
        if needed is not None and needed < 4000
    ]
    assert bool(longer) == (problem in (LINE, FAR) or (problem is KELVIN and momentum > 0))
    assert {found.outcome for found in trained(problem, *longer)} <= {Outcome.CONVERGED}


def test_momentum_moves_on_by_slopes_that_plain_descent_would_stall_at() -> None:
    known, allowed = KELVIN.quadratic(point(scale=0.01)), 0.001 * KELVIN.spread
    optimizers = (Plain(), Momentum(0.5), Momentum(0.999))
    stalls = [Theory(known, each).may_stall(1e-6, allowed, DType.float32) for each in optimizers]
    assert stalls == [True, True, False]


def test_a_run_far_behind_exact_arithmetic_is_limited_and_one_beside_it_is_not() -> None:
    run = point(dtype=DType.float64, epochs=100)
    exact = Theory(LINE.quadratic(run), Plain()).excess(run.init, run.lr, run.epochs)
    for part, limit in ((1.9, None), (2.1, Limit.found)):
        curve = Curve(np.full(100, 80.0), run.init, LINE.least_loss(run) + part * exact, stalled=False)
        found = judge(curve, run, LINE, 0.001)
        assert found.limit is limit
        assert ("further off than exact arithmetic does" in found.reason) == (limit is Limit.found)


@pytest.mark.parametrize("tolerance", [1e-9, 1e-8, 3e-8, 1e-7])
def test_a_run_that_is_not_within_tolerance_never_has_0_epochs_to_go(tolerance: float) -> None:
    runs = [point(lr=0.0326, epochs=epochs) for epochs in (1300, 1500, 1560, 1564, 1570, 1600, 2000)]
    for found in trained(LINE, *runs, tolerance=tolerance):
        assert found.outcome is Outcome.CONVERGED or found.epochs_needed != 0
        assert "about 0" not in found.reason


@pytest.mark.parametrize("part", [0.0, 0.5, 0.999])
def test_of_parameters_within_tolerance_whose_loss_is_not_what_rounding_adds_counts_on(part: float) -> None:
    run, allowed = point(dtype=DType.float64, epochs=1), 0.001 * LINE.spread
    known = LINE.quadratic(run)
    (flat, _), curvature = known.directions, known.eigenvalues[0]
    off = math.sqrt(2 * part * allowed / curvature)
    parameters = tuple(best + off * along for best, along in zip(known.optimum, flat, strict=True))
    curve = Curve(np.array([80.0]), parameters, LINE.least_loss(run) + 1.0005 * allowed, stalled=False)
    found = judge(curve, run, LINE, 0.001)
    assert found.outcome is Outcome.UNFINISHED
    assert (found.limit, found.epochs_needed is None) == ((None, False) if part else (Limit.found, True))
    assert found.epochs_needed != 0
    for lr in (0.1, 1e-30):  # Beyond the threshold, and too slow.
        assert judge(curve, replace(run, lr=lr), LINE, 0.001).epochs_needed is None


def test_a_loss_really_below_the_least_there_is_is_no_convergence() -> None:
    run = point(dtype=DType.float64, epochs=2)
    band = 16 * np.finfo(np.float64).eps * (LINE.least_loss(run) + LINE.magnitude)
    for part, outcome in ((0.5, Outcome.CONVERGED), (2, Outcome.UNFINISHED), (1e9, Outcome.UNFINISHED)):
        curve = Curve(np.array([80.0, 60.0]), run.init, LINE.least_loss(run) - part * band, stalled=False)
        found = judge(curve, run, LINE, 0.001)
        assert found.outcome is outcome
        assert (found.limit is Limit.found) == ("below the least loss there is" in found.reason) == (part > 1)


def test_where_the_target_is_not_resolved_a_low_loss_counts_only_with_parameters_that_are_within_tolerance() -> None:
    run, allowed = point(epochs=1), 0.001 * NOISY_PRESSURE.spread
    known = NOISY_PRESSURE.quadratic(run)
    (flat, _), curvature = known.directions, known.eigenvalues[0]
    for part, outcome in ((0.0, Outcome.CONVERGED), (0.9, Outcome.CONVERGED), (1.1, Outcome.UNFINISHED)):
        off = math.sqrt(2 * part * allowed / curvature)
        parameters = tuple(best + off * along for best, along in zip(known.optimum, flat, strict=True))
        final_loss = NOISY_PRESSURE.least_loss(run) - 5 * allowed
        found = judge(Curve(np.array([1.0]), parameters, final_loss, stalled=False), run, NOISY_PRESSURE, 0.001)
        assert found.outcome is outcome
        assert found.excess == pytest.approx(part * allowed, rel=1e-3, abs=1e-3 * allowed)


@pytest.mark.parametrize(
    ("part", "dtype"), [(1.2, DType.float64), (2, DType.float32), (3, DType.float64), (5, DType.float32)]
)
def test_a_start_at_the_optimum_beyond_the_threshold_is_predicted_as_it_ends(part: float, dtype: DType) -> None:
    known = LINE.quadratic(point())
    start = point(lr=part * 2 / known.largest, init=known.optimum, dtype=dtype)
    short, long = trained(LINE, replace(start, epochs=1), replace(start, epochs=1000))
    assert short.expected
    assert long.expected
    assert (short.outcome, short.expected.predicted) == (Outcome.CONVERGED, Outcome.CONVERGED)
    assert (long.outcome, long.expected.predicted) == (Outcome.DIVERGED, Outcome.DIVERGED)
    assert "predicts" not in long.reason


def test_a_start_at_an_exact_optimum_stays_there_as_predicted() -> None:
    for found in trained(EXACT, *(point(lr=9.0, scale=1.0, init=(2.0, 1.0), epochs=n) for n in (1, 5000))):
        assert found.expected
        assert (found.outcome, found.expected.predicted) == (Outcome.CONVERGED, Outcome.CONVERGED)


@pytest.mark.parametrize(
    "changes", [{"init": (1e30, 0.0)}, {"init": (0.0, 1e25)}, {"scale": 1e-3, "init": (3e38, 1.0)}]
)
def test_a_run_that_leaves_its_dtype_below_the_threshold_is_told_so(changes: dict[str, object]) -> None:
    (found,) = trained(LINE, point(lr=0.005, epochs=20, **changes))
    assert found.outcome is Outcome.DIVERGED
    assert "so the rounding or the range of its dtype decided" in found.reason


def test_no_way_out_is_promised_and_a_larger_lr_is_named_only_where_it_has_room() -> None:
    slow = point(lr=1e-6, scale=1.0, init=(0.5, -15.0), epochs=1300)
    (stalled,) = trained(LINE, slow)
    assert "dtype=float64 or a larger lr may help" in stalled.reason
    stands = Curve(np.array([80.0]), (1.0, 0.0), 70.0, stalled=True)
    for lr, dtype, ways in (
        (0.02, DType.float32, "dtype=float64 may help"),
        (0.02, DType.float64, "centred data or a larger tolerance may help"),
        (0.01, DType.float64, ", a larger lr may help"),
    ):
        found = judge(stands, point(lr=lr, dtype=dtype, epochs=1), LINE, 0.001)
        assert ways in found.reason
        assert "would" not in found.reason


@pytest.mark.parametrize(
    "how",
    [
        {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8},
        {"schedule": ScheduleKind.cosine},
        {"batch_size": 10},
    ],
)
def test_where_a_loss_is_too_rough_to_tell_parameters_count_however_a_run_descends(how: dict[str, Any]) -> None:
    drawn, called = np.random.default_rng(1), 0
    for _ in range(6):
        x, about = drawn.normal(size=30), 10 ** drawn.uniform(6, 7.5)
        data = readings(x.tolist(), (about + 0.3 * x + 0.7 * drawn.normal(size=30)).tolist())
        base = point(data=data.fingerprint, scale=1.0, epochs=60, **how)
        asked = [
            replace(base, lr=lr, init=(0.0, about + off))
            for lr in np.geomspace(1e-3, 0.3, 6).tolist()
            for off in (0.0, 0.5, 3.0)
        ]
        problem = posed(base, data)
        quadratic, allowed = problem.quadratic(base), bound(problem, 1e-2)
        assert quadratic is not None
        for each, curve in zip(asked, in_process(asked, {base.task: problem}), strict=True):
            if not resolves(problem, each, allowed) and judge(curve, each, problem, 1e-2).outcome is Outcome.CONVERGED:
                called += 1
                assert sum(quadratic.parts(curve.parameters)) <= allowed
    assert called


def test_what_momentum_gathers_is_no_update_that_rounds_to_nothing() -> None:
    """By plain descent steps of this lr would stall; with a velocity 1,000 times the slope they do not."""
    asked = point(momentum=0.999, lr=1e-6, epochs=300)
    (found,) = trained(LINE, asked, tolerance=0.01)
    assert found.limit is None
    assert found.epochs_needed is not None
    (later,) = trained(LINE, replace(asked, epochs=300 + round(1.1 * found.epochs_needed)), tolerance=0.01)
    assert later.outcome is Outcome.CONVERGED
    (plain,) = trained(LINE, replace(asked, momentum=0.0), tolerance=0.01)
    assert plain.limit is Limit.feared
