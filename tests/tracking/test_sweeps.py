"""A sweep in a real SQLite store, read with MLflow's own client: what stands there."""

import json
import math
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from mlflow import MlflowClient

from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import record
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, Command, point
from tests.tracking.stored import FOUR, URI, opened, runs

pytestmark = pytest.mark.usefixtures("ready_store")


def test_the_four_runs_of_the_reference_grid_stand_finished_in_the_store(command: Command) -> None:
    assert command(*FOUR).code == 0
    found = {(run.data.params["lr"], run.data.params["scale"]): run for run in runs()}
    assert sorted(found) == [("0.0001", "0.1"), ("0.0001", "1.0"), ("0.01", "0.1"), ("0.01", "1.0")]
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    assert found["0.01", "1.0"].data.tags["outcome"] == "DIVERGED"
    assert found["0.0001", "1.0"].data.tags["outcome"] == "UNFINISHED"
    assert {run.data.params["epochs"] for run in found.values()} == {"50"}
    inputs = [run.inputs.dataset_inputs for run in found.values() if run.inputs]
    assert [each[0].dataset.digest for each in inputs] == [THERMOMETER.fingerprint] * 4


def test_a_run_is_named_by_the_exact_settings_that_tell_it_from_the_others_first(command: Command) -> None:
    command("lr=0.0100000001,0.0100000002", "gradient=analytic,finite_difference", "epochs=5")
    assert sorted(run.info.run_name for run in runs()) == [
        f"lr=0.010000000{digit} gradient={gradient} scale=0.1 epochs=5"
        for digit in (1, 2)
        for gradient in ("analytic", "finite_difference")
    ]
    assert {(run.data.params["gradient"], run.data.params.get("delta")) for run in runs()} == {
        ("analytic", None),
        ("finite_difference", "0.1"),
    }


def test_a_loss_curve_in_mlflow_is_the_trained_one_up_to_its_last_finite_value(
    command: Command, problems: dict[Task, Problem]
) -> None:
    command(*FOUR)
    assert len(runs()) == 4
    for run in runs():
        lr, scale = (float(run.data.params[name]) for name in ("lr", "scale"))
        (curve,) = in_process.in_process([point(lr=lr, scale=scale, epochs=50)], problems)
        history = sorted(MlflowClient(absolute(URI)).get_metric_history(run.info.run_id, "loss"), key=lambda m: m.step)
        finite = [loss for loss in curve.losses.tolist() if math.isfinite(loss)]
        assert [m.value for m in history] == finite
        assert [m.step for m in history] == list(range(len(finite)))
        assert len(finite) == (10 if (lr, scale) == (1e-2, 1.0) else 50)


def test_final_values_are_metrics_where_finite_and_exact_text_always(command: Command) -> None:
    command("lr=1e-2", "scale=1,0.1")
    good, bad = sorted(runs(), key=lambda run: run.data.tags["outcome"])
    assert good.data.metrics["w"] == float(good.data.tags["final_w"]) == 5.367083549499512
    assert good.data.metrics["b"] == float(good.data.tags["final_b"]) == -17.301189422607422
    assert good.data.metrics["log10_final_loss"] == math.log10(good.data.metrics["final_loss"])
    assert {"w", "b", "final_loss", "log10_final_loss"}.isdisjoint(bad.data.metrics)
    assert [bad.data.tags[f"final_{name}"] for name in ("w", "b", "loss")] == ["nan", "nan", "nan"]
    assert bad.data.metrics["first_inf"] == 10


def test_exact_curves_come_back_from_the_store_bit_for_bit(command: Command) -> None:
    command(*FOUR, "dtype=float32,float64")
    store = opened()
    found = record.load(store, record.find(store, None))
    assert len(found.plan.points) == 8
    expected = in_process.in_process(found.plan.points, found.plan.problems)
    for each, curve in zip(found.plan.points, expected, strict=True):
        result = found.results[each.key]
        assert isinstance(result, Curve)
        assert result.losses.dtype == curve.losses.dtype
        assert result.losses.tobytes() == curve.losses.tobytes()
        assert np.array(result.parameters).tobytes() == np.array(curve.parameters).tobytes()


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [
        ({}, [], (URI, "sweep")),
        ({"MLFLOW_TRACKING_URI": "sqlite:///env.db"}, [], ("sqlite:///env.db", "sweep")),
        ({"MLFLOW_EXPERIMENT_NAME": "mine"}, [], (URI, "mine")),
        (
            {"MLFLOW_TRACKING_URI": "sqlite:///env.db", "MLFLOW_EXPERIMENT_NAME": "mine"},
            ["tracking.uri=sqlite:///cli.db", "tracking.experiment=other"],
            ("sqlite:///cli.db", "other"),
        ),
    ],
)
def test_the_command_line_wins_over_the_environment_and_that_over_the_default(
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    arguments: list[str],
    expected: tuple[str, str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert command("epochs=2", *arguments).code == 0
    uri, experiment = expected
    assert len(runs("point", experiment, uri)) == 1
    assert command(*arguments, module="sweep.report").code == 0


def test_tags_of_the_user_stand_on_every_run(command: Command) -> None:
    command("epochs=2", "+tracking.tags.team=blue")
    assert [run.data.tags["team"] for run in (*runs(), *runs("summary"))] == ["blue", "blue"]


def test_a_run_names_the_commit_and_versions_that_trained_it(command: Command) -> None:
    command("epochs=2")
    (run,) = runs()
    assert f"torch {torch.__version__}" in run.data.tags["versions"]
    root = Path(__file__).parents[2]
    asked = (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    told = [subprocess.run(["git", "-C", str(root), *each], capture_output=True, text=True) for each in asked]
    expected = {}
    if (root / ".git").exists() and not any(each.returncode for each in told):
        dirty = str(bool(told[1].stdout)).lower()
        expected = {"mlflow.source.git.commit": told[0].stdout.strip(), "git_dirty": dirty}
    assert {name: value for name, value in run.data.tags.items() if "git" in name} == expected


def test_everything_lies_under_outputs_and_no_folder_is_made_a_point(command: Command, tmp_path: Path) -> None:
    command(*FOUR)
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"]
    names = {path.name.split("-")[0] for path in (tmp_path / "outputs").iterdir()}  # A log may be open beside the file.
    assert names == {"artifacts", "mlflow.db", "sweep"}
    assert len(list((tmp_path / "outputs" / "artifacts").iterdir())) == 1


def test_provenance_stands_beside_the_report_and_names_every_run(command: Command) -> None:
    command(*FOUR)
    command(*FOUR)
    (path,) = Path("outputs").glob("sweep-*/provenance.json")
    found = json.loads(path.read_text())
    assert set(found["runs"]) == {run.data.tags["key"] for run in runs()}
    assert {each["run_id"] for each in found["runs"].values()} == {run.info.run_id for run in runs()}
    assert [(each["trained"], each["reused"], each["failed"]) for each in found["executions"]] == [(4, 0, 0), (0, 4, 0)]
    assert found["executions"][0]["versions"]["torch"] == torch.__version__
