"""A module's rows against torch by itself: loss, gradient, Hessian; a tile of them against each alone."""

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from sweep.models.losses import loss_of
from sweep.models.rows import Rows, Samples
from sweep.models.shapes import flatten, trained


class Normed(nn.Module):
    """Layers of several kinds, with a buffer, a frozen and a shared parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm, self.out = nn.Linear(2, 5), nn.LayerNorm(5), nn.Linear(5, 1)
        self.again = self.first
        self.shift: Tensor
        self.register_buffer("shift", torch.tensor([0.3, -0.2]))
        self.slope = nn.Parameter(torch.tensor(0.7), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(torch.tanh(self.norm(self.again(x - self.shift)) * self.slope))
        return found


@pytest.fixture
def rows() -> Rows:
    torch.manual_seed(0)
    return Rows(Normed().double(), loss_of("mse", 1.0), modes=False)


hessian_of: Any = torch.autograd.functional.hessian

SAMPLES = Samples(
    torch.linspace(-1, 1, 14, dtype=torch.float64).view(7, 2), torch.linspace(2, -3, 7, dtype=torch.float64) ** 2
)
SCALES = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)


def params() -> Tensor:
    torch.manual_seed(0)
    return flatten(trained(Normed().double())) + torch.tensor([[0.0], [0.1], [-0.3]], dtype=torch.float64)


def plain(row: Tensor, scale: Tensor) -> Tensor:
    """The loss by torch alone, of a row of parameters."""
    module = Normed().double()
    names, start = list(trained(module)), 0
    own = {}
    for name in names:
        like = module.get_parameter(name)
        own[name] = row[start : start + like.numel()].view(like.shape)
        start += like.numel()
    found = torch.func.functional_call(module, own, (SAMPLES.x * scale,))
    return nn.functional.mse_loss(found[:, 0], SAMPLES.t)


@pytest.mark.parametrize("count", [1, 3])
def test_loss_and_gradient_are_torchs(rows: Rows, count: int) -> None:
    losses, slopes = rows.loss_and_gradient(params()[:count], SCALES[:count], SAMPLES)
    for row, scale, loss, slope in zip(params(), SCALES, losses, slopes, strict=False):
        leaf = row.clone().requires_grad_()
        expected = plain(leaf, scale)
        (gradient,) = torch.autograd.grad(expected, leaf)
        assert loss.item() == pytest.approx(expected.item(), rel=1e-13)
        assert slope.tolist() == pytest.approx(gradient.tolist(), rel=1e-11, abs=1e-13)
    assert rows.loss(params()[:count], SCALES[:count], SAMPLES).tolist() == pytest.approx(losses.tolist(), rel=1e-14)


@pytest.mark.parametrize("count", [1, 3])
def test_products_are_those_of_torchs_hessian(rows: Rows, count: int) -> None:
    gradient, product = rows.around(params()[:count], SCALES[:count], SAMPLES)
    vectors = torch.randn((count, params().shape[1]), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = product(vectors)
    for number in range(count):
        hessian = hessian_of(partial(plain, scale=SCALES[number]), params()[number])
        assert found[number].tolist() == pytest.approx((hessian @ vectors[number]).tolist(), rel=1e-9, abs=1e-12)
    assert product(vectors).tolist() == found.tolist()
    assert gradient.tolist() == rows.loss_and_gradient(params()[:count], SCALES[:count], SAMPLES)[1].tolist()


def test_what_does_not_train_stays(rows: Rows) -> None:
    assert {*rows.shapes} == {"first.weight", "first.bias", "norm.weight", "norm.bias", "out.weight", "out.bias"}
    spread_out = rows.spread_out(params())
    assert [each.data_ptr() % 64 for each in spread_out.values()] == [spread_out["first.weight"].data_ptr() % 64] * 6
    assert all(each.stride(0) % 16 == 0 for each in spread_out.values())
