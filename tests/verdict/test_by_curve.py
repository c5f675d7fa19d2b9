"""Verdicts on training functions: by losses that they yielded, and by nothing else."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, ProblemKind
from sweep.training.curve import Curve
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Outcome, Verdict
from sweep.verdict.sentences import note
from tests.conftest import THERMOMETER, point

FALLING = np.geomspace(4.0, 0.5, 40)
SETTLED = np.append(FALLING, np.full(60, 0.5))


def of(**changes: Any) -> Point:
    posed = {"problem": ProblemKind.function, "function": canonical({"_target_": "my_train.train"}), "takes": "lr"}
    return point(**(posed | changes))


def curve(losses: Any) -> Curve:
    """What comes of a function that yields ``losses``."""
    losses = np.asarray(losses, np.float64)
    return Curve(losses[:-1], (), float(losses[-1]), False)


def verdict(losses: Any, tolerance: float = 0.001, **changes: Any) -> Verdict:
    asked = of(**changes)
    posed = problems({THERMOMETER.fingerprint: THERMOMETER}, [asked.task])
    return judge(curve(losses), asked, posed[asked.task], tolerance)


@pytest.mark.parametrize(
    ("losses", "outcome", "short", "reason"),
    [
        (
            SETTLED,
            Outcome.UNFINISHED,
            "on a plateau",
            "on a plateau: the last half changed the loss by at most 0.001 of its fall from 4 to 0.5; the loss is 0.5",
        ),
        (
            FALLING,
            Outcome.UNFINISHED,
            "still moving",
            "still moving: the last half changed the loss by more than 0.001 of its fall from 4 to 0.5; "
            "the loss is 0.5",
        ),
        (
            np.linspace(1, 1.9, 30),
            Outcome.UNFINISHED,
            "never below its start",
            "not finished, and not rising by much: the loss, 1.9, has never been below its start, 1",
        ),
        (
            np.full(30, 0.7),
            Outcome.UNFINISHED,
            "never below its start",
            "not finished, and not rising by much: the loss, 0.7, has never been below its start, 0.7",
        ),
        ([0.7], Outcome.UNFINISHED, "one loss alone", "one loss alone, 0.7, does not say where it goes"),
        ([np.nan], Outcome.DIVERGED, "left the finite numbers at epoch 0", "the loss is nan from epoch 0"),
        (
            [3.0, np.inf, 2.0, np.nan],
            Outcome.DIVERGED,
            "left the finite numbers at epoch 1",
            "the loss is inf from epoch 1 and nan from epoch 3",
        ),
        (
            np.append(FALLING, [9.0, 20.0]),
            Outcome.DIVERGED,
            "rises from epoch 40",
            "the loss rises from epoch 40: 4 at the start, 20 at the end",
        ),
    ],
)
def test_a_verdict_says_what_a_curve_says_and_that_it_rests_on_it(
    losses: Any, outcome: Outcome, short: str, reason: str
) -> None:
    found = verdict(losses)
    assert found.outcome is outcome
    assert note(found, curve(losses)) == short
    assert found.reason == f"{reason}; a training function is judged by its curve alone"


def test_what_ended_at_its_first_loss_that_is_not_finite_says_so_and_what_went_on_does_not() -> None:
    ended, beyond = [3.0, 2.0, np.nan], [3.0, 2.0, np.nan, 1.0]
    told = "the loss is nan from epoch 2, where outcome.stop_diverged ended the run; "
    assert verdict(ended, stop_diverged=True).reason.startswith(told)
    for losses, changes in ((ended, {}), (beyond, {"stop_diverged": True})):
        assert verdict(losses, **changes).reason.startswith("the loss is nan from epoch 2; ")


def test_a_loss_below_0_diverges_by_a_rise_above_where_it_was_and_not_by_noise() -> None:
    chance = np.random.default_rng(1)
    noisy = -5 + np.append(np.geomspace(5, 0.01, 50), 0.3 * chance.standard_normal(50))
    assert verdict(noisy).outcome is Outcome.UNFINISHED
    below = np.full(100, -1.0)
    for last, outcome in ((-0.5, Outcome.UNFINISHED), (0.1, Outcome.DIVERGED), (1e6, Outcome.DIVERGED)):
        assert verdict(np.append(below, last)).outcome is outcome
    near = -0.1 + np.cos(np.arange(100.0)) - 1  # Twice a tenth is no measure of what moves by two.
    for part, outcome in ((0.9, Outcome.UNFINISHED), (1.1, Outcome.DIVERGED)):
        assert verdict(np.append(near, near.max() + part * (near.max() - near.min()))).outcome is outcome


@pytest.mark.parametrize(("count", "outcome"), [(10, Outcome.UNFINISHED), (11, Outcome.DIVERGED)])
def test_a_rise_of_fewer_than_ten_updates_says_nothing(count: int, outcome: Outcome) -> None:
    assert verdict(np.append(np.full(count - 1, 1.0), 5.0)).outcome is outcome


def test_a_rise_that_rounding_in_float32_explains_is_none_whatever_dtype_says() -> None:
    fallen = np.append(np.full(50, 1e6), np.zeros(51))  # It has digits of a million.
    for dtype in DType:
        assert verdict([1e-9, *np.zeros(50), 1e-8], dtype=dtype).outcome is Outcome.DIVERGED
        assert verdict(np.append(fallen, 0.1), dtype=dtype).outcome is Outcome.UNFINISHED


def test_settings_that_a_function_does_not_name_or_that_it_does_are_no_part_of_its_verdict() -> None:
    alone = verdict(SETTLED)
    settings: dict[str, Any] = {
        "epochs": 3,
        "lr": 7.0,
        "scale": 0.1,
        "dtype": DType.float64,
        "batch_size": 4,
        "optimizer": OptimizerKind.adamw,
        "weight_decay": 0.1,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "schedule": ScheduleKind.cosine,
        "curvature": False,
    }
    for takes in ("", " ".join(sorted(settings))):
        assert verdict(SETTLED, takes=takes, **settings) == alone


@given(st.lists(st.floats(), min_size=1, max_size=40), st.booleans())
def test_any_losses_have_a_verdict_that_is_never_converged(losses: list[float], stop: bool) -> None:
    found = verdict(losses, stop_diverged=stop)
    assert found.outcome is (Outcome.DIVERGED if not np.isfinite(losses).all() else found.outcome)
    assert found.outcome is not Outcome.CONVERGED
    assert found.events.first_within is None
    assert (found.events.first_rise is not None) <= (found.outcome is Outcome.DIVERGED)
    assert "None" not in found.reason + note(found, curve(losses))
