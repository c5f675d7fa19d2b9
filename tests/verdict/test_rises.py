"""Which rise of a loss is a divergence: of runs that fall at every update, of those that swing, of sampled batches."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.verdict.rule import Rises, Rounding
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of

LINE = line_of(THERMOMETER)
ROUNDING = Rounding(1e-9, 1.0)


def of(**changes: Any) -> Rises:
    return Rises.of(point(**changes), LINE)


def test_plain_descent_on_a_quadratic_may_never_rise_and_what_remembers_may_but_not_above_all_before() -> None:
    waves = 1 + 0.5 * np.cos(np.arange(101.0))
    assert of().at_end(np.append(waves, 1.6))
    assert of().at_end(waves - np.array([*[0.0] * 90, *[1.0] * 10, 0.9]))  # It rose over the last tenth.
    for momentum in (of(momentum=0.9), of(optimizer=OptimizerKind.adam, beta1=0.9)):
        assert not momentum.at_end(waves)
        assert momentum.at_end(np.append(waves, 1.6))


ADAM: dict[str, Any] = {"optimizer": OptimizerKind.adam, "beta2": 0.999, "eps": 1e-8}


@pytest.mark.parametrize(
    ("changes", "fewest"),
    [
        ({}, 0),
        ({"momentum": 0.5}, 10),
        ({"momentum": 0.9}, 10),
        ({"momentum": 0.99}, 100),
        ({"momentum": 0.99, "nesterov": True}, 100),
        (ADAM | {"beta1": 0.95}, 20),
        (ADAM | {"beta1": 0.0}, 10),
        ({"optimizer": OptimizerKind.rmsprop, "momentum": 0.98}, 50),
        ({"optimizer": OptimizerKind.adagrad}, 10),
        ({"schedule": ScheduleKind.cosine}, 10),
        ({"warmup": 3}, 10),
        ({"batch_size": 4}, 0),
    ],
)
def test_a_run_that_is_too_short_for_what_it_remembers_is_not_judged_by_its_rise(
    changes: dict[str, Any], fewest: int
) -> None:
    rises = of(**changes)
    assert rises.fewest == fewest
    for epochs in (fewest - 1, fewest):
        if epochs > 0:
            assert rises.at_end(np.linspace(1, 9, epochs + 1)) == (epochs >= fewest)


def test_where_batches_are_sampled_a_rise_to_twice_the_highest_before_is_a_divergence() -> None:
    for highest, diverged in ((1.9, False), (2.1, True)):
        losses = np.append(np.full(100, 1.0), highest)
        assert of(batch_size=4).at_end(losses) == diverged
        assert of(momentum=0.5).at_end(losses)


@pytest.mark.parametrize("rises", [Rises(ROUNDING), Rises(ROUNDING, times=2.0), Rises(ROUNDING, falls=True)])
def test_the_first_rise_is_there_wherever_the_end_has_risen(rises: Rises) -> None:
    chance, seen = np.random.default_rng(3), 0
    for _ in range(300):
        losses = np.exp(np.cumsum(chance.normal(0.05, 0.3, size=int(chance.integers(2, 60)))))
        first = rises.first(losses)
        assert not first[0]
        if rises.at_end(losses):
            seen += 1
            assert first.any()
    assert seen > 20


def test_the_first_rise_of_what_swings_is_the_first_above_all_before() -> None:
    losses = np.array([5.0, 1.0, 4.0, 2.0, 6.0, 3.0, 13.0])
    for rises, first in ((Rises(ROUNDING, falls=True), 2), (Rises(ROUNDING), 4), (Rises(ROUNDING, times=2.0), 6)):
        assert int(rises.first(losses).argmax()) == first
    slow = replace(Rises(ROUNDING), times=2.0).first(np.array([*[1.0] * 91, *np.linspace(1.2, 2.5, 10)]))
    assert int(slow.argmax()) == 97  # Above twice the highest before the last tenth.
