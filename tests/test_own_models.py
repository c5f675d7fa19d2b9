"""Models and losses of a user's own, from the command to the report: whose code is run, and when."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from mlflow import MlflowClient

import sweep
from sweep import app
from sweep.engines.engine import Here
from sweep.errors import StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.models.written import importable
from tests.own_models import ALLOWED, NET, TWO, Own, edit, in_folder
from tests.problem.posed import asked
from tests.tracking.stored import URI, rename, runs

pytestmark = pytest.mark.usefixtures("ready_store")


@pytest.fixture
def own(command: Command, tmp_path: Path) -> Own:
    return in_folder(command, tmp_path)


def test_an_edited_comment_retrains_nothing_and_edited_code_everything(own: Own) -> None:
    said = own(*TWO)
    assert (said.code, "2 to train" in said.out) == (0, True), said.err
    edit("h = torch", "# A comment.\n        h = torch")
    assert "2 done already, 0 to train" in own(*TWO).out
    edit("torch.tanh", "torch.sin")
    assert "0 done already, 2 to train" in own(*TWO).out
    edit("torch.sin", "torch.tanh")
    assert "2 done already, 0 to train" in own(*TWO).out


@pytest.mark.parametrize(
    "words",
    [
        ("problem.model._target_=my_models.made", "problem.model.depth=1,2"),
        ("problem.model._target_=my_models.Net", "problem.model.body._target_=torch.nn.ELU"),
        ("problem.model._target_=my_models.Net", "problem.loss._target_=my_models.loss", "problem.loss.power=2,3"),
        ("problem.model._target_=my_models.Net", "problem.loss._target_=torch.nn.SmoothL1Loss", "problem.loss.beta=2"),
    ],
)
def test_functions_nested_targets_and_losses_of_ones_own_train_and_replay(own: Own, words: Sequence[str]) -> None:
    said = own("problem=torch", "data.standardize=true", "epochs=20", "lr=1e-4", "problem.model.width=4", *words)
    assert (said.code, said.err) == (0, "")
    named = sorted({word.partition("=")[2] for word in words if "_target_" in word} | {"my_models.Net"})
    said = own(*(each for name in named for each in ("--allow", name)), module="sweep.replay")
    assert (said.code, "identical, bit for bit." in said.out) == (0, True), said


def test_whoever_only_reads_a_sweep_imports_no_model(own: Own) -> None:
    own(*TWO)
    assert Path("imported").exists()
    (report,) = Path("outputs").glob("sweep-*/report.html")
    before = report.read_bytes()
    for module in ("sweep.report", "sweep.sync", "sweep.replay"):
        said = own(module=module)
        assert said.code == (1 if module == "sweep.replay" else 0)
        assert not Path("imported").exists(), module
    assert "the store names code to be run: my_models.Net" in said.err
    assert "--allow my_models.Net" in said.err
    frame = sweep.frame()
    Path("my_models.py").unlink()
    assert own(module="sweep.report").code == 0
    assert report.read_bytes() == before
    assert sweep.frame().runs.equals(frame.runs)


def test_what_waits_of_a_model_is_delivered_without_it(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)
    model = {"_target_": "my_models.Net", "width": 4}
    points = [asked(model, lr=lr, epochs=3) for lr in (1e-3, 2e-3)]
    points[0].tracking.patience = 0.2

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        rename("params", "gone")
        return in_process.in_process(points, problems)

    with importable(tmp_path), pytest.raises(StoreAway, match="wait in outputs/spool"):
        app.run(points, Here(train))
    rename("gone", "params")
    assert not runs()
    Path("my_models.py").unlink()
    assert own(module="sweep.sync").code == 0
    assert len(runs()) == 2


def test_a_model_that_raises_has_a_failed_run_with_its_traceback_and_the_others_are_trained(own: Own) -> None:
    said = own(*NET, "problem.model.width=8,17", "lr=1e-3,2e-3")
    assert said.code == 3
    assert "Traceback" not in said.err
    failed = [run for run in runs() if run.info.status == "FAILED"]
    assert {run.data.tags["error_message"] for run in failed} == {"no width of 17"}
    assert len(failed) == 2
    path = MlflowClient(absolute(URI)).download_artifacts(failed[0].info.run_id, "traceback.txt")
    assert "my_models.py" in Path(path).read_text()
    (plan,) = Path("outputs/artifacts").rglob("plan.json")
    assert [bool(each["shapes"]) for each in json.loads(plan.read_bytes())["models"]] == [True, False]
    assert own(module="sweep.report").code == 0
    assert sweep.frame().runs["status"].tolist() == ["FINISHED", "FINISHED", "FAILED", "FAILED"]
    said = own(*ALLOWED, module="sweep.replay")
    assert (said.code, "Replayed 2 runs" in said.out) == (0, True)


def test_a_sweep_of_which_every_model_raises_is_reported(own: Own) -> None:
    assert own(*NET, "problem.model.width=17", "lr=1e-3,2e-3").code == 3
    assert own(module="sweep.report").code == 0
    assert sweep.frame().runs["status"].tolist() == ["FAILED", "FAILED"]


def test_a_loss_that_is_no_number_at_the_start_has_diverged(own: Own) -> None:
    edit("return self.b(h if", "return (x - x).log() * self.b(h if")
    said = own(*NET, "problem.model.width=4", "lr=1e-3")
    assert said.code == 0
    assert sweep.frame().runs["outcome"].tolist() == ["DIVERGED"]


def test_what_has_a_target_stands_on_an_axis_beside_what_has_none(own: Own) -> None:
    said = own(*NET, "problem.model.width=4", "problem.loss=mse,{_target_:my_models.loss}", "lr=1e-7", "epochs=3")
    assert (said.code, len(runs())) == (0, 2), said.err
