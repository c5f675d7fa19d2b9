"""Lanczos' method against dense eigenvalues and torch's own Hessian; and the same bits whatever stands beside a row."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from sweep.problem.lanczos import Ritz, Spectrum, spectrum, steps_of
from sweep.problem.local import Local, local, local_by_products
from tests.problem.nets import output, parameters_of, sizes_of, slopes, waves


def times(hessian: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda v: (hessian * v[:, None]).sum(dim=-1)


def found(gradient: Tensor, hessian: Tensor, steps: int | None = None, rounding: float = 0.0) -> list[Local]:
    """Of Hessians that are written down, shape ``(rows, parameters, parameters)``."""
    known = spectrum(gradient, times(hessian), steps or steps_of(gradient.shape[1]))
    return local_by_products(known, np.full(len(gradient), rounding))


def symmetric(values: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """A Hessian with these eigenvalues, and its directions as columns."""
    chance = torch.Generator().manual_seed(seed)
    ways, _ = torch.linalg.qr(torch.randn(len(values), len(values), generator=chance, dtype=torch.float64))
    return ways @ torch.diag(values) @ ways.T, ways


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is")  # torch's own, where its forward mode is first used.
@pytest.mark.parametrize(("width", "depth"), [(3, 1), (8, 1), (4, 2)])
def test_small_networks_have_the_curvature_that_torchs_hessian_has(width: int, depth: int) -> None:
    sizes, (x, y) = sizes_of(width, depth), waves(20)
    net = slopes(lambda at: ((output(sizes, at, x) - y) ** 2).mean(dim=(-2, -1)))
    torch.manual_seed(0)
    at = 0.7 * torch.randn(6, parameters_of(sizes), dtype=torch.float64)
    for _ in range(200):
        at = at - 0.05 * net.gradient(at)
    known = spectrum(net.gradient(at), lambda v: net.product(at, v), steps_of(at.shape[1]))
    for each, gradient, hessian in zip(
        local_by_products(known, np.zeros(6)), net.gradient(at), net.hessian(at), strict=True
    ):
        exact = local(gradient.numpy(), hessian.numpy(), 0)
        assert each == pytest.approx(exact, rel=1e-6)
        assert exact.largest == pytest.approx(float(torch.linalg.eigvalsh(hessian)[-1]), rel=1e-9)


def test_of_least_squares_what_is_left_is_the_excess() -> None:
    chance = torch.Generator().manual_seed(1)
    x = torch.randn(100, 8, generator=chance, dtype=torch.float64) * torch.logspace(0, -2.5, 8, dtype=torch.float64)
    y = x.sum(dim=1) + torch.randn(100, generator=chance, dtype=torch.float64)
    model = slopes(lambda at: ((at @ x.T - y) ** 2).mean(dim=-1))
    best = torch.linalg.lstsq(x, y[:, None]).solution[:, 0]
    at = best + torch.randn(5, 8, generator=chance, dtype=torch.float64)
    known = spectrum(model.gradient(at), lambda v: model.product(at, v), 8)
    excess = model.loss(at) - model.loss(best[None])
    for each, left in zip(local_by_products(known, np.zeros(5)), excess.tolist(), strict=True):
        assert each.left == pytest.approx(left, rel=1e-6)
        assert each.negative == 0


def test_with_fewer_steps_than_parameters_the_outermost_curvature_is_found_and_the_larger_estimate_kept() -> None:
    slow = torch.cat([torch.logspace(-6, 0, 119, dtype=torch.float64), torch.tensor([-5.0], dtype=torch.float64)])
    mixed = torch.randn(120, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    larger = []
    for values in (slow, mixed):
        hessian, ways = symmetric(values, 2)
        known = spectrum(ways.sum(dim=1)[None], times(hessian[None]), 40)
        (each,) = local_by_products(known, np.zeros(1))
        assert each.largest == pytest.approx(float(values.max()), rel=1e-6)  # Not -5, though that is larger in size.
        asked = (known.half, known.full)
        sums = [120 * ritz.weights / ritz.values.abs() / 2 for ritz in asked]
        larger.append(int(sums[1].sum() > sums[0].sum()))
        assert each.left == pytest.approx(float(sums[larger[-1]].sum()), rel=1e-12)
        down = asked[larger[-1]].values < 0
        assert each.negative == pytest.approx(float(sums[larger[-1]][down].sum()), rel=1e-12)
    assert larger == [1, 0]


def test_a_gradient_that_sees_few_directions_is_judged_by_those_and_more_are_looked_at() -> None:
    values = torch.linspace(1, 60, 60, dtype=torch.float64)
    hessian, ways = symmetric(values, 3)
    gradient = torch.stack([ways[:, 0], ways[:, [0, 4, 9]].sum(dim=1), ways[:, 59]])
    few, three, last = found(gradient, hessian.expand(3, -1, -1))
    assert few.left == pytest.approx(1 / 2, rel=1e-9)
    assert three.left == pytest.approx((1 + 1 / 5 + 1 / 10) / 2, rel=1e-9)
    assert last.left == pytest.approx(1 / 120, rel=1e-9)
    assert [each.largest for each in (few, three, last)] == pytest.approx([60, 60, 60], rel=1e-2)
    (alone,) = found(gradient[:1], hessian[None], steps=1)
    assert alone.largest == pytest.approx(1)


def test_directions_without_curvature_may_weigh_no_more_than_rounding() -> None:
    hessian = torch.diag(torch.tensor([0.0, 1.0], dtype=torch.float64))[None]
    for gradient, rounding, left in (
        ([0.0, 1.0], 0.0, 0.5),
        ([1e-4, 1.0], 0.0, 0.5),
        ([1e-2, 1.0], 0.0, math.nan),
        ([1e-16, 0.0], 1e-15, 0.0),
        ([1e-16, 0.0], 1e-17, math.nan),
    ):
        (each,) = found(torch.tensor([gradient], dtype=torch.float64), hessian, rounding=rounding)
        assert each.left == pytest.approx(left, nan_ok=True)
        assert each.largest == pytest.approx(1)


def test_without_a_slope_nothing_is_left_and_without_a_curvature_it_is_not_known() -> None:
    curved, flat = torch.eye(3, dtype=torch.float64)[None], torch.zeros(1, 3, 3, dtype=torch.float64)
    slope, level = torch.ones(1, 3, dtype=torch.float64), torch.zeros(1, 3, dtype=torch.float64)
    assert found(level, curved) == [pytest.approx(Local(0, 1, 0))]
    assert found(level, flat) == [pytest.approx(Local(0, math.nan, 0), nan_ok=True)]
    assert found(slope, flat) == [pytest.approx(Local(math.nan, math.nan, math.nan), nan_ok=True)]


def test_where_the_loss_curves_down_along_a_direction_without_slope_more_is_below_than_can_be_said() -> None:
    unseen = Local(math.nan, 2.0, math.inf)
    for slope, down, rounding, expected in (
        ([0.0, 0.0], -1.0, 0.0, unseen),
        ([0.1, 0.0], -1.0, 0.0, unseen),
        ([0.0, 0.1], -1.0, 0.0, Local(0.1**2 / 2, 2.0, 0.1**2 / 2)),
        ([0.0, 0.0], -2e-7, 0.0, Local(0, 2.0, 0)),
        ([0.0, 0.0], -1e-5, 0.0, unseen),
        ([0.1, 1e-9], -1.0, 2e-9, unseen),
        ([0.1, 3e-9], -1.0, 2e-9, Local(0.1**2 / 4, 2.0, 9e-18 / 2)),
    ):
        hessian = torch.diag(torch.tensor([2.0, down], dtype=torch.float64))[None]
        (each,) = found(torch.tensor([slope], dtype=torch.float64), hessian, rounding=rounding)
        assert each == pytest.approx(expected, rel=1e-5, nan_ok=True)


def test_what_half_or_all_of_the_steps_do_not_know_is_not_known() -> None:
    blind, seeing = (Ritz(torch.tensor([[0.0, 1.0]]), torch.tensor([[part, 1 - part]])) for part in (0.5, 0.0))
    for half, full, left in ((seeing, seeing, 0.5), (blind, seeing, math.nan), (seeing, blind, math.nan)):
        (each,) = local_by_products(Spectrum(torch.ones(1), half, full, is_complete=False), np.zeros(1))
        assert each.left == pytest.approx(left, nan_ok=True)


@pytest.mark.parametrize("size", [1e-250, 1e-160, 1e-20, 1e20, 1e140])
def test_no_size_of_the_gradient_costs_digits(size: float) -> None:
    hessian, ways = symmetric(torch.tensor([-1.0, 2.0, 5.0], dtype=torch.float64), 4)
    (each,) = found(size * ways.sum(dim=1)[None], hessian[None])
    assert each == pytest.approx(Local(0.85 * size * size, 5, 0.5 * size * size), rel=1e-9)


@pytest.mark.parametrize("parameters", [5, 13, 45])
def test_a_row_has_the_same_bits_whatever_the_others_hold_and_wherever_it_stands(parameters: int) -> None:
    chance = torch.Generator().manual_seed(parameters)
    half = torch.randn(8, parameters, parameters, generator=chance, dtype=torch.float64)
    hessian, gradient = half + half.mT, torch.randn(8, parameters, generator=chance, dtype=torch.float64)
    hessian[2] = torch.eye(parameters)  # Ends after one step.
    gradient[3] = 0
    before = found(gradient, hessian)
    order = torch.randperm(8, generator=chance)
    assert found(gradient[order], hessian[order]) == [before[place] for place in order.tolist()]
    gradient[5], hessian[6], hessian[7] = math.inf, math.nan, torch.eye(parameters)
    after = found(gradient, hessian)
    assert after[:5] == before[:5]
    assert all(math.isnan(value) for row in after[5:7] for value in row)
    for place in range(5):
        beside = torch.zeros_like(gradient), torch.zeros_like(hessian)
        beside[0][0], beside[1][0] = gradient[place], hessian[place]
        assert found(*beside)[0] == before[place]
