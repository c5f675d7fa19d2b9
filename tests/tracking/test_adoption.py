"""Experiments that sweep did not make: their artifacts are found beside the store, wherever that goes, or refused."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.tracking.location import absolute
from tests.conftest import Command
from tests.tracking.stored import URI


def moved_store_reports(command: Command, experiment: str) -> bool:
    Path("elsewhere").mkdir()
    shutil.move("outputs", "elsewhere")
    where = ("tracking.uri=sqlite:///elsewhere/outputs/mlflow.db", f"tracking.experiment={experiment}")
    return command(*where, module="sweep.report").code == 0 and Path("outputs").exists()


def test_mlflows_own_experiment_keeps_its_files_beside_a_store_that_sweep_makes(command: Command) -> None:
    assert command("epochs=2", "tracking.experiment=Default").code == 0
    assert not Path("mlruns").exists()
    assert "1 done already" in command("epochs=2", "tracking.experiment=Default").out
    (summary,) = MlflowClient(absolute(URI)).search_runs(["0"], "tags.kind = 'summary'")
    assert MlflowClient(absolute(URI)).list_artifacts(summary.info.run_id)
    assert moved_store_reports(command, "Default")


@pytest.mark.usefixtures("ready_store")
def test_an_experiment_with_its_files_beside_the_store_is_taken(command: Command) -> None:
    client = MlflowClient(absolute(URI))
    client.create_experiment("mine", artifact_location=str(Path("outputs/artifacts").absolute()))
    assert command("epochs=2", "tracking.experiment=mine").code == 0
    assert moved_store_reports(command, "mine")


@pytest.mark.usefixtures("ready_store")
def test_an_experiment_with_its_files_elsewhere_is_refused(command: Command, tmp_path: Path) -> None:
    locations = (None, "/tmp/of/another", "file:///tmp/of/another", "outputs/artifacts/x", "outputs")
    for number, location in enumerate(locations):
        MlflowClient(absolute(URI)).create_experiment(f"mine{number}", artifact_location=location)
    before = sorted(tmp_path.rglob("*"))
    for name in ("Default", *(f"mine{number}" for number in range(len(locations)))):
        said = command("epochs=2", f"tracking.experiment={name}")
        assert (said.code, "sweep did not make this experiment" in said.err) == (1, True), name
        assert "give another tracking.experiment=NAME" in said.err
        assert command("epochs=2", f"tracking.experiment={name}", "dry_run=true").code == 0
    assert [path for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [
        path for path in before if path.is_file()
    ]
    with sqlite3.connect("outputs/mlflow.db") as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
