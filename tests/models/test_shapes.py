"""Parameters of a module: which of them train, and the row of numbers that they are."""

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap

from sweep.errors import BadInput
from sweep.models.shapes import flatten, shapes_of, trained, unflatten


class Odd(nn.Module):
    """A tied weight, a number, a frozen and a whole parameter, an empty one, and a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3, bias=False))
        self.net[2].weight = self.net[0].weight
        self.fixed = nn.Parameter(torch.ones(3), requires_grad=False)
        self.steps = nn.Parameter(torch.tensor([4, 5]), requires_grad=False)
        self.none = nn.Parameter(torch.empty(0, 2))
        self.register_buffer("mean", torch.zeros(3))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.scale * self.net(x) + self.fixed
        return found


SHAPES = {"scale": (), "none": (0, 2), "net.0.weight": (3, 3), "net.0.bias": (3,)}


def test_what_trains_is_each_parameter_once_without_frozen_and_whole_ones() -> None:
    assert list(shapes_of(trained(Odd())).items()) == list(SHAPES.items())


def test_a_row_becomes_tensors_that_are_views_of_it_and_back() -> None:
    module = Odd()
    row = flatten(trained(module))
    assert row.shape == (13,)
    assert not row.requires_grad
    tensors = unflatten(row, SHAPES)
    for name, tensor in trained(module).items():
        assert torch.equal(tensors[name], tensor)
    tensors["net.0.weight"][1, 2] = 77.0
    tensors["scale"].fill_(-1.0)
    assert (row[0].item(), row[1 + 5].item()) == (-1.0, 77.0)
    assert module.scale.item() == 2.0, "the row of a module is a copy"
    assert torch.equal(flatten(unflatten(row, SHAPES)), row)


def test_a_column_of_a_matrix_is_a_row_too() -> None:
    matrix = torch.arange(26.0).reshape(13, 2)
    tensors = unflatten(matrix[:, 1], SHAPES)
    assert torch.equal(tensors["net.0.bias"], matrix[-3:, 1])
    tensors["net.0.weight"][0, 0] = -5.0
    assert matrix[1, 1].item() == -5.0


def test_rows_of_a_batch_run_the_module_as_it_runs_itself() -> None:
    module, inputs = Odd(), torch.randn(5, 3)
    rows = torch.randn(4, 13)

    def loss(row: Tensor) -> Tensor:
        found: Tensor = functional_call(module, unflatten(row, SHAPES), (inputs,)).square().mean()
        return found

    losses, slopes = vmap(loss)(rows), vmap(grad(loss))(rows)
    for row, loss_of_row, slope in zip(rows, losses, slopes, strict=True):
        module.load_state_dict(unflatten(row, SHAPES), strict=False)
        module.zero_grad()
        found = module(inputs).square().mean()
        found.backward()
        assert found.item() == pytest.approx(loss_of_row.item(), rel=1e-5)
        theirs = torch.cat([each.grad.reshape(-1) for each in trained(module).values() if each.grad is not None])
        assert torch.allclose(slope, theirs, rtol=1e-4, atol=1e-5)


class Listed(nn.Module):
    """Layers that torch does not see."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(2, 1)]


@pytest.mark.parametrize(
    ("module", "what", "step"),
    [
        (nn.Sequential(nn.Linear(2, 2), nn.LazyLinear(1)), "1.weight of Sequential has no shape yet", "use Linear"),
        (nn.LazyBatchNorm1d(affine=False), "running_mean of LazyBatchNorm1d has no shape", "use BatchNorm1d"),
        (nn.Linear(2, 1, dtype=torch.complex64), "the parameter weight of Linear has complex", "two parameters"),
        (Listed(), "Listed has no parameters to train", "ModuleList"),
        (nn.Linear(2, 1).requires_grad_(False), "no parameters to train; all 2 it has are frozen", "requires_grad"),
    ],
)
@pytest.mark.filterwarnings("ignore:Lazy modules are a new feature", "ignore:Complex modules are a new feature")
def test_a_module_that_cannot_train_is_refused_with_the_way_out(module: nn.Module, what: str, step: str) -> None:
    with pytest.raises(BadInput) as refused:
        trained(module, "problem.model.inner")
    assert refused.value.what.startswith("problem.model.inner: ")
    assert what in refused.value.what
    assert step in refused.value.next_step


def test_complex_numbers_that_are_frozen_do_not_hinder() -> None:
    module = nn.Linear(2, 1)
    module.register_parameter("phase", nn.Parameter(torch.ones(2, dtype=torch.complex64), requires_grad=False))
    assert list(trained(module)) == ["weight", "bias"]
