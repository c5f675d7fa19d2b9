"""What verdicts say of optimizers, schedules and batches: formulas, ratios without a promise, and where theory ends."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sweep.plan.point import Point
from sweep.problem.problem import PRECONDITIONED
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from sweep.training.schedule import factors
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Limit, Outcome, Verdict
from sweep.verdict.rule import last_factor
from sweep.verdict.sentences import note
from sweep.verdict.stability import stability_of
from tests.conftest import THERMOMETER, lines, point
from tests.problem.classes import logistic, run, table
from tests.problem.classes import trained as trained_on
from tests.verdict.counted_models import bending, model, trained

LINE = lines(THERMOMETER)
ADAM: dict[str, Any] = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
ROOT: dict[str, Any] = {"optimizer": OptimizerKind.rmsprop, "alpha": 0.99, "eps": 1e-8}
ADAGRAD: dict[str, Any] = {"optimizer": OptimizerKind.adagrad, "eps": 1e-10}


def told(**changes: Any) -> tuple[Verdict, Curve, Point]:
    asked = point(**changes)
    (curve,) = in_process([asked], LINE)
    return judge(curve, asked, LINE[asked.task], 0.001), curve, asked


@pytest.mark.parametrize(
    ("arguments", "formula", "threshold"),
    [
        (ADAM, "(2+2β1)/((1−β1)·λmax(P⁻¹H))", lambda most: 3.8 / (0.1 * most)),
        (ADAM | {"weight_decay": 0.5}, "(2+2β1)/((1−β1)·λmax(P⁻¹H))", lambda most: 3.8 / (0.1 * most)),
        (
            ADAM | {"optimizer": OptimizerKind.adamw, "weight_decay": 0.5},
            "(2+2β1)/((1−β1)·λmax(P⁻¹H) + (1+β1)·weight_decay)",
            lambda most: 3.8 / (0.1 * most + 1.9 * 0.5),
        ),
        (ROOT, "2/λmax(P⁻¹H)", lambda most: 2 / most),
        (ROOT | {"momentum": 0.5}, "(2+2·momentum)/λmax(P⁻¹H)", lambda most: 3 / most),
        (ADAGRAD, "2/λmax(P⁻¹H)", lambda most: 2 / most),
    ],
)
def test_of_an_optimizer_that_divides_slopes_a_measured_ratio_is_told_and_nothing_promised(
    arguments: dict[str, Any], formula: str, threshold: Any
) -> None:
    found, curve, asked = told(lr=0.05, epochs=50, dtype=DType.float64, **arguments)
    assert (found.outcome, found.expected, found.epochs_needed) == (Outcome.UNFINISHED, None, None)
    ratio = asked.lr / threshold(curve.measured[PRECONDITIONED])
    assert found.end_ratio == pytest.approx(ratio, rel=1e-12)
    assert f"; lr is {ratio:.4g} times {formula} at the end" in found.reason
    assert found.reason.endswith(", a measured ratio and no promise")
    assert "more epochs to go" not in found.reason
    assert note(found, curve) == f"{found.excess:.3g} above the least"
    assert ("its weight decay is no part of the loss" in found.reason) is (asked.optimizer is OptimizerKind.adamw)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"batch_size": 4}, "batches are sampled"),
        ({"schedule": ScheduleKind.cosine}, "schedule=cosine moves lr"),
        ({"warmup": 5}, "a warm-up moves lr"),
        (
            {"batch_size": 4, "schedule": ScheduleKind.linear, "warmup": 5},
            "batches are sampled and schedule=linear moves lr",
        ),
        ({"batch_size": 4, **ADAM}, "batches are sampled"),
    ],
)
def test_where_updates_are_not_all_alike_theory_is_said_not_to_apply(changes: dict[str, Any], why: str) -> None:
    for lr in (0.01, 1.0):
        found, _, _ = told(lr=lr, epochs=50, dtype=DType.float64, **changes)
        assert found.reason.endswith(f"; theory does not apply: {why}")
        assert (found.expected, found.epochs_needed, found.end_ratio) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({"schedule": ScheduleKind.linear}, "0"),
        ({"schedule": ScheduleKind.cosine, "warmup": 5}, "0"),
        ({"schedule": ScheduleKind.exponential, "gamma": 0.9}, "0.0057 of what it was"),
        ({"schedule": ScheduleKind.step, "gamma": 0.01, "milestones": "[10,20]"}, "0.0001 of what it was"),
        ({"schedule": ScheduleKind.step, "gamma": 0.01, "milestones": "[50]"}, None),
        ({"schedule": ScheduleKind.exponential, "gamma": 0.96}, None),
        ({"warmup": 49}, None),
        ({"schedule": ScheduleKind.linear, "warmup": 50}, None),
        ({"schedule": ScheduleKind.cosine, "warmup": 50}, None),
    ],
)
def test_an_unfinished_run_whose_schedule_ended_the_lr_is_told_so(changes: dict[str, Any], end: str | None) -> None:
    found, curve, asked = told(lr=0.001, epochs=50, **changes)
    assert found.outcome is Outcome.UNFINISHED
    assert found.limit is (Limit.ended if end else None)
    if end:
        after = ", in more epochs later" if end == "0" else ", so more epochs help only with another one"
        assert found.reason.startswith(f"ended by its schedule: {asked.schedule} has brought lr to {end}{after}; ")
        assert note(found, curve) == "ended by its schedule"
    moved = factors([asked], 50)
    if asked.schedule in (ScheduleKind.step, ScheduleKind.exponential):
        assert last_factor(asked) == (1 if moved is None else moved[0][-1, 0])


def test_with_coupled_decay_a_verdict_is_of_the_penalized_loss() -> None:
    for lr, epochs, begins in (
        (0.01, 20, "still descending"),
        (0.02, 2000, "within tolerance"),
        (0.9, 15, "the penalized"),
    ):
        found, curve, asked = told(lr=lr, epochs=epochs, weight_decay=0.7, dtype=DType.float64)
        least = LINE[asked.task].least_loss(asked)
        assert least is not None
        assert found.reason.startswith(begins)
        assert "penalized loss" in found.reason
        assert found.excess == pytest.approx(float(curve.watched["penalized_loss"][-1]) - least)
    assert f"{curve.watched['penalized_loss'][0]:.6g} at the start" in found.reason


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
def test_classes_with_momentum_settle_below_its_threshold_at_the_optimum_and_not_above(
    classes: int, nesterov: bool
) -> None:
    data = table(60, 3, classes, 1)
    base = run(data, epochs=1000, dtype=DType.float64, momentum=0.6, nesterov=nesterov)
    problem = logistic(data)
    known = problem.convexity(base)
    assert known is not None
    assert known.around is not None
    threshold = stability_of(base).threshold(known.around.largest)
    runs = [replace(base, lr=part * threshold) for part in (0.98, 1.02, 0.01)]
    curves = trained_on(data, *runs)
    settled, swung, small = (judge(curve, each, problem, 0.001) for curve, each in zip(curves, runs, strict=True))
    assert settled.outcome is Outcome.CONVERGED
    assert swung.outcome is not Outcome.CONVERGED
    formula = f"{stability_of(base).formula} at the optimum, {threshold:.6g}"
    assert settled.reason.endswith(f"; lr is 0.98 times the threshold {formula}")
    assert swung.reason.endswith(
        f"; lr is 1.02 times the threshold {formula}, beyond which descent does not settle there"
    )
    assert "falls at every update" not in settled.reason + swung.reason + small.reason


def test_classes_told_apart_have_no_threshold_with_momentum_and_none_is_told() -> None:
    data = table(30, 2, 2, 0)
    data = replace(data, targets=(data.inputs[:, 0] > 0).astype(float))
    asked = run(data, lr=1.0, momentum=0.9, epochs=30)
    (curve,) = trained_on(data, asked)
    found = judge(curve, asked, logistic(data), 0.001)
    assert found.expected is None
    assert "inf" not in found.reason


def test_a_network_with_momentum_is_told_of_its_own_threshold_at_the_end() -> None:
    data = bending(1)["curve"]
    asked = replace(model(data, width=4, depth=1, activation="tanh"), lr=0.02, momentum=0.9, epochs=300)
    problem, (curve,) = trained(data, [asked])
    found = judge(curve, asked, problem, 0.001)
    ratio = curve.measured["lambda_max"] * 0.02 / 3.8
    assert found.end_ratio == pytest.approx(ratio, rel=1e-6)
    assert f"; lr is {ratio:.4g} times (2+2β)/λmax at the end" in found.reason
    assert "no promise" not in found.reason
    assert np.isfinite(curve.final_loss)
