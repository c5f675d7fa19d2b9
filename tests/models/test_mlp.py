"""The shipped perceptron: its arguments, its shapes, its start, and what it computes."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

from sweep.errors import BadInput
from sweep.models.mlp import ACTIVATIONS, ARGUMENTS, Perceptron, check
from sweep.models.mlp_module import FUNCTIONS, MLP
from sweep.models.shapes import shapes_of, trained, unflatten

GOOD = {"width": 16, "depth": 2, "activation": "tanh"}
SIZES = pytest.mark.parametrize(("width", "depth"), [(1, 1), (3, 2), (16, 3), (7, 0)])


@SIZES
def test_shapes_that_are_told_without_torch_are_those_of_the_module(width: int, depth: int) -> None:
    told = Perceptron(4, 3, width, depth, "relu").shapes
    module = shapes_of(trained(MLP(4, 3, width, depth, "relu")))
    assert list(told.items()) == list(module.items())


@SIZES
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_it_computes_what_torchs_layers_do_one_after_another(width: int, depth: int, activation: str) -> None:
    mlp = MLP(4, 3, width, depth, activation)
    act = (lambda x: x) if activation == "identity" else getattr(functional, activation)
    layers = [nn.Linear(a, b) for a, b in pairwise([4, *[width] * depth, 3])]
    with torch.no_grad():
        for ours, theirs in zip(mlp.parameters(), nn.ModuleList(layers).parameters(), strict=True):
            theirs.copy_(ours)
    inputs = torch.randn(9, 4)
    expected = inputs
    for number, layer in enumerate(layers):
        expected = layer(act(expected) if number else expected)
    assert mlp(inputs).shape == (9, 3)
    assert torch.equal(mlp(inputs), expected)


def test_a_seed_draws_the_same_start_for_ever() -> None:
    """A change of these changes what every stored run of a perceptron was trained from."""
    expected = (
        -0.9769065380096436,
        -0.5169016122817993,
        -0.7771483659744263,
        0.1288292407989502,
        0.003365257289260626,
        -0.31451326608657837,
        0.631509006023407,
    )
    assert Perceptron(1, 1, 2, 1, "tanh").start(0) == expected
    assert Perceptron(1, 1, 2, 1, "relu").start(0) == expected


@SIZES
def test_a_start_reaches_as_far_as_torchs_own_of_each_layer(width: int, depth: int) -> None:
    one = Perceptron(9, 2, width, depth, "tanh")
    starts = torch.tensor([one.start(seed) for seed in range(300)], dtype=torch.float64)
    assert torch.equal(starts, starts.float().double()), "the same start in either dtype"
    modules = [MLP(9, 2, width, depth, "tanh") for _ in range(300)]
    for name in one.shapes:
        ours = torch.stack([unflatten(row, one.shapes)[name] for row in starts])
        theirs = torch.stack([module.get_parameter(name).detach() for module in modules])
        bound = theirs.abs().max().item()
        assert ours.abs().max().item() == pytest.approx(bound, rel=0.05)
        assert ours.mean().item() == pytest.approx(0, abs=5 * bound / math.sqrt(3 * ours.numel()))


def test_layers_take_their_numbers_one_after_another_from_one_stream() -> None:
    wide = np.array(Perceptron(4, 1, 8, 1, "tanh").start(3))
    assert len(set(wide.tolist())) == len(wide)
    signs = np.sign(Perceptron(1, 1, 24, 0, "tanh").start(3))
    assert np.sign(wide[:2]).tolist() == signs.tolist()
    assert np.abs(wide[40:]).max() <= 1 / math.sqrt(8) < np.abs(wide[:40]).max()


@pytest.mark.parametrize(
    ("changes", "what", "allowed", "step"),
    [
        ({"width": 0}, "width=0 is not allowed", "from 1 to 4,096", "give another problem.model.width=…"),
        ({"width": 4097}, "width=4097 is not allowed", "from 1 to 4,096", "give another problem.model.width=…"),
        ({"width": True}, "width=True is not allowed", "a whole number", "give another problem.model.width=…"),
        ({"width": 8.0}, "width=8.0 is not allowed", "a whole number", "give another problem.model.width=…"),
        ({"depth": -1}, "depth=-1 is not allowed", "from 0 to 100", "give another problem.model.depth=…"),
        ({"activation": "Tanh"}, "activation=Tanh is not", "tanh, relu", "did you mean problem.model.activation=tanh?"),
        ({"activation": None}, "activation=None is not", "tanh, relu", "give another problem.model.activation=…"),
        ({"activation": [1]}, "activation=[1] is not", "tanh, relu", "give another problem.model.activation=…"),
        ({"widht": 8}, "widht: no such key", "problem.model.width, ", "did you mean problem.model.width?"),
        ({"_target_": "my.Net"}, "_target_: no such key", "problem.model.width, ", "problem=torch"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(changes: dict[str, Any], what: str, allowed: str, step: str) -> None:
    with pytest.raises(BadInput) as refused:
        check(GOOD | changes)
    assert refused.value.what.startswith(f"problem.model.{what}")
    assert allowed in refused.value.allowed
    assert step in refused.value.next_step


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_argument_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(BadInput, match=f"problem.model.{name} is missing"):
        Perceptron.of({key: value for key, value in GOOD.items() if key != name}, 2, 1)


def test_every_activation_and_the_ends_of_every_range_are_taken() -> None:
    assert list(FUNCTIONS) == list(ACTIVATIONS)
    for activation in ACTIVATIONS:
        for width, depth in ((1, 0), (4096, 100)):
            found = Perceptron.of({"width": width, "depth": depth, "activation": activation}, 2, 1)
            assert found == Perceptron(2, 1, width, depth, activation)


def test_a_start_is_what_a_module_runs_on() -> None:
    one = Perceptron.of(GOOD, 3, 1)
    row = torch.tensor(one.start(5))
    module = MLP(3, 1, **GOOD)  # type: ignore[arg-type]
    inputs = torch.randn(6, 3)
    found = functional_call(module, unflatten(row, one.shapes), (inputs,))
    module.load_state_dict(unflatten(row, one.shapes))
    assert torch.equal(found, module(inputs))
