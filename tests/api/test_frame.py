"""``sweep.frame``: the tables of a sweep in a real store, and the example that uses them."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

import sweep
from sweep import app
from sweep.engines.engine import Here
from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.curve import Curve
from tests import golden
from tests.conftest import Command, point
from tests.quick_start import run
from tests.tracking.stored import FOUR, URI, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")

EXAMPLE = Path(__file__).parent.parent.parent / "docs" / "in_pandas.py"
PROVENANCE = ["run_id", "attempt", "curve_run"]


def test_runs_are_those_of_the_report_with_the_run_that_stands_for_each_point(command: Command) -> None:
    command(*FOUR)
    found = sweep.frame().runs
    (path,) = Path("outputs").glob("sweep-*/runs.csv")
    report = pd.read_csv(path, keep_default_na=False, dtype=str)
    assert [*report.columns, *PROVENANCE] == list(found.columns)
    assert found["key"].tolist() == report["key"].tolist()
    assert found["final_loss"].map(repr).tolist() == report["final_loss"].tolist()
    client = MlflowClient(absolute(URI))
    for row in found.to_dict("records"):
        run = client.get_run(row["run_id"])
        assert (run.data.tags["key"], run.data.params["lr"]) == (row["key"], repr(row["lr"]))
        assert (run.data.tags["attempt"], run.data.tags["curve_run"]) == (str(row["attempt"]), row["curve_run"])


def test_columns_have_types_even_where_all_are_missing(command: Command) -> None:
    command("epochs=5")
    found, curves = sweep.frame()
    assert found["outcome"].cat.categories.tolist() == ["CONVERGED", "UNFINISHED", "DIVERGED"]
    kinds = {str(kind) for kind in found.dtypes}
    assert kinds == {"float64", "int64", "Int64", "string", "category"}
    assert [str(found[name].dtype) for name in ("lr", "epochs", "first_inf", "error_kind", "run_id", "attempt")] == [
        "float64", "int64", "Int64", "string", "string", "Int64",
    ]  # fmt: skip
    assert [str(kind) for kind in curves.dtypes] == ["category", "int64", "float64"]


def test_the_newest_attempt_stands_and_a_reused_run_names_the_sweep_that_trained_it(command: Command) -> None:
    command("epochs=5", "name=first")
    command("epochs=5", "rerun=true", "name=first")
    command("epochs=5,6", "name=second")
    first, second = sweep.frame("first").runs, sweep.frame("second").runs
    assert second["attempt"].tolist() == [2, 1]
    assert second["run_id"][0] == first["run_id"][0]
    own, other = sorted(runs("summary"), key=lambda run: run.data.tags["name"], reverse=True)
    assert second["curve_run"].tolist() == [other.info.run_id, own.info.run_id]


def test_curves_hold_every_loss_exactly_and_end_with_the_final_one(
    command: Command, problems: dict[Task, Problem]
) -> None:
    command("lr=1e-2", "scale=1,0.1", "epochs=30,40", "dtype=float32")
    found, curves = sweep.frame()
    assert len(curves) == 31 + 41 + 31 + 41
    for row in found.to_dict("records"):
        (curve,) = in_process.in_process([point(scale=row["scale"], epochs=row["epochs"])], problems)
        own = curves[curves["key"] == row["key"]]
        assert own["epoch"].tolist() == list(range(row["epochs"] + 1))
        expected = np.append(curve.losses.astype(np.float64), curve.final_loss)
        assert own["loss"].to_numpy().tobytes() == expected.tobytes()
    assert np.isinf(curves["loss"]).any()
    assert np.isnan(curves["loss"]).any()
    joined = curves.merge(found[["key", "scale"]], on="key")
    assert joined.groupby("scale").size().to_dict() == {1.0: 72, 0.1: 72}


def test_points_that_failed_or_were_not_run_have_a_row_and_no_curve(capsys: pytest.CaptureFixture[str]) -> None:
    def fails_then_stops(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if any(each.epochs == 6 for each in points):
            raise MemoryError("no room")
        return in_process.in_process(points, problems)

    assert app.run([settings(epochs=5), settings(epochs=6)], Here(fails_then_stops)) == 3
    found, curves = sweep.frame()
    assert found["status"].tolist() == ["FINISHED", "FAILED"]
    assert found["attempt"].tolist() == [1, 1]
    assert found["curve_run"].isna().tolist() == [False, True]
    assert found["error_kind"].isna().tolist() == [True, False]
    assert len(curves) == 6
    assert app.run([settings(epochs=6)], Here(fails_then_stops)) == 3
    found, curves = sweep.frame()
    assert (len(found), len(curves)) == (1, 0)
    assert [str(kind) for kind in curves.dtypes] == ["category", "int64", "float64"]


def test_the_table_of_settings_is_what_pandas_makes_of_the_runs(command: Command) -> None:
    command("lr=0.01,0.03,0.035", "start=random", "seed=range(4)", "epochs=570")
    runs, table = sweep.frame().runs, sweep.frame(repeats=True)
    standing = runs[runs["outcome"] != "DIVERGED"].groupby("lr")["final_loss"].agg(["mean", "std"])
    joined = table.set_index("lr").join(standing)
    np.testing.assert_allclose(joined["final_loss_mean"], joined["mean"], rtol=1e-14)
    np.testing.assert_allclose(joined["final_loss_std"], joined["std"], rtol=1e-11)
    counts = pd.crosstab(runs["lr"], runs["outcome"])
    for outcome in ("CONVERGED", "UNFINISHED", "DIVERGED"):
        expected = counts[outcome] if outcome in counts else 0 * counts["DIVERGED"]
        assert table.set_index("lr")[outcome.lower()].tolist() == expected.tolist()
    assert table["runs"].tolist() == [4, 4, 4]
    assert {str(table[name].dtype) for name in ("start", "data", "fingerprint")} == {"string"}
    (path,) = Path("outputs").glob("sweep-*/settings.csv")
    assert list(pd.read_csv(path).columns) == list(table.columns)


def test_another_store_and_experiment_are_named_as_on_the_command_line(command: Command) -> None:
    store: dict[str, Any] = {"uri": "sqlite:///outputs/it's another.db", "experiment": "a, b"}
    command("epochs=7", f'tracking.uri="{store["uri"]}"', "tracking.experiment='a, b'")
    assert sweep.frame(**store).runs["epochs"].tolist() == [7]
    with pytest.raises(BadInput, match="nothing there yet"):
        sweep.frame()
    with pytest.raises(BadInput, match="0 sweeps fit"):
        sweep.frame("another", **store)


def test_importing_the_package_brings_nothing_heavy_and_only_what_is_there() -> None:
    code = (
        "import sweep, sys; print(*{'pandas', 'numpy', 'mlflow', 'torch', 'hydra'} & set(sys.modules)); sweep.nothing"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "\n"
    assert "AttributeError: module 'sweep' has no attribute 'nothing'" in done.stderr
    assert dir(sweep) == sorted(sweep.__all__)


def test_the_first_thing_a_script_does_may_be_in_a_folder_that_is_gone(tmp_path: Path) -> None:
    code = "import os, sweep; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); sweep.frame()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "BadInput: the current folder: No such file or directory" in done.stderr


def test_the_example_of_the_documents_runs_and_says_this(command: Command, tmp_path: Path) -> None:
    assert command("grid=seed").code == 0
    done = run([sys.executable, str(EXAMPLE)], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    golden.check(Path(__file__).parent.parent / "reference" / "in_pandas.txt", done.stdout)
