"""The loss over some samples of each row: torch's own on these samples, with the bits that a row has alone."""

from collections.abc import Sequence
from dataclasses import replace

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
from sweep.problem.problem import Objective
from sweep.settings.schema import DType
from tests.problem import classes, tables


def objective(data: Readings, points: Sequence[Point]) -> Objective:
    (found,) = problems({data.fingerprint: data}, [points[0].task]).values()
    return found.objective(points)


def drawn(rows: int, batch: int, samples: int, seed: int) -> Tensor:
    """Numbers of samples, each row's own."""
    generator = torch.Generator().manual_seed(seed)
    return torch.stack([torch.randperm(samples, generator=generator)[:batch] for _ in range(rows)])


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


@settings(max_examples=150)
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
        if kinds:
            part = replace(data, inputs=data.inputs[own.numpy()], targets=data.targets[own.numpy()])
            expected = classes.loss_in_torch(part, theta, point.scale)
        else:
            x, t = torch.tensor(point.scale * data.inputs)[own], torch.tensor(data.targets)[own]
            expected = functional.mse_loss(x @ theta[:-1] + theta[-1], t)
        expected.backward()  # type: ignore[no-untyped-call]
        assert theta.grad is not None
        assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
        assert slope.tolist() == pytest.approx(theta.grad.tolist(), rel=1e-12, abs=1e-13)
