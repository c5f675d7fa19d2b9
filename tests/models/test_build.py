"""From a spec to a module: what is called with what, drawn from which seed, and how wrong arguments are told."""

import functools
import random
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import torch

from sweep.errors import BadInput
from sweep.models.build import built, loss_function, made
from tests.models.written import NET, importable, write

MORE = """
    import random
    import numpy as np

    def make(*widths, act=torch.nn.ReLU):
        return torch.nn.Sequential(*(torch.nn.Linear(w, w) for w in widths), act())

    def placed(a, b, /, c):
        return Net(a)

    def numbers():
        return [1, 2]

    def from_all(act=None):
        net = torch.nn.Linear(1, 1)
        with torch.no_grad():
            net.weight += random.random()
            net.bias += np.random.random()
        return net

    class Plain:
        pass

    class Bare(torch.nn.Module):
        pass

    class Late(torch.nn.Module):
        def __init__(self, of: "NotThere", act=torch.relu) -> None:
            super().__init__()

    def pair(a, b):
        return torch.nn.ModuleList([a, b])

    def loss(outputs, targets, power=2):
        return ((outputs - targets).abs() ** power).mean()

    class Broken(torch.nn.Module):
        def __init__(self, kind):
            raise {"own": ValueError("no such loss"), "gone": GeneratorExit}[kind]

    def of_one(outputs): ...

    class Silent:
        pass

    shared = torch.nn.Linear(1, 1)
    number = 3
"""


@pytest.fixture(autouse=True)
def my_models(tmp_path: Path) -> Iterator[None]:
    write(tmp_path, {"my_models.py": NET, "drawing.py": "import torch\ntorch.rand(3)\ndef act(): ...\n"})
    with (tmp_path / "my_models.py").open("a") as file:
        file.write(dedent(MORE))
    with importable(tmp_path):
        yield


def spec(name: str, **arguments: Any) -> dict[str, Any]:
    return {"_target_": f"my_models.{name}", **arguments}


def numbers(model: torch.nn.Module) -> list[float]:
    return torch.cat([each.detach().flatten() for each in model.parameters()]).tolist()


def test_a_class_and_a_function_are_called_with_their_arguments() -> None:
    assert len(numbers(built(spec("Net", width=3), 0))) == 2 * 12
    assert len(numbers(built(spec("Net", width=3, depth=1), 0))) == 12
    model = built(spec("make", _args_=[2, 3], act={"_target_": "torch.nn.Tanh", "_partial_": True}), 0)
    assert [str(each) for each in model.children()][-1] == "Tanh()"
    assert len(numbers(model)) == 6 + 12


def test_what_is_nested_is_made_first_wherever_it_stands() -> None:
    inner = {"_target_": "torch.nn.Linear", "in_features": 2, "out_features": 1}
    model = built(spec("Net", width=1, body={"list": [inner, 3], "plain": {"a": None}}), 0)
    assert isinstance(model.body, dict)
    assert isinstance(model.body["list"][0], torch.nn.Linear)
    assert (model.body["list"][1], model.body["plain"]) == (3, {"a": None})
    part = made({"_target_": "torch.nn.Linear", "_partial_": True, "in_features": 2}, "k")
    assert isinstance(part, functools.partial)
    assert made([1, "x", None], "k") == [1, "x", None]


def test_the_seed_draws_the_parameters_and_nobody_elses_numbers() -> None:
    torch.manual_seed(5), random.seed(5), np.random.seed(5)
    before = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]
    with torch.random.fork_rng([]):
        torch.manual_seed(3)
        expected = numbers(torch.nn.Linear(4, 4))
    assert numbers(built({"_target_": "torch.nn.Linear", "_args_": [4, 4]}, 3)) == expected
    assert numbers(built(spec("from_all"), 1)) != numbers(built(spec("from_all"), 2))
    after = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist())  # type: ignore[index]
    assert torch.equal(before[0], after[0])
    assert before[1:] == after[1:]


def test_nothing_that_was_drawn_or_imported_before_is_in_the_parameters() -> None:
    given = spec("from_all", act={"_target_": "drawing.act"})
    torch.manual_seed(1), random.seed(1), np.random.seed(1)
    before = numbers(built(given, 2**40))
    torch.manual_seed(2), random.seed(2), np.random.seed(2)
    assert numbers(built(given, 2**40)) == before  # Module drawing is there already.


def test_the_order_in_which_keys_were_typed_draws_the_same() -> None:
    one = {"_target_": "torch.nn.Linear", "_args_": [1, 1]}
    there, back = {"a": one, "b": one}, {"b": one, "a": one}
    first, second = (built(spec("Net", width=1, body=body), 0).body for body in (there, back))
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert len({tuple(numbers(built(spec("pair", **body), 0))) for body in (there, back)}) == 1
    assert numbers(first["a"]) == numbers(second["a"]) != numbers(first["b"]) == numbers(second["b"])


NETS = "Net(width: int, depth: int = 2, body=None)"


