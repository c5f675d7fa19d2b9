"""Replay: what is trained again from the store alone equals what the store holds, or the first difference is named."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient

from sweep import app
from sweep.data.table_file import Files
from sweep.engines.engine import Here
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.bitwise import first_difference
from sweep.training.curve import Curve, Failure
from tests.conftest import Command, point
from tests.tracking.stored import URI, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")

CSV = ("data=csv", "data.path=my.csv", "data.input=x", "data.target=y", "epochs=5")
READINGS = "x,y\n1,2\n2,3.25\n4,9\n"


def client() -> MlflowClient:
    return MlflowClient(absolute(URI))


def test_a_sweep_is_identical_with_all_its_outcomes_gradients_and_formats(command: Command) -> None:
    grid = ("lr=3e-2,1e-4", "scale=1,0.1", "epochs=50,600", "dtype=float32,float64")
    trained = command(*grid, "gradient=analytic,finite_difference").out
    assert all(f" {outcome}" in trained for outcome in ("converged", "unfinished", "diverged"))
    said = command(module="sweep.replay")
    assert (said.code, said.err) == (0, "")
    assert "Replayed 32 runs of sweep" in said.out
    assert "10,400 epochs: identical, bit for bit." in said.out
    assert "Since 32 runs were trained: every version, the commit and the processor are the same." in said.out


def test_any_attempt_of_a_point_is_replayed_by_the_id_of_its_run_and_a_summary_run_is_its_sweep(
    command: Command,
) -> None:
    command("epochs=5,6")
    command("epochs=5,6", "rerun=true")
    assert len(runs()) == 4
    for run in runs():
        said = command(run.info.run_id, module="sweep.replay")
        assert (said.code, "Replayed 1 run of sweep" in said.out) == (0, True)
    assert "Replayed 2 runs" in command(runs("summary")[0].info.run_id, module="sweep.replay").out


def test_the_first_epoch_and_value_that_differ_are_named_and_the_exit_code_is_5(
    command: Command, problems: dict[Task, Problem]
) -> None:
    def wrong(points: Sequence[Point], given: Mapping[Task, Problem]) -> list[Curve]:
        curves = in_process.in_process(points, given)
        for curve in curves[:1]:
            curve.losses[[3, 4]] = np.nextafter(curve.losses[[3, 4]], np.float32(np.inf))
        return curves

    app.run([settings(lr=lr) for lr in (1e-2, 1e-3)], Here(wrong))
    (true,) = in_process.in_process([point(epochs=5)], problems)
    said = command(module="sweep.replay")
    assert said.code == 5
    stored = np.nextafter(true.losses[3], np.float32(np.inf))
    assert f"lr=0.01 scale=0.1 epochs=5, run {_run_of('0.01')}: differs from epoch 3 on" in said.out
    assert f"loss {stored} stored, {true.losses[3]} now" in said.out
    assert "1 identical, 1 different." in said.out
    assert command(_run_of("0.001"), module="sweep.replay").code == 0


def _run_of(lr: str) -> str:
    run_id: str = next(run.info.run_id for run in runs() if run.data.params["lr"] == lr)
    return run_id


CURVE = Curve(np.array([3.0, 0.0, np.nan], np.float32), (1.0, 2.0), 0.5, False)


@pytest.mark.parametrize(
    ("again", "words"),
    [
        (CURVE, ""),
        (replace(CURVE, losses=np.array([3.0, 0.0, -np.nan], np.float32)), ""),
        (replace(CURVE, losses=np.array([3.0, -0.0, 1.0], np.float32)), "from epoch 1 on: loss 0.0 stored, -0.0 now"),
        (replace(CURVE, losses=np.array([3.0, 0.0, np.inf], np.float32)), "from epoch 2 on: loss nan stored, inf now"),
        (replace(CURVE, final_loss=0.25), "another final loss: 0.5 stored, 0.25 now"),
        (replace(CURVE, parameters=(1.0, -2.0)), "another final b: 2.0 stored, -2.0 now"),
        (replace(CURVE, stalled=True), "stalled"),
        (Failure("MemoryError", "no room"), "failed to execute: MemoryError: no room"),
    ],
)
def test_a_difference_is_one_of_bits_but_for_the_bits_of_a_nan(again: Curve | Failure, words: str) -> None:
    found = first_difference(CURVE, again, ("w", "b"))
    assert words in found
    assert bool(words) == bool(found)


def test_what_changed_since_the_runs_were_trained_is_told(command: Command) -> None:
    command("epochs=5,6")
    first, second = runs()
    client().set_tag(first.info.run_id, "versions", first.data.tags["versions"].replace("torch 2", "torch 1"))
    client().set_tag(first.info.run_id, "mlflow.source.git.commit", "0" * 40)
    client().set_tag(first.info.run_id, "git_dirty", "true")
    said = command(module="sweep.replay")
    assert "Since 1 run was trained: every version, the commit and the processor are the same." in said.out
    (line,) = [line for line in said.out.splitlines() if "torch" in line]
    now = version("torch")
    assert f"torch {now.replace('2', '1', 1)}" in line
    assert f"is now {now}" in line
    assert "commit 000000000000 with changes is now" in line
    assert "torch" not in command(second.info.run_id, module="sweep.replay").out


def test_another_processor_or_host_than_trained_a_run_is_told_and_none_of_an_earlier_release(command: Command) -> None:
    command("epochs=5,6,7")
    first, second, third = runs()
    client().set_tag(first.info.run_id, "worker.processor", "abacus")
    client().set_tag(first.info.run_id, "worker.host", "attic")
    for tag in ("worker.processor", "worker.host"):
        client().delete_tag(second.info.run_id, tag)
    said = command(module="sweep.replay")
    here = third.data.tags
    assert f"Since 1 run was trained: processor abacus is now {here['worker.processor']}." in said.out
    assert "Since 1 run was trained: every version and the commit are the same." in said.out
    assert "Since 1 run was trained: every version, the commit and the processor are the same." in said.out
    assert f"Trained on {', '.join(sorted(['attic', here['worker.host']]))}; now on {here['worker.host']}." in said.out
    assert "rained on" not in command(third.info.run_id, module="sweep.replay").out


def test_readings_come_from_the_store_so_their_file_may_be_gone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(READINGS)
    command(*CSV)
    (tmp_path / "my.csv").unlink()
    assert command(module="sweep.replay").code == 0


def test_private_readings_stay_out_of_the_store_and_are_read_again_from_their_path(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my.csv").write_text(READINGS.replace("3.25", "3.2517"))
    assert command(*CSV, "data.store=false").code == 0
    stored = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "my.csv"]
    assert stored
    assert not [path for path in stored if b"3.2517" in path.read_bytes()]
    monkeypatch.chdir(tmp_path / "outputs")
    store = f"tracking.uri=sqlite:///{tmp_path}/outputs/mlflow.db"
    for module in ("sweep.replay", "sweep.report"):
        assert command(store, module=module).code == 0


@pytest.mark.parametrize("module", ["sweep.replay", "sweep.report"])
def test_private_readings_that_have_changed_are_refused_with_both_fingerprints(
    command: Command, tmp_path: Path, module: str
) -> None:
    (tmp_path / "my.csv").write_text(READINGS)
    command(*CSV, "data.store=false")
    then = Files().read(tmp_path / "my.csv", "x", "y").fingerprint
    (tmp_path / "my.csv").write_text(READINGS.replace("3.25", "3.26"))
    now = Files().read(tmp_path / "my.csv", "x", "y").fingerprint
    said = command(module=module)
    assert said.code == 1
    assert f"data.path={tmp_path / 'my.csv'}: the readings have changed, their fingerprint is {now}" in said.err
    assert f"with the fingerprint {then}; data.store=false kept them out of the store" in said.err


def test_private_readings_that_are_gone_are_asked_for(command: Command, tmp_path: Path) -> None:
    (tmp_path / "my.csv").write_text(READINGS)
    command(*CSV, "data.store=false")
    (tmp_path / "my.csv").unlink()
    said = command(module="sweep.replay")
    assert (said.code, "my.csv: No such file" in said.err) == (1, True)
    assert "data.store=false kept them out of the store" in said.err


def test_readings_and_settings_that_were_tampered_with_are_refused(command: Command, tmp_path: Path) -> None:
    command("epochs=5")
    (plan,) = tmp_path.rglob("plan.json")
    (data,) = tmp_path.rglob("data/*.csv")
    kept = tmp_path / "kept.csv"
    shutil.copyfile(data, kept)
    data.write_text(data.read_text().replace("35.7", "35.8"))
    said = command(module="sweep.replay")
    assert (said.code, "do not have the fingerprint in their name" in said.err) == (1, True)
    shutil.copyfile(kept, data)
    document = json.loads(plan.read_text())
    document["points"][0]["lr"] = 0.5
    plan.write_text(json.dumps(document))
    said = command(module="sweep.replay")
    assert (said.code, "plan.json: points[0].key is" in said.err) == (1, True)


def test_a_run_without_a_curve_is_refused_with_the_error_that_it_failed_with(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        raise MemoryError("no room")

    app.run([settings()], Here(fails))
    said = command(runs()[0].info.run_id, module="sweep.replay")
    assert (said.code, "it failed: MemoryError: no room" in said.err) == (1, True)
    assert "no point of the sweep has a curve" in command(module="sweep.replay").err
    foreign = client().create_run("0").info.run_id
    assert f"run {foreign} has no curve" in command(foreign, module="sweep.replay").err
    assert f"run {'0' * 32}: not in this store" in command("0" * 32, module="sweep.replay").err


def test_two_sweeps_at_once_are_a_malformed_command(command: Command) -> None:
    said = command("a", "b", module="sweep.replay")
    assert (said.code, "at a time, not 2" in said.err) == (2, True)
