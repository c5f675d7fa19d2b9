"""Summary runs that something else than a sweep at work has left: which one is read, and which ones are closed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import answers
from sweep.tracking.location import absolute
from sweep.training import compute
from sweep.training.curve import Result
from tests.conftest import Command
from tests.tracking.stored import URI, runs

BEATS = ("2001-01-01T00:00:00+00:00", "2199-01-01T00:00:00+00:00", "9999-12-31T23:59:59")
"""Heartbeats of no sweep at work: long ago, and by clocks that were wrong."""

UNREADABLE = ("soon", "0001-01-01T00:00:00")
"""Heartbeats instead of which the run's start counts."""


def another_of(summary: Run, **tags: str) -> str:
    """A summary run of the same sweep, RUNNING, as one that a sweep has left that was killed at its very beginning."""
    own = {key: value for key, value in summary.data.tags.items() if not key.startswith("mlflow.")}
    run = MlflowClient(absolute(URI)).create_run(summary.info.experiment_id, tags={**own, **tags})
    return str(run.info.run_id)


@pytest.mark.usefixtures("ready_store")
def test_of_several_summary_runs_of_a_sweep_one_that_is_finished_is_read(command: Command) -> None:
    command("lr=1e-2,1e-3", "epochs=5")
    (page,) = Path("outputs").glob("sweep-*/report.html")
    content = page.read_bytes()
    (summary,) = runs("summary")
    for _ in range(3):
        another_of(summary)
    for words in ((), (summary.data.tags["sweep_id"][:8],)):
        assert command(*words, module="sweep.replay").code == 0
        page.unlink()
        assert command(*words, module="sweep.report").code == 0
        assert page.read_bytes() == content


@pytest.mark.usefixtures("ready_store")
def test_a_summary_run_that_does_not_beat_is_closed_whatever_its_heartbeat_says(command: Command) -> None:
    command("epochs=5")
    (summary,) = runs("summary")
    left = {another_of(summary, sweep_id="0" * 16, heartbeat=beat): beat for beat in BEATS + UNREADABLE}
    said = command("epochs=6")
    assert (said.code, said.err) == (0, "")
    there = {run.info.run_id: run.info.status for run in runs("summary")}
    expected = dict.fromkeys(BEATS, "KILLED") | dict.fromkeys(UNREADABLE, "RUNNING")
    assert {left[run_id]: there[run_id] for run_id in left} == expected


def test_an_execution_that_begins_meanwhile_is_no_write_that_got_lost(
    command: Command, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the summary run of the same sweep for its own: the heartbeat, the status."""
    check = answers.check

    def begin_and_check(client: MlflowClient, run_id: str, holds: Callable[[Run], bool]) -> None:
        if client.get_run(run_id).data.tags["kind"] == "summary":
            client.set_tag(run_id, "heartbeat", (datetime.now(UTC) + timedelta(seconds=1)).isoformat())
            client.update_run(run_id, status="RUNNING")
        check(client, run_id, holds)

    monkeypatch.setattr(answers, "check", begin_and_check)
    said = command("epochs=5", f"tracking.uri={server}", "tracking.patience=1")
    assert (said.code, said.err) == (0, "")


def delete(client: MlflowClient, run_id: str) -> None:
    client.delete_run(run_id)


def set_aside(client: MlflowClient, run_id: str) -> None:
    client.set_tag(run_id, "kind", "surplus")


@pytest.mark.parametrize("settle", [delete, set_aside])
def test_a_summary_run_that_an_equal_execution_settles_away_stands_again_with_the_one_that_works(
    command: Command, server: str, monkeypatch: pytest.MonkeyPatch, settle: Callable[[MlflowClient, str], None]
) -> None:
    """One execution has closed the run that both share, and one with a summary run of its own has ended later."""
    train = compute.compute

    def meanwhile(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
        (shared,) = runs("summary", uri=server)
        MlflowClient(server).set_terminated(shared.info.run_id, "FINISHED")
        settle(MlflowClient(server), shared.info.run_id)
        return train(points, problems)

    monkeypatch.setattr(compute, "compute", meanwhile)
    said = command("epochs=5", f"tracking.uri={server}", "tracking.patience=1")
    assert (said.code, said.err) == (0, "")
    (stands,) = runs("summary", uri=server)
    assert (stands.info.status, stands.data.metrics["unfinished"]) == ("FINISHED", 1)
    assert command(f"tracking.uri={server}", module="sweep.replay").code == 0
