"""Optimizers, schedules and batches through the engine: against torch's own loop, in any company, and cut short."""

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType
from sweep.training.batches import orders
from sweep.training.bitwise import first_difference
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, lines, point
from tests.training.stepping import by_torch, closeness, points

LINE = lines(THERMOMETER)
((_, PROBLEM),) = LINE.items()


ALIKE: dict[str, Any] = {
    "optimizer": OptimizerKind.adam, "schedule": ScheduleKind.exponential, "gamma": 0.9, "warmup": 2,
    "weight_decay": 0.1, "dtype": DType.float32, "batch_size": 4,
}  # fmt: skip


def alone(asked: Point) -> Curve:
    return in_process([asked], LINE)[0]


@settings(max_examples=30)
@given(asked=points(dtype=DType.float64, epochs=25))
def test_a_run_is_what_torch_makes_of_the_same_optimizer_schedule_and_batches(asked: Point) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of the epoch that SequentialLR hands on.
        losses, end = by_torch(asked, PROBLEM.start(asked))
    ours = alone(asked)
    assert closeness([*ours.losses, ours.final_loss], losses) < 1e-11
    assert closeness(ours.parameters, end) < 1e-11


@settings(max_examples=12)
@given(asked=st.lists(points(), min_size=2, max_size=6))
def test_a_run_has_the_same_bits_in_any_company(asked: list[Point]) -> None:
    """Each beside others, and beside one that may share its tensor, which two that are drawn hardly ever may."""
    company = [*asked, *(replace(each, lr=each.lr / 2) for each in asked)]
    for each, found in zip(company, in_process(company, LINE), strict=True):
        assert first_difference(alone(each), found, ("w", "b")) == ""


@settings(max_examples=12)
@given(asked=st.lists(points(**ALIKE), min_size=2, max_size=12))
def test_runs_that_share_a_tensor_have_arguments_and_batches_of_their_own(asked: list[Point]) -> None:
    assert len({each.batch for each in asked}) == 1
    for each, found in zip(asked, in_process(asked, LINE), strict=True):
        assert first_difference(alone(each), found, ("w", "b")) == ""


@settings(max_examples=25)
@given(asked=points(), more=st.integers(1, 30))
def test_a_short_run_is_the_prefix_of_a_long_one_unless_its_schedule_looks_at_the_end(asked: Point, more: int) -> None:
    long = replace(asked, epochs=asked.epochs + more)
    knows = asked.schedule in (ScheduleKind.linear, ScheduleKind.cosine)
    assert (asked.trajectory == long.trajectory) != knows
    short, whole = in_process([asked, long], LINE)
    same = np.array_equal(short.losses, whole.losses[: asked.epochs], equal_nan=True)
    assert same != (knows and asked.epochs > asked.warmup + 2) or math.isnan(short.final_loss)
    for one, found in ((asked, short), (long, whole)):
        assert first_difference(alone(one), found, ("w", "b")) == ""


@pytest.mark.parametrize("size", [1, 4, 10, 11])
def test_every_sample_is_taken_once_an_epoch(size: int) -> None:
    """With an lr so small that the order hardly counts, an epoch moves as far as its updates of the mean slope."""
    asked = point(dtype=DType.float64, batch_size=size, epochs=1, lr=1e-9)
    found = np.array(alone(asked).parameters) - np.array(PROBLEM.start(asked))
    parts = [min(size, 11 - first) for first in range(0, 11, size)]
    x, t = 0.1 * THERMOMETER.inputs[:, 0], THERMOMETER.targets
    w, b = PROBLEM.start(asked)
    order, moved, first = orders([asked.seed], 0, 11)[0], np.zeros(2), 0
    for part in parts:
        over = order[first : first + part]
        error = w * x[over] + b - t[over]
        moved -= 1e-9 * 2 / part * np.array([(error * x[over]).sum(), error.sum()])
        first += part
    assert np.allclose(found, moved, rtol=1e-5)
