"""Models that draw as they train: by a run's seed and its update, whatever it trains beside; curves in eval mode."""

import random

import numpy as np
import pytest
import torch
from torch.nn import functional

from sweep.models.draws import drawn_by
from sweep.problem.network_tensors import NetworkObjective
from sweep.problem.prepared import prepare
from sweep.problem.task import Task
from sweep.settings.schema import DType, ProblemKind
from sweep.training.batches import orders
from sweep.training.bitwise import first_difference
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER
from tests.problem import any_modules
from tests.problem.posed import asked, curves, planned, spec

DROPPED = spec("Dropped", width=8)
EPOCHS = 20


@pytest.mark.parametrize("batch_size", [None, 4])
@pytest.mark.parametrize("dtype", [DType.float32, DType.float64])
def test_rows_that_draw_have_the_bits_that_they_have_alone(dtype: DType, batch_size: int | None) -> None:
    points = [
        asked(DROPPED, lr=lr, seed=seed, epochs=epochs, dtype=dtype, curvature=True, batch_size=batch_size)
        for seed in (3, 0, 7) for lr, epochs in ((1e-3, EPOCHS), (5e-4, 13), (1e-3, 13))
    ]  # fmt: skip
    plan = planned(points)
    together = in_process(plan.points, plan.problems)
    assert {each.trained["promised"] for each in together} == {1}
    assert all(each.trained["tile"] > 1 and each.trained.get("batch_tile", 2) > 1 for each in together)
    for each, beside in zip(plan.points, together, strict=True):
        (alone,) = in_process([each], plan.problems)
        assert first_difference(alone, beside, [""] * len(alone.parameters)) == ""
    assert len({curve.losses[-1] for curve in together}) == len(points)


@pytest.mark.parametrize("batch_size", [None, 4])
def test_a_run_draws_as_torchs_own_loop_that_is_seeded_by_its_epochs_and_updates(batch_size: int | None) -> None:
    (curve,) = curves([asked(DROPPED, seed=5, epochs=EPOCHS, batch_size=batch_size)])
    prepared = prepare(THERMOMETER, Task(ProblemKind.torch, THERMOMETER.fingerprint, standardize=True))
    x, t = torch.tensor(prepared.inputs), torch.tensor(prepared.targets)[:, None]
    torch.manual_seed(5)
    module = any_modules.Dropped(8).double()
    optimizer = torch.optim.SGD(module.parameters(), 2e-4)
    losses = []
    for epoch in range(EPOCHS + 1):
        with torch.no_grad():
            losses.append(functional.mse_loss(module.eval()(x), t).item())
        order = torch.from_numpy(orders([5], epoch, len(x))[0])
        for update, which in enumerate(torch.split(order, batch_size) if batch_size else [torch.arange(len(x))]):
            torch.manual_seed(drawn_by(5, epoch, update))
            optimizer.zero_grad()
            functional.mse_loss(module.train()(x[which]), t[which]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    assert np.append(curve.losses, curve.final_loss) == pytest.approx(losses, rel=1e-12)


def test_some_rows_of_an_objective_keep_start_place_and_seed() -> None:
    plan = planned([asked(DROPPED, seed=seed) for seed in (4, 1, 7, 2)])
    objective = plan.problems[plan.points[0].task].objective(plan.points)
    assert isinstance(objective, NetworkObjective)
    for which in (torch.tensor([3, 1]), torch.tensor([False, True, False, True]), slice(1, 3)):
        some, rows = objective.take(which), torch.arange(4)[which].tolist()
        assert some.numbers == [objective.numbers[row] for row in rows]
        assert some.seeds == [objective.seeds[row] for row in rows]
        assert some.start.tolist() == objective.start[rows].tolist()
        _, slopes = objective.loss_and_gradient(objective.start, 3)
        assert some.loss_and_gradient(some.start, 3)[1].tolist() == slopes[rows].tolist()


def test_an_update_that_changed_nothing_by_chance_is_not_the_last_one() -> None:
    found = curves([asked(spec("Skips"), lr=1e-3, seed=seed, epochs=64) for seed in range(10)])
    assert {each.trained["still"] for each in found} == {64}
    assert all(each.losses[40] > each.final_loss for each in found)


def test_what_is_drawn_belongs_to_seed_epoch_and_update() -> None:
    some = range(12)
    assert len({drawn_by(seed, epoch, update) for seed in some for epoch in some for update in some}) == 12**3


def test_another_seed_is_another_point_and_other_drops() -> None:
    points = [asked(DROPPED, seed=seed, epochs=EPOCHS) for seed in (0, 1)]
    one, other = planned(points).points
    assert one.key != other.key
    first, second = curves(points)
    assert first.losses[-1] != second.losses[-1]


def test_random_numbers_of_the_caller_are_as_they_were() -> None:
    for draw in (torch.manual_seed, random.seed, np.random.seed):
        draw(1)
    expected = (torch.rand(3).tolist(), random.random(), np.random.rand())
    for draw in (torch.manual_seed, random.seed, np.random.seed):
        draw(1)
    curves([asked(DROPPED, seed=4, epochs=3, curvature=True)])
    assert (torch.rand(3).tolist(), random.random(), np.random.rand()) == expected
