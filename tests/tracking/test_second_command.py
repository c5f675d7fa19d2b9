"""A second command on a real SQLite store: what counts as done, and what is trained again."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep import app
from sweep.engines.engine import Here
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import record
from sweep.tracking.location import absolute
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.tracking.stored import FOUR, URI, opened, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")


def test_the_same_command_trains_nothing_again_and_opens_the_same_summary_run(command: Command) -> None:
    first, second = command(*FOUR), command(*FOUR)
    assert "0 done already, 4 to train" in first.out
    assert "4 done already, 0 to train" in second.out
    assert len(runs()) == 4
    (summary,) = runs("summary")
    assert summary.info.status == "FINISHED"
    assert summary.data.metrics["diverged"] == 1
    assert first.out.splitlines()[1:] == second.out.splitlines()[1:]


def test_an_extended_grid_trains_only_what_is_new_and_counts_reused_runs_as_members(command: Command) -> None:
    command("lr=1e-2", "epochs=5")
    said = command("lr=1e-2,1e-3", "epochs=5")
    assert "1 done already, 1 to train" in said.out
    store = opened()
    members = MlflowClient(absolute(URI)).search_runs(
        [store.experiment_id], f"tags.`in_sweep.{record.load(store, record.find(store, None)).plan.sweep_id}` = 'true'"
    )
    assert len(members) == 2


def test_a_reused_run_is_named_by_what_tells_it_from_the_others_of_the_sweep(command: Command) -> None:
    def names() -> list[str]:
        return sorted(run.info.run_name for run in runs())

    command("lr=1e-2,1e-3,1e-4", "epochs=5")
    by_hand = next(run for run in runs() if run.data.params["lr"] == "0.0001")
    MlflowClient(absolute(URI)).update_run(by_hand.info.run_id, name="mine")
    wide = [f"lr={lr} init.w={w} scale=0.1 epochs=5" for lr in ("0.001", "0.01") for w in ("1", "2")]
    mine = ["lr=0.0001 init.w=2 scale=0.1 epochs=5", "mine"]
    for command_line in (["lr=1e-2,1e-3,1e-4", "init.w=1,2", "epochs=5"], ["lr=1e-2,1e-3,1e-4", "epochs=5"]):
        assert command(*command_line).code == 0
        assert names() == sorted([*wide, *mine])
        assert all(run.data.tags["mlflow.runName"] == run.info.run_name for run in runs())


def test_rerun_makes_a_new_attempt_which_the_plan_names(command: Command) -> None:
    command("epochs=5")
    said = command("epochs=5", "rerun=true")
    assert "0 done already, 1 to train" in said.out
    newest = max(runs(), key=lambda run: int(run.data.tags["attempt"]))
    assert sorted(run.data.tags["attempt"] for run in runs()) == ["1", "2"]
    store = opened()
    attempt = record.load(store, record.find(store, None)).attempts[newest.data.tags["key"]]
    assert (attempt.run_id, attempt.number) == (newest.info.run_id, 2)


def test_a_run_deleted_in_mlflow_counts_as_not_done(command: Command) -> None:
    command("epochs=5")
    MlflowClient(absolute(URI)).delete_run(runs()[0].info.run_id)
    assert "0 done already, 1 to train" in command("epochs=5").out
    assert len(runs()) == 1


def test_a_damaged_part_is_trained_again(command: Command, tmp_path: Path) -> None:
    command("epochs=5")
    (part,) = tmp_path.rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-9] + b"unreadable")
    said = command(module="sweep.report")
    assert said.code == 1
    assert part.name in said.err
    again = command("epochs=5")
    assert "0 done already, 1 to train" in again.out
    assert f"{part.name} of run {part.parts[-4]} is missing or damaged: 1 point to be trained again" in again.err
    assert command(module="sweep.report").code == 0


def test_a_failed_point_exits_with_3_and_keeps_its_error_on_its_run_while_others_finish(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if any(each.lr == 0.5 for each in points):
            raise MemoryError("out of | memory")
        return in_process.in_process(points, problems)

    asked = [settings(lr=lr) for lr in (1e-2, 0.5, 1e-3)]
    assert app.run(asked, Here(fails)) == 3
    by_status = {run.info.status: run for run in runs()}
    failed = by_status["FAILED"]
    assert sorted(run.info.status for run in runs()) == ["FAILED", "FINISHED", "FINISHED"]
    assert (failed.data.tags["error_kind"], failed.data.tags["error_message"]) == ("MemoryError", "out of | memory")
    trace = opened().artifacts.get(failed.info.run_id, "traceback.txt").decode()
    assert 'raise MemoryError("out of | memory")' in trace
    said = capsys.readouterr()
    assert "1 failed" in said.out
    assert "MemoryError: out of | memory" in said.err
    report = next(Path("outputs").glob("sweep-*/report.md")).read_text()
    assert "Failed to execute" in report
    assert r"MemoryError: out of \| memory" in report

    assert app.run(asked, Here(in_process.in_process)) == 0
    assert "2 done already, 1 to train" in capsys.readouterr().out


def test_a_reused_run_says_what_varies_now_though_it_is_at_a_default(command: Command) -> None:
    command("lr=1e-2", "epochs=5")
    assert "optimizer.momentum" not in runs()[0].data.params
    command("lr=1e-2,1e-3", "optimizer.momentum=0,0.9", "epochs=5")
    assert sorted(run.data.params["optimizer.momentum"] for run in runs()) == ["0.0", "0.0", "0.9", "0.9"]
