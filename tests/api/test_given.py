"""What a call may be given in place of words: tables, arrays, classes and functions."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import sweep
from sweep.api.words import grid, words
from sweep.errors import BadInput
from sweep.plan.plan import Plan
from sweep.settings.schema import Settings
from tests.conftest import Command

pytestmark = pytest.mark.usefixtures("ready_store")


class Bend(torch.nn.Module):
    """A model of this module's own."""

    def __init__(self, width: int = 2) -> None:
        super().__init__()
        self.weights = torch.nn.Parameter(torch.linspace(0.1, 1, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(x * self.weights).sum(-1, keepdim=True)


def training(lr: float, epochs: int, steps: int = 1) -> Iterator[float]:
    """A loop of this module's own."""
    for epoch in range(epochs):
        yield (1 - lr) ** (steps * epoch)


def rounded(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return ((outputs - targets) ** 4).mean()


TABLE = pd.DataFrame({"x": [0.0, 0.5, 1.0, 1.5], "y": [1.0, 1.5, 1.75, 3.0]})


def keys(grid: dict[str, Any] | None = None, **asked: Any) -> list[str]:
    """Of the points that would be trained."""
    found: list[str] = []

    def train(_: Settings, planned: Plan, *__: object) -> SimpleNamespace:
        found.extend(each.key for each in planned.points)
        return SimpleNamespace(plan=planned)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sweep.app._train", train)
        sweep.run(grid, **asked, epochs=2, lr=0.1, quiet=True)
    return found


def test_a_table_has_the_keys_of_its_file(command: Command) -> None:
    TABLE.to_csv("table.csv", index=False)
    command("data=csv", "data.path=table.csv", "data.input=x", "data.target=y", "epochs=2", "lr=0.1")
    found = sweep.load().runs["key"].tolist()
    assert keys({"data.target": "y"}, data=TABLE) == found
    assert keys({"data.target": "y", "data.input": ["x"]}, data=TABLE) == found
    assert keys(data={"frame": TABLE, "target": "y", "input": "x"}) == found
    assert keys(data=(TABLE["x"].to_numpy(), TABLE["y"].to_numpy())) == found
    assert keys(data=(torch.tensor(TABLE["x"].to_numpy(), requires_grad=True), TABLE["y"])) == found
    assert keys({"data.target": "y"}, data={"x": TABLE["x"].to_numpy(), "y": TABLE["y"].to_numpy()}) == found
    columns = {"data.input": "x", "data.target": "y"}
    assert keys(columns, data="table.csv") == keys(columns, data=Path("table.csv")) == found


def test_a_table_is_kept_so_that_a_command_reads_it(command: Command) -> None:
    first = sweep.run({"data.target": "y"}, data=TABLE, epochs=2, lr=0.1, quiet=True)
    (step, *_) = first.suggestions
    assert "outputs/data/" in step.settings["data.path"]
    assert step.run(quiet=True).counts


def test_a_matrix_is_a_column_for_each_of_its_own() -> None:
    inputs = np.arange(12.0).reshape(6, 2) ** 1.5
    found = sweep.run(data=(inputs, inputs @ [1.0, -0.5]), problem="linear", epochs=2, lr=1e-4, quiet=True)
    assert {"w.0", "w.1", "b"} <= {*found.runs}


def test_a_class_is_a_model_and_its_arguments_are_axes() -> None:
    found = sweep.run({"problem.model.width": [1, 2]}, problem=Bend, data="waves", epochs=2, lr=0.1, quiet=True)
    assert found.runs["problem.model.width"].tolist() == [1, 2]
    net = found.model(net=Bend)
    assert isinstance(net, Bend)


def test_a_model_with_its_loss_is_a_mapping() -> None:
    below = {"model": {"_target_": Bend, "width": 3}, "loss": rounded}
    found = sweep.run(problem=below, data="waves", epochs=2, lr=0.1, quiet=True)
    assert found.runs["problem.model.width"].tolist() == [3]


def test_a_function_is_a_training_loop() -> None:
    found = sweep.run({"lr": [0.1, 0.5], "problem.function.steps": [1, 2]}, problem=training, epochs=4, quiet=True)
    assert found.runs["final_loss"].round(6).tolist() == [0.729, 0.531441, 0.125, 0.015625]


def test_classes_are_an_axis() -> None:
    asked = {"problem.model": [Bend, "torch.nn.Identity"]}
    assert grid(asked) == {"problem.model._target_": [f"{__name__}.Bend", "torch.nn.Identity"]}


@pytest.mark.parametrize(
    ("asked", "what"),
    [
        ({"problem": lambda lr: []}, "has no name by which it is found again"),
        ({"problem": Bend()}, "a module of Bend that is made already"),
        ({"problem": 3}, "problem: a value of type int"),
        ({"data": 3}, "data: a value of type int"),
        ({"data": (np.ones((2, 2, 2)), np.ones(2))}, "inputs of shape (2, 2, 2) and targets of shape (2,)"),
        ({"lr": [0.1, 0.2]}, "lr: a list of 2 values is an axis"),
        ({"lr": object()}, "lr: a value of type object"),
        ({"engine": "joblib"}, "engine=joblib"),
        ({"engine": {"name": "proceses"}}, "engine=proceses"),
        ({"grid": {"lr": [1, 2]}, "lr": 1}, "lr: given twice"),
        ({"grid": ["lr=1,2"]}, "grid: a value of type list"),
    ],
)
def test_what_cannot_be_used_is_named(asked: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInput, match=r"allowed:(.|\n)*next:") as refused:
        sweep.run(asked.pop("grid", None), quiet=True, **asked)
    assert what in str(refused.value)
    assert not Path("outputs/mlflow.db").exists() or sweep_count() == 0


def sweep_count() -> int:
    try:
        return len(sweep.load().runs)
    except BadInput:
        return 0


def test_words_are_those_that_hydra_reads_back() -> None:
    asked = {"lr": np.float64(0.1), "name": "null", "data": {"input": ["a b", "c"]}, "init": {"w": 1}, "rerun": True}
    assert words(asked) == ["lr=0.1", 'name="null"', 'data.input=["a b",c]', "init.w=1", "rerun=true"]
