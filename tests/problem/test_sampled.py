"""The loss over some samples of each row: torch's own on these samples, with the bits that a row has alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from sweep.data.readings import Readings
from sweep.plan.point import Point
from sweep.problem import by_tile
from sweep.problem.choice import problems
from sweep.problem.problem import Objective, parameter_names
from sweep.settings.schema import DType
from sweep.training.batches import orders
from sweep.training.bitwise import first_difference
from sweep.training.in_process import in_process
from tests.problem import classes, tables


def objective(data: Readings, points: Sequence[Point]) -> Objective:
    (found,) = problems({data.fingerprint: data}, [points[0].task]).values()
    return found.objective(points)


def drawn(rows: int, batch: int, samples: int, seed: int) -> Tensor:
    """Numbers of samples, each row's own."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(samples, generator=generator)[:batch] for _ in range(rows)])


def loss_in_torch(kinds: int, theta: Tensor, x: Tensor, t: Tensor) -> Tensor:
    """Of parameters in our order; ``kinds`` 0 is a quantity."""
    rows = kinds if kinds > 2 else 1
    found = x @ theta[:-rows].view(rows, -1).T + theta[-rows:]
    if kinds > 2:
        return functional.cross_entropy(found, t.long())
    return (functional.binary_cross_entropy_with_logits if kinds else functional.mse_loss)(found[:, 0], t)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Objective, Tensor, list[Tensor]]:
    """An objective, numbers of samples, and which of its rows are taken again, in some order."""
    inputs, batch, seed = draw(st.integers(1, 40)), draw(st.integers(1, 100)), draw(st.integers(0, 9))
    kinds, rows = draw(st.sampled_from((0, 0, 2, 3, 4, 7))), draw(st.integers(1, 200))
    samples = max(kinds, batch, 2) + draw(st.integers(0, 60))
    data = classes.table(samples, inputs, kinds, seed) if kinds else tables.table(samples, inputs, seed)
    base = (classes if kinds else tables).run(data, dtype=draw(st.sampled_from(DType)))
    points = [replace(base, scale=(1.0, 0.5)[row % 2], seed=row) for row in range(rows)]
    again = st.lists(st.integers(0, rows - 1), min_size=1, max_size=rows, unique=True).map(torch.tensor)
    some = [torch.tensor([0]), torch.tensor([rows - 1]), draw(again)]
    return objective(data, points), drawn(rows, batch, samples, seed), some


@settings(max_examples=30)
@given(batches())
def test_a_row_has_the_bits_that_it_has_alone_whatever_samples_others_have(
    given: tuple[Objective, Tensor, list[Tensor]],
) -> None:
    whole, which, some = given
    losses, slopes = whole.sampled(which).loss_and_gradient(whole.start, 3, 1)
    for rows in some:
        taken = whole.take(rows)
        one, other = taken.sampled(which[rows]).loss_and_gradient(taken.start, 3, 1)
        assert torch.equal(one, losses[rows])
        assert torch.equal(other, slopes[rows])


@pytest.mark.parametrize("most", [0, 1 << 14])
@pytest.mark.parametrize(("batch", "samples"), [(1, 7), (16, 16), (9, 40), (70, 96)])
@pytest.mark.parametrize("kinds", [0, 2, 3])
def test_it_is_torchs_own_loss_on_these_samples(
    kinds: int, batch: int, samples: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_tile, "SAMPLED", most)
    data = classes.table(samples, 3, kinds, 1) if kinds else tables.table(samples, 3, 1)
    base = (classes if kinds else tables).run(data, dtype=DType.float64)
    points = [replace(base, seed=seed, scale=scale) for seed, scale in ((0, 1.0), (1, 0.5), (2, 2.0))]
    whole, which = objective(data, points), drawn(3, batch, samples, 4)
    losses, slopes = whole.sampled(which).loss_and_gradient(whole.start)
    for point, own, start, loss, slope in zip(points, which, whole.start, losses, slopes, strict=True):
        theta = start.clone().requires_grad_()
        x, t = torch.tensor(point.scale * data.inputs)[own], torch.tensor(data.targets)[own]
        expected = loss_in_torch(kinds, theta, x, t)
        expected.backward()  # type: ignore[no-untyped-call]
        assert theta.grad is not None
        assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
        assert slope.tolist() == pytest.approx(theta.grad.tolist(), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize(("dtype", "off"), [(DType.float64, 1e-12), (DType.float32, 1e-5)])
@pytest.mark.parametrize(("kinds", "batch"), [(0, 15), (0, 40), (2, 15), (3, 15)])
def test_a_run_is_torchs_own_loop_over_the_same_batches(kinds: int, batch: int, dtype: DType, off: float) -> None:
    kind, options = classes if kinds else tables, {"dtype": getattr(torch, dtype)}
    data = classes.table(40, 5, kinds, 1) if kinds else tables.table(40, 5, 1)
    base = kind.run(data, dtype=dtype, batch_size=batch, epochs=60, lr=0.01)
    points = [base, replace(base, seed=1, scale=0.5, lr=0.003)]
    posed = problems({data.fingerprint: data}, [base.task])
    for point, curve in zip(points, in_process(points, posed), strict=True):
        x, t = torch.tensor(point.scale * data.inputs, **options), torch.tensor(data.targets, **options)
        theta = torch.tensor(posed[base.task].start(point), **options).requires_grad_()
        optimizer, losses = torch.optim.SGD([theta], point.lr), []
        for epoch in range(point.epochs):
            losses.append(loss_in_torch(kinds, theta, x, t).item())
            order = orders([point.seed], epoch, 40)[0]
            for first in range(0, 40, batch):
                which = torch.from_numpy(order[first : first + batch])
                optimizer.zero_grad()
                loss_in_torch(kinds, theta, x[which], t[which]).backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        assert curve.losses == pytest.approx(losses, rel=off)
        assert curve.final_loss == pytest.approx(loss_in_torch(kinds, theta, x, t).item(), rel=off)
        assert list(curve.parameters) == pytest.approx(theta.tolist(), rel=10 * off, abs=10 * off)


@pytest.mark.parametrize("kinds", [0, 3])
def test_repeats_are_rows_that_differ_by_their_batches_and_a_short_run_is_the_prefix_of_a_long_one(kinds: int) -> None:
    data = classes.table(40, 5, kinds, 1) if kinds else tables.table(40, 5, 1)
    base = (classes if kinds else tables).run(data, batch_size=7, epochs=30, lr=0.01)
    points = [replace(base, seed=seed, epochs=epochs) for seed in (0, 1, 2) for epochs in (30, 9)]
    posed = problems({data.fingerprint: data}, [base.task])
    together = in_process(points, posed)
    names = parameter_names(posed[base.task])
    for point, curve in zip(points, together, strict=True):
        (alone,) = in_process([point], posed)
        assert first_difference(alone, curve, names) == ""
    for long, short in zip(together[::2], together[1::2], strict=True):
        assert np.array_equal(long.losses[:9], short.losses)
        assert long.losses[9] == short.final_loss
    assert len({curve.losses[1] for curve in together}) == 3
