"""Rows that no update changes any more: the rest of their curve is filled in, exactly, and others get their place."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.problem import PRECONDITIONED
from sweep.settings.optimizers import OptimizerKind, ScheduleKind
from sweep.settings.schema import DType, Gradient, ProblemKind, Start
from sweep.training import descent
from sweep.training.bitwise import first_difference
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, point

LINE = [point(lr=lr, epochs=epochs) for lr in (1e-2, 0.1, 1e-30, 5.0) for epochs in (10, 31, 32, 33, 200, 1000)]
"""Some descend to the end, some are nan before 100 epochs, some never move."""

MODEL = replace(
    point(start=Start.random, problem=ProblemKind.mlp, code="mlp 1", curvature=False),
    model=canonical({"width": 3, "depth": 1, "activation": "tanh"}),
)
NETS = [replace(MODEL, lr=lr, epochs=epochs, seed=seed) for lr in (1e-3, 1e-30, 30.0) for epochs in (40, 150)
        for seed in range(60)]  # fmt: skip


def trained(points: list[Point]) -> list[Curve]:
    return in_process(points, problems({THERMOMETER.fingerprint: THERMOMETER}, [each.task for each in points]))


SAMPLED = [point(lr=lr, epochs=70, batch_size=size) for size in (4, 11) for lr in np.geomspace(0.05, 0.5, 200).tolist()]
"""Their loss is inf long before their parameters are nan, of some just after 32 epochs."""

ADAGRAD = [
    point(
        epochs=70, init=(1.0, 1.0), optimizer=OptimizerKind.adagrad, eps=1e-10, lr_decay=lr_decay,
        initial_accumulator_value=initial,
    )
    for lr_decay in (0.0, 0.1)
    for initial in (0.0, 1e30)
]  # fmt: skip
"""What it divides by grows with each update by its decay, also where parameters and sums stay."""

RISING = [point(lr=1e-30, epochs=100, init=(1.0, 1.0), schedule=ScheduleKind.exponential, gamma=2.0)]
"""For 64 epochs its lr is too small to move anything, and then no longer."""

GRIDS = {
    "line": LINE,
    "autograd": [replace(each, dtype=DType.float64, gradient=Gradient.autograd) for each in LINE],
    "holdout": [replace(each, holdout="0.3") for each in LINE],
    "model": NETS,
    "sampled": SAMPLED,
    "adagrad": ADAGRAD,
    "rising": RISING,
}


@pytest.mark.parametrize("points", GRIDS.values(), ids=GRIDS)
def test_what_is_filled_in_is_what_would_have_been_computed(
    points: list[Point], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = trained(points)
    monkeypatch.setattr(descent, "EVERY", 10**9)
    for point_, one, other in zip(points, filled, trained(points), strict=True):
        assert not first_difference(other, one, ["w", "b"] if len(one.parameters) == 2 else map(str, one.parameters))
        assert other.trained.get("still", point_.epochs) == point_.epochs


def test_rows_that_are_still_are_not_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 180 networks 60 are nan, and 60 do not move: after a while one tile holds those that are left."""
    asked = []
    found = descent._stays

    def counted(earlier: descent.Rows, now: descent.Rows) -> torch.Tensor:
        asked.append(len(now.numbers))
        return found(earlier, now)

    monkeypatch.setattr(descent, "_stays", counted)
    curves = trained([each for each in NETS if each.epochs == 150])
    assert asked[0] == 180
    assert asked[-1] == 60
    lost = [curve.trained["still"] for curve in curves if not math.isfinite(curve.final_loss)]
    assert lost == [32] * 60
    assert {curve.trained["still"] for curve in curves if math.isfinite(curve.final_loss)} == {32, 150}


def test_a_run_of_one_point_says_the_same_of_when_it_was_still() -> None:
    some = [each for each in NETS if each.seed == 7]
    for each, beside in zip(
        some, [curve for at, curve in zip(NETS, trained(NETS), strict=True) if at.seed == 7], strict=True
    ):
        assert trained([each])[0].trained == beside.trained


def test_a_run_is_held_by_rounding_only_where_all_updates_are_alike() -> None:
    held = point(lr=1e-30, epochs=5, init=(1.0, 1.0))
    moving = {"schedule": ScheduleKind.exponential, "gamma": 0.9}, {"warmup": 2}, {"batch_size": 4}
    found = trained([held, *(replace(held, **each) for each in moving)])
    assert [each.stalled for each in found] == [True, False, False, False]
    assert all([*each.parameters] == [1.0, 1.0] for each in found)


def test_what_slopes_are_divided_by_at_the_end_counts_updates_and_not_epochs() -> None:
    """Of 11 samples in batches of 4 an epoch has 3 updates; sums that start this large stay as they are."""
    base = point(
        init=(1.0, 1.0), optimizer=OptimizerKind.adagrad, eps=0.0, lr_decay=1.0, initial_accumulator_value=1e30
    )
    sampled, whole = trained([replace(base, epochs=2, batch_size=4), replace(base, epochs=6)])
    assert sampled.measured == whole.measured
    assert whole.measured[PRECONDITIONED] > 0
