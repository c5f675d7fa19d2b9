"""What theory says of descent, against training: how a loss falls, when it is within tolerance, and the fastest lr."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.settings.schema import DType
from sweep.training import in_process
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of

LINE = line_of(THERMOMETER)
ALLOWED = 0.001 * LINE.spread


def at(scale: float) -> Theory:
    return Theory(LINE.quadratic(point(scale=scale)), Plain())


@pytest.mark.parametrize(("scale", "threshold"), [(1, 3.39938e-4), (0.1, 3.29782e-2), (0.01, 0.785)])
def test_the_thermometer_has_its_published_thresholds(scale: float, threshold: float) -> None:
    assert at(scale).threshold == pytest.approx(threshold, rel=5e-5)


@given(lr=st.floats(1e-4, 0.032), epochs=st.integers(0, 300), w=st.floats(-5, 5), b=st.floats(-20, 20))
def test_the_closed_form_curve_agrees_with_training(lr: float, epochs: int, w: float, b: float) -> None:
    run = point(lr=lr, epochs=epochs + 1, init=(w, b), dtype=DType.float64)
    (curve,) = in_process.in_process([run], {run.task: LINE})
    assert LINE.least_loss(point()) + at(0.1).excess((w, b), lr, epochs) == pytest.approx(
        curve.losses[epochs], rel=1e-8
    )


@given(lr=st.floats(1e-4, 0.0329), part=st.floats(1e-4, 0.5))
def test_the_predicted_epoch_is_the_first_within(lr: float, part: float) -> None:
    theory, goal = at(0.1), part * LINE.spread
    count = theory.epochs_until((1.0, 0.0), lr, goal)
    assert count is not None
    assert theory.excess((1.0, 0.0), lr, count) <= goal
    assert count == 0 or theory.excess((1.0, 0.0), lr, count - 1) > goal


def test_above_the_threshold_theory_promises_no_epoch() -> None:
    theory = at(0.1)
    assert theory.epochs_until((1.0, 0.0), theory.threshold * 1.001, 0.1) is None


def test_an_excess_that_rounds_to_nothing_is_reached_where_the_loss_underflows() -> None:
    theory = at(0.1)
    count = theory.epochs_until((1.0, 0.0), theory.threshold * 0.5, 0.0)
    assert count is not None
    assert theory.excess((1.0, 0.0), theory.threshold * 0.5, count) == 0


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e150, 1e300])
def test_extreme_scales_give_numbers_and_no_exception(scale: float) -> None:
    theory = at(scale)
    assert isinstance(theory.quadratic.condition, float)
    assert theory.epochs_until((1.0, 0.0), 0.1, 0.01) is None  # Too steep, or too flat to ever get there.


@pytest.mark.parametrize("scale", [0.1, 0.0184])
def test_the_fastest_lr_converges_when_theory_says_and_its_neighbours_later(scale: float) -> None:
    fastest = at(scale).fastest((1.0, 0.0), ALLOWED)
    assert fastest is not None
    lr, epochs = fastest
    for count, outcome in ((epochs, Outcome.CONVERGED), (epochs - 1, Outcome.UNFINISHED)):
        run = point(lr=lr, scale=scale, epochs=count, dtype=DType.float64)
        (curve,) = in_process.in_process([run], {run.task: LINE})
        assert judge(curve, run, LINE, 0.001).outcome is outcome
    for other in (lr + 0.01 * at(scale).threshold, 0.98 * lr, 0.9 * lr, 0.5 * lr, 0.1 * lr):
        slower = at(scale).epochs_until((1.0, 0.0), other, ALLOWED)
        assert slower is None or slower >= epochs
