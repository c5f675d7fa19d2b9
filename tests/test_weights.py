"""``sweep.model``: the module of a run with its final weights, whoever wrote the class."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import sweep
from sweep.errors import BadInput
from tests.conftest import Command
from tests.models.written import importable
from tests.own_models import NET, TWO, Own, in_folder
from tests.tracking.stored import runs

pytestmark = pytest.mark.usefixtures("ready_store")


@pytest.fixture
def own(command: Command, tmp_path: Path) -> Own:
    return in_folder(command, tmp_path)


def test_models_of_the_store_are_made_by_a_caller(own: Own, tmp_path: Path) -> None:
    own(*TWO[:-1], "lr=1e-7", "dtype=float64", "problem.loss._target_=my_models.loss")
    found = sweep.frame().runs
    with importable(tmp_path):
        import my_models  # type: ignore[import-not-found]

        check_losses(found, my_models.Net, lambda y, t: my_models.loss(y, t).mean())
        row = found.iloc[0]
        filled = sweep.model(row["key"][:8], my_models.Net(4))
        assert filled.state_dict().keys() == my_models.Net(4).state_dict().keys()
        for net, words in (
            (None, "the run's model is my_models.Net"),
            (my_models.Net(5), r"of the parameter a.weight the run had one of the shape \(4, 1\)"),
            (my_models.made, "had one of the shape"),
            (my_models.loss, "takes no width"),
            (lambda width: width, "no module, but of type int"),
            (3, "no module, but of type int"),
        ):
            with pytest.raises(BadInput, match=words):
                sweep.model(row["run_id"], net)  # type: ignore[arg-type]
    for run, words in (("zz", "no id and no key"), ("0" * 32, "no runs"), (row["curve_run"], "the summary of a sweep")):
        with pytest.raises(BadInput, match=words):
            sweep.model(run)


def test_a_store_that_names_code_in_arguments_has_none_of_it_called(own: Own, tmp_path: Path) -> None:
    own(*NET, "problem.model.width=4", "lr=1e-3", "problem.model.body._target_=torch.nn.ELU")
    run_id = runs()[0].info.run_id
    with importable(tmp_path):
        import my_models

        with pytest.raises(BadInput, match="arguments that name code to be run: torch"):
            sweep.model(run_id, my_models.Net)
        assert sweep.model(run_id, my_models.Net(4)).training is False


CLASSES = "x1,x2,kind\n" + "".join(f"{k % 7},{k % 5},{'abc'[(k * k + k // 5) % 3]}\n" for k in range(30))
TABLE = ("data=csv", "data.path=my.csv", "data.input=[x1,x2]", "data.standardize=true", "dtype=float64", "epochs=9")


@pytest.mark.parametrize(
    "words",
    [
        ("problem=line", "scale=1,0.1", "dtype=float64", "epochs=9"),
        ("problem=mlp", "scale=1,0.5", "lr=1e-3", "dtype=float64", "epochs=9", "data.standardize=true"),
        ("problem=linear", "data.target=x3", *TABLE),
        ("problem=logistic", "data.target=kind", "lr=1e-1", *TABLE),
        ("problem=logistic", "data.target=half", "lr=1e-1", *TABLE),
        ("problem=mlp", "problem.loss=cross_entropy", "data.target=kind", "lr=1e-1", *TABLE),
    ],
)
def test_of_shipped_problems_the_module_has_the_final_loss(command: Command, words: Sequence[str]) -> None:
    from torch.nn import functional

    rows = [line.split(",") for line in CLASSES.splitlines()]
    table = [[*rows[0], "x3", "half"], *([*row, row[0] + row[1], "yes" if row[2] == "a" else "no"] for row in rows[1:])]
    Path("my.csv").write_text("".join(",".join(row) + "\n" for row in table))
    assert command(*words).code == 0
    loss: Any = functional.mse_loss
    if "data.target=half" in words:
        loss = functional.binary_cross_entropy_with_logits
    elif "data.target=kind" in words:
        loss = functional.cross_entropy
    check_losses(sweep.frame().runs, None, loss)


def check_losses(found: Any, net: Any, loss: Any) -> None:
    """The loss of each run's module, on the data as it was prepared, is the final loss of the run."""
    import torch

    from sweep.tracking import record
    from tests.tracking.stored import opened

    store = opened()
    plan = record.load(store, record.find(store, None)).plan
    for row, point in zip(found.to_dict("records"), plan.points, strict=True):
        prepared = plan.problems[point.task].prepared
        module = sweep.model(row["run_id"], net)
        assert not module.training
        assert {each.dtype for each in module.parameters()} == {torch.float64}
        with torch.no_grad():
            outputs = module(point.scale * torch.tensor(prepared.inputs))
        targets = torch.tensor(prepared.targets)
        targets = targets.long() if outputs.shape[1] > 1 else targets[:, None]
        assert float(loss(outputs, targets)) == pytest.approx(row["final_loss"], rel=1e-12)
