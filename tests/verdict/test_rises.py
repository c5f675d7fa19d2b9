"""Which rise of a loss is a divergence: of runs that fall at every update, of those that swing, of sampled batches."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.verdict.outcome import Outcome
from sweep.verdict.rule import Rises, Rounding
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of
from tests.verdict import counted_rises

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


def test_twice_a_loss_below_0_is_no_lower_than_it() -> None:
    noisy = -5 + 0.1 * np.cos(np.arange(101.0))
    assert not of(batch_size=4).at_end(np.append(noisy, -4.8))
    assert of(batch_size=4).at_end(np.append(noisy, 1.0))


@pytest.mark.parametrize("rises", [Rises(ROUNDING), Rises(ROUNDING, times=2.0), Rises(ROUNDING, falls=True)])
def test_the_first_rise_is_there_wherever_the_end_has_risen(rises: Rises) -> None:
    chance, seen = np.random.default_rng(3), 0
    for _ in range(300):
        losses = np.exp(np.cumsum(chance.normal(0.05, 0.3, size=int(chance.integers(2, 60))))) - chance.choice([0, 2])
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


def test_with_momentum_no_stable_run_is_called_diverged_and_every_unstable_one_that_is_long_enough() -> None:
    found = list(counted_rises.with_momentum(1, 3, 40, (20, 100)))
    assert [run for run in found if run.outcome is Outcome.DIVERGED and not run.diverges] == []
    missed = [run for run in found if run.outcome is not Outcome.DIVERGED and run.diverges]
    assert {(run.kind, run.epochs) for run in missed} == {("Polyak, 0.99", 20), ("Nesterov, 0.99", 20)}
    assert sum(run.simpler and not run.diverges for run in found) > 50  # By the rule of plain descent.


def test_of_sampled_batches_hardly_a_run_is_called_diverged_that_comes_back_below_its_start() -> None:
    found = list(counted_rises.with_batches(1, 2, 40, (100,)))
    called = [run for run in found if run.outcome is Outcome.DIVERGED]
    assert sum(run.diverges is True for run in called) > 0.9 * sum(run.diverges is True for run in found) > 40
    false, simpler = (sum(run.diverges is False for run in some) for some in (called, [r for r in found if r.simpler]))
    assert false <= 2 < simpler
