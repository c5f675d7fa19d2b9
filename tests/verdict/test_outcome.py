"""The verdict against theory, against hand-made curves at its borders, and against the reference's runs."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.problem.line import Line
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Gradient, rounded_to
from sweep.training import in_process
from sweep.training.curve import Curve
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, lines, point
from tests.problem.made import line_of, readings

LINE = line_of(THERMOMETER)
PROBLEMS = lines(THERMOMETER)
TOLERANCE = 0.001


def verdict(run: Point) -> Verdict:
    (curve,) = in_process.in_process([run], PROBLEMS)
    return judge(curve, run, LINE, TOLERANCE)


def theory(scale: float, line: Line = LINE) -> Theory:
    return Theory(line.quadratic(point(scale=scale)), Plain())


def made(losses: list[float], final: float, parameters: tuple[float, float] = (1.0, 0.0), **changes: object) -> Verdict:
    run = point(epochs=len(losses), dtype=DType.float64, **changes)
    return judge(Curve(np.array(losses), parameters, final, stalled=False), run, LINE, TOLERANCE)


@given(
    part=st.floats(0.5, 2).filter(lambda p: abs(p - 1) > 0.002),
    scale=st.sampled_from([1.0, 0.1, 0.01]),
    epochs=st.integers(100, 3000),
    dtype=st.sampled_from(DType),
)
def test_a_run_diverges_exactly_above_the_threshold(part: float, scale: float, epochs: int, dtype: DType) -> None:
    found = verdict(point(lr=part * theory(scale).threshold, scale=scale, epochs=epochs, dtype=dtype))
    assert (found.outcome is Outcome.DIVERGED) == (part > 1)
    assert found.expected is not None
    assert (found.expected.predicted is Outcome.DIVERGED) == (part > 1)


def test_verdict_flips_between_nine_and_eleven_tenths_of_the_threshold() -> None:
    threshold = theory(0.1).threshold
    below, above = (verdict(point(lr=part * threshold, epochs=2000)).outcome for part in (0.9, 1.1))
    assert (below, above) == (Outcome.CONVERGED, Outcome.DIVERGED)


def test_the_reference_diverges_at_scale_1_and_leaves_the_finite_numbers_at_epoch_10() -> None:
    found = verdict(point(lr=1e-2, scale=1.0, epochs=100))
    assert found.outcome is Outcome.DIVERGED
    assert (found.events.first_inf, found.events.first_nan, found.events.first_rise) == (10, 22, 1)
    assert "inf from epoch 10 and nan from epoch 22" in found.reason
    assert "29.42 times the stability threshold 2/λmax = 0.000339938" in found.reason


def test_the_flat_looking_run_of_the_reference_is_unfinished_not_converged() -> None:
    found = verdict(point(lr=1e-4, scale=1.0, epochs=100))
    assert found.outcome is Outcome.UNFINISHED
    assert found.excess == pytest.approx(29.0218 - 2.9276, abs=2e-4)
    assert found.epochs_needed == pytest.approx(166_294, rel=0.01)


def test_the_epochs_an_unfinished_run_is_told_to_need_are_those_it_needs() -> None:
    unfinished = verdict(point(lr=1e-2, epochs=100, dtype=DType.float64))
    needed = unfinished.epochs_needed
    assert needed is not None
    enough, short = (verdict(point(lr=1e-2, epochs=100 + count, dtype=DType.float64)) for count in (needed, needed - 1))
    assert (enough.outcome, short.outcome) == (Outcome.CONVERGED, Outcome.UNFINISHED)


def test_the_good_run_of_the_reference_converges_when_theory_says() -> None:
    found = verdict(point())
    assert found.outcome is Outcome.CONVERGED
    assert found.expected is not None
    assert found.events.first_within == found.expected.predicted_epochs == 1722
    assert found.epochs_needed == 0


def test_a_central_difference_that_ends_finite_and_far_away_has_diverged() -> None:
    found = verdict(point(lr=1e-2, scale=1.0, epochs=100, gradient=Gradient.finite_difference))
    assert found.excess is not None
    assert math.isfinite(found.excess)
    assert found.outcome is Outcome.DIVERGED


def test_a_stalled_run_is_told_so_and_promised_no_epochs() -> None:
    slow = point(lr=1e-6, scale=1.0, init=(0.5, -15.0), epochs=1300)
    found = verdict(slow)
    assert found.outcome is Outcome.UNFINISHED
    assert found.reason.startswith("stalled")
    assert "dtype=float64 or a larger lr" in found.reason
    assert found.epochs_needed is None


def test_a_run_whose_differences_round_to_nothing_is_told_of_its_delta() -> None:
    found = verdict(point(init=(1e7, 0.0), lr=1e-10, epochs=5, gradient=Gradient.finite_difference))
    assert "gradient=analytic, a larger delta, dtype=float64 or a larger lr may" in found.reason


def test_a_stable_run_that_is_too_slow_to_count_is_not_told_that_it_never_ends() -> None:
    found = verdict(point(lr=1e-40, epochs=5, dtype=DType.float64, init=(0.0, 0.0)))
    assert found.epochs_needed is None
    assert "more than 4.6e+18 more epochs to go" in found.reason
    assert "promises no end" not in found.reason


OPTIMIZERS = st.sampled_from(
    [
        {},
        *({"momentum": beta, "nesterov": lead} for beta in (1e-300, 0.5, 0.9, 1 - 1e-7) for lead in (False, True)),
        {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 0.0},
        {"optimizer": OptimizerKind.adamw, "beta1": 0.0, "beta2": 0.0, "eps": 1e-8},
        {"optimizer": OptimizerKind.rmsprop, "alpha": 0.99, "eps": 1e-8, "momentum": 0.5},
        {"optimizer": OptimizerKind.adagrad, "eps": 0.0},
    ]
)
FAR_BEYOND: dict[str, Any] = {"lr": 1e300, "scale": 1e-300, "init": (1e8, 0.0), "epochs": 1, "tolerance": 1e-3}
FAR_BEYOND |= {"gradient": Gradient.analytic, "dtype": DType.float64, "weight_decay": 0.0, "pace": {}, "delta": 1.0}
FAR_BEYOND |= {"optimizer": {"optimizer": OptimizerKind.adamw, "beta1": 0.0, "beta2": 0.0, "eps": 1e-8}}
PACES = st.sampled_from([{}, {}, {"batch_size": 4}, {"schedule": ScheduleKind.cosine}, {"warmup": 1}])

EXTREME = st.one_of(
    st.sampled_from([5e-324, 1e-300, 1e-160, 1e-40, 1e-8, 1e-3, 0.033, 1.0, 1e8, 1e38, 1e160, 1e300, 1.7e308]),
    st.floats(5e-324, 1.7e308, exclude_min=False),
)


@example(**FAR_BEYOND)
@settings(max_examples=200)
@given(
    lr=EXTREME,
    scale=EXTREME,
    init=st.tuples(*[st.one_of(EXTREME, EXTREME.map(lambda v: -v), st.just(0.0))] * 2),
    epochs=st.integers(1, 30),
    gradient=st.sampled_from(Gradient),
    delta=EXTREME,
    dtype=st.sampled_from(DType),
    tolerance=EXTREME,
    weight_decay=st.one_of(st.just(0.0), EXTREME),
    optimizer=OPTIMIZERS,
    pace=PACES,
)
def test_a_verdict_never_raises_whatever_the_settings(
    tolerance: float, optimizer: dict[str, Any], pace: dict[str, Any], **changes: Any
) -> None:
    changes |= optimizer | pace
    if changes["dtype"] is DType.float32:
        for name in ("lr", "scale", "delta"):
            assume(0 < rounded_to(changes[name], DType.float32) < math.inf)
        assume(rounded_to(changes["weight_decay"], DType.float32) < math.inf)
        assume(all(math.isfinite(rounded_to(value, DType.float32)) for value in changes["init"]))
    run = point(**changes)
    (curve,) = in_process.in_process([run], PROBLEMS)
    found = judge(curve, run, LINE, tolerance)
    assert found.outcome in Outcome
    assert "inf times" not in found.reason
    assert found.reason.count("None") == 0


def test_a_run_just_above_the_threshold_that_is_still_below_its_start_has_diverged() -> None:
    known = theory(0.1)
    flat, steep = known.quadratic.directions
    # Nearly all of the error is along the flat direction, which shrinks; the rest grows by 0.4 % an epoch.
    start = tuple(o + 8 * f + 1e-4 * s for o, f, s in zip(known.quadratic.optimum, flat, steep, strict=True))
    runs = [point(lr=1.002 * known.threshold, epochs=n, init=start, dtype=DType.float64) for n in (100, 1700)]
    early, late = map(verdict, runs)
    assert early.outcome is Outcome.UNFINISHED
    assert "theory promises no end" in early.reason
    assert late.outcome is Outcome.DIVERGED
    assert late.excess is not None
    assert late.excess < known.excess(start, runs[1].lr, 0)


BEST, VARIANCE = LINE.least_loss(point()), LINE.spread


def test_the_border_of_convergence_is_the_tolerance_times_the_variance() -> None:
    goal = BEST + TOLERANCE * VARIANCE
    inside, outside = (made([80.0, 60.0], goal + step).outcome for step in (-1e-9, 1e-9))
    assert (inside, outside) == (Outcome.CONVERGED, Outcome.UNFINISHED)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
@pytest.mark.parametrize("place", ["loss", "final loss", "parameter"])
def test_anything_that_is_not_finite_is_divergence_even_within_tolerance(bad: float, place: str) -> None:
    losses = [80.0, bad if place == "loss" else 70.0, 60.0]
    found = made(losses, bad if place == "final loss" else BEST, (bad if place == "parameter" else 1.0, 0.0))
    assert found.outcome is Outcome.DIVERGED


def test_the_final_loss_counts_as_epoch_epochs() -> None:
    assert made([80.0, 60.0], math.inf).events.first_inf == 2
    assert made([80.0, 60.0], BEST).events.first_within == 2


def test_a_rise_that_rounding_explains_is_no_divergence() -> None:
    step = 16 * np.finfo(np.float64).eps * (60.0 + LINE.magnitude)
    rounding, real = (made([80.0, 60.0], 60.0 + part * step).outcome for part in (0.98, 1.02))
    assert (rounding, real) == (Outcome.UNFINISHED, Outcome.DIVERGED)


def test_a_rise_long_before_the_end_that_fell_again_is_no_divergence() -> None:
    losses = [80.0, 50.0, 70.0, *np.linspace(69, 40, 37).tolist()]
    assert made(losses, 39.0).outcome is Outcome.UNFINISHED


@pytest.mark.parametrize(("last_low", "outcome"), [(107, Outcome.UNFINISHED), (108, Outcome.DIVERGED)])
def test_a_rise_counts_when_it_lies_in_the_last_tenth(last_low: int, outcome: Outcome) -> None:
    losses = [80.0] + [40.0] * last_low + [50.0] * (118 - last_low)
    assert made(losses, 50.0).outcome is outcome  # 119 epochs: the loss 11 updates before the end has index 108.


def test_an_end_above_the_start_is_divergence_however_it_came_there() -> None:
    assert made([80.0] + [70.0] * 17 + [120.0, 70.0], 100.0).outcome is Outcome.DIVERGED


def test_the_first_real_rise_is_the_first_loss_above_the_least_before() -> None:
    assert made([80.0, 60.0, 55.0, 70.0, 90.0], 120.0).events.first_rise == 3


@given(seed=st.integers(0, 10_000))
def test_a_stable_run_on_random_data_is_never_called_diverged(seed: int) -> None:
    noise = np.random.default_rng(seed)
    size, offset = int(noise.integers(2, 30)), float(noise.choice([0, 1, 100, 1e4]))
    inputs, targets = (tuple((noise.normal(size=size) + offset).tolist()) for _ in range(2))
    data = readings(inputs, targets)
    line, dtype = line_of(data), DType(noise.choice([str(d) for d in DType]))
    lr = float(noise.uniform(0.1, 0.995)) * theory(1.0, line).threshold
    run = point(lr=lr, scale=1.0, epochs=int(noise.integers(1, 400)), dtype=dtype, data=data.fingerprint)
    (curve,) = in_process.in_process([run], {run.task: line})
    assert judge(curve, run, line, TOLERANCE).outcome is not Outcome.DIVERGED