@pytest.mark.parametrize(
    ("given", "what", "allowed", "step"),
    [
        (spec("Net", widht=8), "problem.model.widht: my_models.Net takes no widht", NETS, "mean problem.model.width?"),
        (spec("Net"), "problem.model: my_models.Net needs width", NETS, "add problem.model.width=…"),
        (spec("Net", _args_=[1, 2, 3, 4]), "_args_: 4 values, and my_models.Net takes 3 by place", NETS, "give fewer"),
        (spec("Net", width=1, _args_=[1]), "problem.model.width: stands in problem.model._args_, too", NETS, "leave"),
        (spec("placed", a=1, _args_=[1, 2], c=1), "problem.model.a: my_models.placed takes no a", "placed(", ""),
        (
            spec("placed", c=1),
            "problem.model: my_models.placed needs a, b",
            "placed(a, b, /, c)",
            "give problem.model._a",
        ),
        (spec("Bare", width=1), "problem.model.width: my_models.Bare takes no width", "Bare()", "leave it out"),
        (spec("Late"), "needs of", "Late(of: 'NotThere', act=<built-in method relu of type object>)", ""),
        (spec("make", act=spec("numbers", x=1)), "problem.model.act.x: my_models.numbers takes", "numbers()", ""),
        (spec("make", _args_=[spec("Net")]), "problem.model._args_.0: my_models.Net needs width", NETS, "_args_.0.wid"),
        (spec("numbers"), "returned list, which is no torch.nn.Module", "a function that returns one", "return"),
        (spec("Plain"), "_target_=my_models.Plain: no torch.nn.Module", "a class that is", "derive Plain from it"),
        (spec("shared"), "a module that is made already", "a function that returns", "name its class, Linear"),
        (spec("number"), "my_models.number: of type int, which cannot be called", "a class, or", "name what makes it"),
        ({"_target_": "torch.nn"}, "torch.nn: of type module, which cannot be called", "a class, or", "name what"),
        ({"width": 8}, "problem.model: says no _target_", "dotted name", "add problem.model._target_="),
        (spec("make", act={"_args_": [1]}), "problem.model.act: says no _target_", "dotted name", "add"),
        (spec("Net", _recursive_=False), "problem.model._recursive_: not known here", "_partial_", "leave it out"),
        (spec("make", act={"_convert_": "all"}), "problem.model.act._convert_: not known here", "_args_", "leave"),
        (spec("Net", _args_=3), "problem.model._args_=3 is not allowed", "a list, as [8, 2]", ""),
        (spec("Net", _partial_="yes"), "problem.model._partial_=yes is not allowed", "true or false", ""),
        (spec("Net", _partial_=True), "problem.model._partial_=true: makes no module", "built", "leave _partial_ out"),
        (spec("Nett", width=8), "my_models has no Nett", "Net", "did you mean Net?"),
    ],
)
def test_what_cannot_be_built_is_said_with_the_way_out(
    given: dict[str, Any], what: str, allowed: str, step: str
) -> None:
    with pytest.raises(BadInput) as error:
        built(given, 0)
    assert what in error.value.what
    assert allowed in error.value.allowed
    assert step in error.value.next_step


def test_what_a_constructor_raises_passes_as_it_is() -> None:
    with pytest.raises(ArithmeticError, match="no width below 0"):
        built(spec("Net", width=-1), 0)
    with pytest.raises(TypeError):
        built(spec("Net", width="eight"), 0)


def test_a_partial_may_leave_arguments_open_and_none_that_is_strange() -> None:
    part = made(spec("Net", _partial_=True), "k")
    assert len(numbers(part(2, 1))) == 6
    with pytest.raises(BadInput, match="takes no widht"):
        made(spec("Net", _partial_=True, widht=3), "k")


def test_a_loss_is_a_function_with_its_arguments_or_an_instance_of_a_class() -> None:
    outputs, targets = torch.tensor([1.0, 4.0]), torch.tensor([0.0, 0.0])
    assert loss_function(spec("loss"))(outputs, targets) == 8.5
    assert loss_function(spec("loss", power=1))(outputs, targets) == 2.5
    huber = {"_target_": "torch.nn.HuberLoss", "delta": 2.0}
    assert loss_function(huber)(outputs, targets) == torch.nn.functional.huber_loss(outputs, targets, delta=2.0)
    assert loss_function({"_target_": "torch.nn.functional.mse_loss"})(outputs, targets) == 8.5


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (spec("of_one"), "problem.loss: of_one(outputs) does not take outputs and targets"),
        (spec("Silent"), "problem.loss._target_=my_models.Silent: of type Silent, which cannot be called"),
        (spec("loss", pwer=1), "problem.loss.pwer: my_models.loss takes no pwer"),
        (spec("Broken", kind="own"), "problem.loss: making my_models.Broken raises ValueError: no such loss"),
        (spec("Broken", kind="gone"), "problem.loss: making my_models.Broken raises GeneratorExit"),
        (spec("number"), "problem.loss._target_=my_models.number: of type int, which cannot be called"),
    ],
)
def test_what_is_no_loss_is_said(given: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInput) as error:
        loss_function(given)
    assert error.value.what == what
