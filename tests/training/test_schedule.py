"""Schedules against torch's own, stepped once an epoch, and which of them make a short run the prefix of a long one."""

import math
from dataclasses import replace
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.settings.optimizers import ScheduleKind
from sweep.training.pace import Pace
from sweep.training.schedule import Factors, factors
from tests.conftest import point
from tests.training.stepping import scheduled as torchs

CONSTANT, LINEAR, COSINE, STEP, EXPONENTIAL = ScheduleKind


@st.composite
def scheduled(draw: st.DrawFn) -> Point:
    """A point of any schedule, up to a warm-up that is as long as the run."""
    epochs = draw(st.integers(1, 120))
    warmup = draw(st.integers(0, epochs) | st.just(0))
    passed = draw(st.sets(st.integers(warmup + 1, 130), min_size=1, max_size=4))
    return point(
        schedule=draw(st.sampled_from(ScheduleKind)),
        epochs=epochs,
        warmup=warmup,
        milestones=f"[{','.join(map(str, sorted(passed)))}]",
        gamma=draw(st.floats(0.5, 1.5)),
    )


def by_torch(run: Point) -> list[float]:
    """The factors of torch's schedulers, each epoch's read before its step."""
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule, found = torchs(optimizer, run), []
    for _ in range(run.epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def factors_of(*runs: Point) -> Factors:
    """Ones where all are 1."""
    epochs = max(run.epochs for run in runs)
    found = factors(runs, epochs)
    return np.ones((epochs, len(runs))) if found is None else found[0][:, found[1]]


@given(run=scheduled())
def test_factors_are_those_of_torch(run: Point) -> None:
    np.testing.assert_allclose(factors_of(run)[:, 0], by_torch(run), rtol=1e-12, atol=1e-15)


@given(runs=st.lists(scheduled(), min_size=1, max_size=6))
def test_a_row_has_the_factors_that_it_has_alone(runs: list[Point]) -> None:
    together = factors_of(*runs)
    for row, run in enumerate(runs):
        assert together[: run.epochs, row].tobytes() == factors_of(run)[:, 0].tobytes()


@given(run=scheduled(), more=st.integers(1, 50))
def test_a_short_run_is_the_prefix_of_a_long_one_where_the_schedule_does_not_look_at_the_end(
    run: Point, more: int
) -> None:
    longer = replace(run, epochs=run.epochs + more)
    short, long = factors_of(run)[:, 0], factors_of(longer)[: run.epochs, 0]
    after = run.epochs - run.warmup
    if run.schedule in (CONSTANT, STEP, EXPONENTIAL) or after <= 1:
        assert short.tobytes() == long.tobytes()
    else:
        assert (short[: run.warmup + 1] == long[: run.warmup + 1]).all()
        assert (short[run.warmup + 1 :] < long[run.warmup + 1 :]).all()


def test_a_constant_lr_has_no_factors() -> None:
    assert factors([point(), point(epochs=7)], 5000) is None
    assert factors([point(), point(warmup=3)], 10) is not None


@pytest.mark.parametrize("schedule", [LINEAR, COSINE])
def test_an_lr_that_falls_to_0_keeps_its_digits(schedule: ScheduleKind) -> None:
    """Before the last update, against the formula in 50 digits."""
    with localcontext(Context(prec=50)):
        epochs = 10_000
        found = factors_of(point(schedule=schedule, epochs=epochs))[-1, 0]
        angle = Decimal("3.14159265358979323846264338327950288419716939937510") / (2 * epochs)
        sine = angle - angle**3 / 6 + angle**5 / 120 - angle**7 / 5040
        exact = sine * sine if schedule is COSINE else Decimal(1) / epochs
        assert abs(Decimal(found.item()) / exact - 1) < Decimal("1e-15")


def test_a_factor_beyond_any_float_is_inf() -> None:
    found = factors_of(point(schedule=EXPONENTIAL, gamma=1e300, epochs=4))[:, 0]
    assert found.tolist() == [1, 1e300, np.inf, np.inf]
    found = factors_of(point(schedule=STEP, milestones="[1,2]", gamma=1e300, epochs=4))[:, 0]
    assert found.tolist() == [1, 1e300, np.inf, np.inf]


def test_lr_times_factor_is_rounded_once() -> None:
    asked = [
        point(lr=lr, epochs=40, schedule=ScheduleKind.exponential, gamma=gamma)
        for lr in (0.1, 0.3)
        for gamma in (0.9, 0.7)
    ]
    pace = Pace.of(asked, torch.zeros((4, 2)), 11)
    for epoch in range(40):
        exact = [each.lr * math.prod([each.gamma] * epoch) for each in asked]
        assert pace.lr_of(epoch)[:, 0].tolist() == np.array(exact, np.float32).tolist()


@pytest.mark.parametrize("size", [0, 1, 4, 10, 11])
def test_an_epoch_has_as_many_updates_as_batches_the_last_smaller_one_too(size: int) -> None:
    pace = Pace.of([point(batch_size=size)], torch.zeros((1, 2)), 11)
    assert pace.updates == len(pace.batches(0) or [None])
