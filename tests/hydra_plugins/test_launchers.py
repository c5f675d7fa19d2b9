"""Hydra's own launchers train the points too, and leave the same runs, curves and report as the batches do."""

from pathlib import Path

import pytest
from mlflow.entities import Run
from omegaconf import DictConfig

from hydra_plugins.sweep_grid import BatchLauncher, _jobs, _worker
from sweep.settings.schema import DType, Gradient
from sweep.training.curve import Result
from tests.conftest import Command, point
from tests.hydra_plugins.expanded import by_hydra
from tests.problem.made import data as data_of
from tests.tracking.stored import runs


def scientific(run: Run) -> tuple[object, ...]:
    tags = {k: v for k, v in run.data.tags.items() if not k.startswith(("mlflow.", "curve_run", "curve_part"))}
    return run.info.status, run.data.params, run.data.metrics, tags


@pytest.mark.parametrize("launcher", ["basic", "joblib"])
def test_a_launcher_of_hydra_leaves_the_same_rows_and_report(
    command: Command, ready_store: Path, tmp_path: Path, launcher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = ("lr=1e-2,1e-4", "scale=1,0.1", "epochs=40")
    with monkeypatch.context() as patch:
        patch.setattr(BatchLauncher, "engine", None)  # Nothing is to be trained in batches of our own.
        said = command(*grid, f"hydra/launcher={launcher}")
    assert (said.code, said.err) == (0, "")
    theirs = {run.data.tags["key"]: scientific(run) for run in runs()}
    assert len(theirs) == 4
    (folder,) = (tmp_path / "outputs").glob("sweep-*")
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "provenance.json"}

    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert command(*grid).code == 0
    assert theirs == {run.data.tags["key"]: scientific(run) for run in runs()}
    (folder,) = (elsewhere / "outputs").glob("sweep-*")
    assert files == {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "provenance.json"}


def test_a_launcher_of_hydra_trains_models_as_well(command: Command, ready_store: Path, tmp_path: Path) -> None:
    """Its jobs read a text as classes for a loss of one's own, and import what stands in the current folder."""
    (tmp_path / "own_loss.py").write_text("from torch.nn.functional import cross_entropy as loss\n")
    (tmp_path / "in.csv").write_text("x,kind\n1,no\n2,no\n3,yes\n4,yes\n5,no\n")
    data = ("data=csv", "data.path=in.csv", "data.input=x", "data.target=kind", "epochs=4")
    words = (*data, "problem=mlp", "problem.model.width=2,3", "problem.loss._target_=own_loss.loss")
    said = command(*words, "hydra/launcher=basic")
    assert (said.code, said.err) == (0, "")
    theirs = {run.data.tags["key"]: scientific(run) for run in runs()}
    assert len(theirs) == 2
    assert command(*words, "rerun=true").code == 0
    again = {run.data.tags["key"]: scientific(run) for run in runs() if run.data.tags["attempt"] == "2"}
    assert {key: run[2] for key, run in again.items()} == {key: run[2] for key, run in theirs.items()}


def test_a_job_that_raises_is_a_failed_point_and_the_others_finish(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = _worker.train

    def fails(config: DictConfig) -> Result:
        if config.epochs == 4:
            raise MemoryError("no room")
        return trained(config)

    monkeypatch.setattr(_worker, "train", fails)
    said = command("epochs=3,4,5", "hydra/launcher=basic")
    assert said.code == 3
    found = {run.data.params["epochs"]: (run.info.status, run.data.tags.get("error_kind")) for run in runs()}
    assert found == {"3": ("FINISHED", None), "4": ("FAILED", "MemoryError"), "5": ("FINISHED", None)}


def test_the_overrides_of_a_job_compose_to_its_point() -> None:
    own = point(
        lr=0.1 + 0.2, init=(-1.5, 1e-7), gradient=Gradient.autograd, dtype=DType.float64, device="cuda:1", epochs=7
    )
    source = data_of("csv", path="it's, a {file}.csv", input="x y", target="$t", target_unit="m/s", store=False)
    (settings,) = by_hydra([_jobs.overrides(own, source)])
    assert (settings.lr, settings.epochs, settings.device) == (own.lr, 7, "cuda:1")
    assert (settings.init.w, settings.init.b) == own.init
    assert (settings.gradient, settings.dtype) == (own.gradient, own.dtype)
    assert settings.data == source
    made = data_of("moons", samples=30, noise=0.25, seed=7)
    (settings,) = by_hydra([_jobs.overrides(own, made)])
    assert settings.data == made
