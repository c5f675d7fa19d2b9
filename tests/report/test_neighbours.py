"""What to try next of models: by what runs and their neighbours did."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.plan.plan import Plan
from sweep.report import neighbours
from sweep.report.findings import find
from sweep.report.judged_runs import judged
from sweep.report.repeats import settings_of
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.verdict.outcome import Outcome
from tests.conftest import THERMOMETER, point
from tests.report.nets import net, only, runs_of, swept

LRS = (0.01, 0.1, 1.0)


@pytest.mark.parametrize(
    ("ends", "tried"),
    [
        ((3.0, 2.0, None), [(0.32, 40), (0.1, 160)]),
        ((3.0, 2.0, 1.0), [(3.0, 40), (1.0, 160)]),
        ((1.0, 2.0, 3.0), [(0.0033, 40), (0.01, 160)]),
        ((2.0, 1.0, 3.0), [(0.1, 160)]),
        ((None, None, None), [(0.001, 40)]),
    ],
    ids=["the next diverged", "the largest is best", "the smallest is best", "between others", "all diverged"],
)
def test_what_to_try_next_follows_from_what_neighbours_did(
    ends: Sequence[float | None], tried: Sequence[tuple[float, int]]
) -> None:
    points = [net(THERMOMETER, lr=lr, standardize=True) for lr in LRS]
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    parameters = tuple(0.1 for _ in plan.parameters_of[plan.points[0].task])
    results = {
        each.key: Curve(np.linspace(9, end or np.nan, 40), parameters, end or np.nan, False, {}, {"left": np.nan})
        for each, end in zip(points, ends, strict=True)
    }
    found = list(neighbours.asked(plan, judged(plan, results)))
    assert [(one.lr, one.epochs) for one, _ in found] == tried
    assert all(replace(one, lr=LRS[0], epochs=40) == points[0] for one, _ in found)


def test_inputs_of_a_size_that_is_hard_on_a_model_are_to_be_standardized() -> None:
    points = (net(THERMOMETER, scale=1.0), net(THERMOMETER, scale=0.02), net(THERMOMETER, standardize=True))
    made_ = swept(*points, data=(THERMOMETER,))
    for one, hard in zip(points, (True, False, False), strict=True):
        some = only(made_, one)
        found = [each for each, why in neighbours.asked(some.plan, runs_of(some)) if "hard on a model" in why]
        assert found == ([replace(one, scale=1.0, standardize=True)] if hard else [])


def test_of_models_whose_best_run_has_converged_nothing_is_to_be_tried() -> None:
    points = [net(THERMOMETER, width, lr=lr, standardize=True) for width in (4, 7) for lr in (0.01, 0.1)]
    some = swept(*points, data=(THERMOMETER,))
    best = find(some.plan, runs_of(some)).best
    assert list(neighbours.asked(some.plan, runs_of(some)))
    ended = [
        replace(run, verdict=replace(run.verdict, outcome=Outcome.CONVERGED)) if run in best.values() else run
        for run in runs_of(some)
        if run.verdict
    ]
    assert list(neighbours.asked(some.plan, ended)) == []


def test_of_repeats_what_most_runs_of_a_setting_found_counts() -> None:
    """Two of three runs at the largest lr diverge, and the third has the least loss of all: that is no way to go."""
    points = [net(THERMOMETER, lr=lr, standardize=True, seed=seed) for lr in LRS for seed in range(3)]
    ends = [3.0, 3.1, 3.2, 2.0, 2.1, 2.2, 0.1, None, None]
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    parameters = tuple(0.1 for _ in plan.parameters_of[plan.points[0].task])
    results = {
        each.key: Curve(np.linspace(9, end or np.nan, 40), parameters, end or np.nan, False, {}, {"left": np.nan})
        for each, end in zip(points, ends, strict=True)
    }
    typical = [each.typical for each in settings_of(plan, judged(plan, results))]
    found = [(one.lr, one.epochs, one.seed) for one, _ in neighbours.asked(plan, typical)]
    assert found == [(0.32, 40, 0), (0.1, 160, 0)]


def test_runs_without_theory_are_helped_by_their_neighbours_whatever_the_problem() -> None:
    adam = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    points = [point(lr=lr, epochs=40, **adam) for lr in (1e-3, 1e-2)] + [point(lr=1e-2, epochs=40)]
    plan = Plan(tuple(points), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    trained = in_process(points, plan.problems)
    found = neighbours.asked(plan, judged(plan, {each.key: curve for each, curve in zip(points, trained, strict=True)}))
    assert [(one.optimizer, one.lr, one.epochs) for one, _ in found] == [("adam", 0.03, 40), ("adam", 0.01, 160)]


@pytest.mark.parametrize(
    ("how", "tried", "why"),
    [
        ({"optimizer": "adamw", "weight_decay": 0.5}, {"weight_decay": 0.0}, "held off the least by its weight decay"),
        ({"optimizer": "adam"}, {"lr": 0.017}, "hardly falls any more: a third of its lr"),
        ({"schedule": ScheduleKind.step, "milestones": "[5]", "gamma": 0.01}, {"schedule": "constant"}, "its schedule"),
        ({"schedule": ScheduleKind.linear}, {"lr": 0.15}, "the largest lr had the least loss: 3 times as large"),
    ],
    ids=["decoupled decay", "a loss that bounces", "a schedule that ended", "one that more epochs stretch"],
)
def test_a_run_that_longer_would_not_help_is_to_be_tried_without_what_keeps_it(
    how: dict[str, Any], tried: dict[str, Any], why: str
) -> None:
    adam = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8} if "optimizer" in how else {}
    if adam:
        how = how | {"optimizer": OptimizerKind(how["optimizer"])}
    one = point(lr=0.05, epochs=40, **adam, **how)
    plan = Plan((one,), {THERMOMETER.fingerprint: THERMOMETER}, 0.001)
    flat = Curve(np.full(40, 9.0), (5.0, -15.0), 9.0, False, {}, {})
    found = list(neighbours.asked(plan, judged(plan, {one.key: flat})))
    assert why in found[0][1]
    assert all(getattr(found[0][0], name) == value for name, value in tried.items())
    assert len(found) == (2 if "3 times" in why else 1)
