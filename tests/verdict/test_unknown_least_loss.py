"""The verdict where the least loss is not known: by what the curvature at the end says is left, and by the curve."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.settings.schema import DType
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.rule import Rises, Rounding, decide
from sweep.verdict.sentences import note
from tests.problem.classes import logistic, of, run, table, trained
from tests.verdict import counted, counted_models

ROUNDING = Rounding(16 * 2.0**-52, 1.0)
FALLING = np.linspace(1.0, 0.5, 101)
ARRIVED = np.concatenate([np.linspace(1.0, 0.5, 51), np.full(50, 0.5)])


def outcome(losses: np.ndarray, left: float) -> Outcome:
    return decide(losses, [1.0], None, None, 0.01, Rises(ROUNDING), left=left)


def verdicts(data: Readings, *points: Point) -> list[Verdict]:
    problem = logistic(data)
    return [judge(curve, one, problem, 0.001) for curve, one in zip(trained(data, *points), points, strict=True)]


def test_converged_is_what_has_little_left_and_has_stopped_changing() -> None:
    assert outcome(ARRIVED, 0.009) is Outcome.CONVERGED
    assert outcome(ARRIVED, 0.01) is Outcome.CONVERGED  # At most, as docs/verdicts.md has it.
    assert outcome(ARRIVED, 0.011) is Outcome.UNFINISHED
    assert outcome(ARRIVED, math.nan) is Outcome.UNFINISHED
    assert outcome(FALLING, 0.0) is Outcome.UNFINISHED
    assert outcome(np.append(ARRIVED[:-1], math.inf), 0.0) is Outcome.DIVERGED


@pytest.mark.parametrize("epochs", [40, 41])
def test_the_last_half_begins_at_half_of_the_epochs_rounded_down(epochs: int) -> None:
    for last_high, expected in ((epochs // 2, Outcome.UNFINISHED), (epochs // 2 - 1, Outcome.CONVERGED)):
        losses = np.where(np.arange(epochs + 1) <= last_high, 1.0, 0.5)
        assert outcome(losses, 0.0) is expected


def test_an_end_above_the_start_is_not_converged_however_little_is_left() -> None:
    assert outcome(np.full(40, 0.5), 0.0) is Outcome.CONVERGED
    assert outcome(np.append(np.full(20, 0.5), np.full(20, 0.505)), 0.0) is Outcome.UNFINISHED


def test_diverged_is_a_last_tenth_that_goes_above_all_before() -> None:
    waves = 1 + 0.1 * np.sin(np.arange(100.0))
    assert outcome(waves, 5.0) is Outcome.UNFINISHED
    assert outcome(np.append(waves, 1.2), 5.0) is Outcome.DIVERGED
    assert outcome(np.insert(waves, 3, 1.2), 5.0) is Outcome.UNFINISHED
    assert outcome(np.insert(waves, 89, 1.2), 5.0) is Outcome.UNFINISHED
    assert outcome(np.insert(waves, 92, 1.2), 5.0) is Outcome.DIVERGED


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_descent_settles_below_the_threshold_at_the_optimum_and_not_above(classes: int, seed: int) -> None:
    data = table(60, 3, classes, seed)
    base = run(data, epochs=1000, dtype=DType.float64, seed=seed)
    known = logistic(data).convexity(base)
    assert known is not None
    assert known.around is not None
    threshold = 2 / known.around.largest
    points = [replace(base, lr=part * threshold) for part in (0.98, 1.02)]
    curves = trained(data, *points)
    below, above = (judge(curve, one, logistic(data), 0.001) for curve, one in zip(curves, points, strict=True))
    assert below.outcome is Outcome.CONVERGED
    assert above.outcome is not Outcome.CONVERGED
    assert below.expected is not None
    assert below.expected.threshold == pytest.approx(threshold)
    assert below.expected.predicted is None
    assert "beyond which descent does not settle there" in above.reason
    swung = replace(above, outcome=Outcome.UNFINISHED)
    assert note(swung, curves[1]) == "does not settle at such an lr"
    assert note(below, replace(curves[0], stalled=True)) == f"about {below.left:.2g} of loss left"


def test_a_run_with_little_left_that_is_not_converged_is_noted_by_what_it_still_did() -> None:
    data = table(60, 3, 2, 0)
    point = run(data, lr=1.0, epochs=40, dtype=DType.float64)
    known = logistic(data).convexity(point)
    assert known is not None
    tolerance = 4 * (trained(data, point)[0].final_loss - known.least_loss) / logistic(data).spread
    curve = trained(data, point)[0]
    verdict = judge(curve, point, logistic(data), tolerance)
    assert verdict.outcome is Outcome.UNFINISHED
    assert "but the last half brought over" in verdict.reason
    assert note(verdict, curve) == "little left, still moving"


@pytest.mark.parametrize("classes", [2, 4])
def test_below_the_bound_the_loss_falls_at_every_update(classes: int) -> None:
    data = table(50, 4, classes, seed=classes)
    base = run(data, epochs=200, dtype=DType.float64)
    known = logistic(data).convexity(base)
    assert known is not None
    points = [replace(base, lr=0.999 * 2 / known.curvature, seed=seed) for seed in range(20)]
    for curve in trained(data, *points):
        assert (np.diff(curve.losses) <= 1e-15).all()


def test_reasons_say_what_is_left_of_what_and_where_the_lr_lies() -> None:
    data = table(60, 2, 2, seed=4)
    base = run(data, dtype=DType.float64)
    known = logistic(data).convexity(base)
    assert known is not None
    bound = 2 / known.curvature
    early, arrived, moving = verdicts(
        data,
        replace(base, lr=0.01 * bound, epochs=10),
        replace(base, lr=0.5 * bound, epochs=500),
        replace(base, lr=0.5 * bound, epochs=5),
    )
    assert (early.outcome, arrived.outcome) == (Outcome.UNFINISHED, Outcome.CONVERGED)
    assert f"lr is 0.01 times {bound:.6g}, below which the loss falls at every update" in early.reason
    left = f"by the curvature at the end {early.left:.4g} is left, tolerance 0.001 of the labels' entropy"
    assert left in early.reason
    assert arrived.reason.startswith(f"converged: by the curvature at the end {arrived.left:.4g} of the loss is left")
    assert (moving.outcome, moving.left is not None and moving.left < 0.0006) == (Outcome.UNFINISHED, True)
    assert "but the last half brought over 0.001 of the labels' entropy" in moving.reason


def test_more_than_all_of_the_loss_is_never_said_to_be_left() -> None:
    data = table(100, 3, 4, seed=2)
    points = [run(data, lr=lr, epochs=10, seed=seed) for lr in (0.1, 50.0) for seed in range(5)]
    curves, found = trained(data, *points), verdicts(data, *points)
    far = [v for v, curve in zip(found, curves, strict=True) if v.left is not None and v.left > curve.final_loss]
    assert far
    for verdict, curve in zip(found, curves, strict=True):
        told = "is left, tolerance" in verdict.reason
        assert told == (verdict not in far)
        assert ("too far from an optimum" in verdict.reason) == (verdict in far)
        settled = replace(verdict, expected=None)
        assert (note(settled, curve) == "how much is left is not known") == (verdict in far)


def test_classes_told_apart_have_a_bound_and_no_threshold() -> None:
    data = of(np.array([[-2.0], [-1.0], [1.0], [2.0]]), np.array([0, 0, 1, 1]))
    small, large = verdicts(data, run(data, lr=0.1, epochs=20), run(data, lr=20.0, epochs=20))
    assert small.expected is not None
    assert math.isinf(small.expected.threshold)
    assert "below which the loss falls at every update" in small.reason
    assert "no threshold lies beyond, as there is no optimum" in large.reason


def test_an_lr_beyond_a_curvature_that_overflows_is_far_beyond() -> None:
    for apart in (False, True):
        data = table(30, 2, 2, 0)
        data = of(data.inputs, (data.inputs[:, 0] > 0).astype(float)) if apart else data
        (found,) = verdicts(data, run(data, scale=1e200, dtype=DType.float64, epochs=3))
        assert found.expected is not None
        assert found.expected.falls_below == 0
        assert found.expected.threshold == (math.inf if apart else 0)
        assert "lr is far beyond" in found.reason
        assert "inf times" not in found.reason


def test_what_is_called_converged_is_within_tolerance_and_what_is_missed_was_still_moving() -> None:
    found = list(counted.states(5, 4, (10, 100, 1000)))
    known = [state for state in found if "told apart" not in state.kind]
    assert sum(state.outcome is Outcome.CONVERGED for state in known) > 20
    assert sum(state.excess > state.allowed for state in known) > 20
    assert [state for state in known if state.excess > 1.05 * state.allowed and state.is_false] == []
    assert [state for state in known if state.is_missed and state.left > state.allowed] == []
    apart = [state for state in found if "told apart" in state.kind]
    assert apart
    assert all(state.excess < 10 * state.allowed for state in apart if state.is_false)


def test_of_linear_models_what_is_called_converged_is_within_tolerance_and_of_absolute_loss_nothing_is() -> None:
    found = list(counted_models.linear(1, 1, (50, 250)))
    assert sum(state.outcome is Outcome.CONVERGED for state in found) > 10
    assert sum(state.excess > state.allowed for state in found) > 10
    assert [state for state in found if state.is_false] == []
    assert [state for state in found if state.is_missed and state.left > 1.01 * state.allowed] == []
    flat = list(counted_models.absolute(1, (300,)))
    assert any(state.excess <= state.allowed for state in flat)
    assert all(state.outcome is not Outcome.CONVERGED for state in flat)
