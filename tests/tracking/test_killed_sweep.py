"""A sweep that is killed, or works still: what it has committed is reported, and an interrupted rerun goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sweep
from sweep import app
from sweep.engines.engine import Here
from sweep.errors import Exit, StoreAway
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.tracking import lookup, sweeps, writers
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.store import Store
from sweep.training.curve import Compute, Curve
from sweep.training.in_process import in_process
from tests.conftest import Command
from tests.tracking.killed import LRS, Killed, kill, last_point
from tests.tracking.stored import URI, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store", "a_chunk_is_a_point")


def _sweep(engine: Compute = in_process, *, rerun: bool = False) -> Exit:
    return app.run([replace(settings(lr=lr), rerun=rerun) for lr in LRS], Here(engine))


def _attempts() -> list[list[int]]:
    """The numbers of the attempts in the store, point by point."""
    found = [(float(run.data.params["lr"]), int(run.data.tags["attempt"])) for run in runs()]
    return [sorted(number for lr, number in found if lr == each) for each in LRS]


def _reported(command: Command) -> tuple[list[str], str]:
    """What a frame and the report say of the points."""
    assert command(module="sweep.report").code == 0
    (report,) = Path("outputs").glob("sweep-*/report.md")
    return list(sweep.frame().runs["status"]), report.read_text()


def test_a_sweep_that_works_is_reported_with_what_it_has_committed(command: Command) -> None:
    seen = []
    _sweep(last_point(lambda: seen.append(_reported(command))))
    ((states, report),) = seen
    assert states == ["FINISHED", "FINISHED", "NOT RUN"]
    assert "2 unfinished, 1 not run" in report


@pytest.mark.parametrize("known", [True, False], ids=["tables", "search"])
def test_a_sweep_that_was_killed_is_reported_with_what_it_has_committed(
    command: Command, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    with pytest.raises(Killed):
        _sweep(last_point(kill))
    monkeypatch.setattr(lookup, "is_known_database", lambda _: known)
    states, report = _reported(command)
    assert states == ["FINISHED", "FINISHED", "NOT RUN"]
    assert "2 unfinished, 1 not run" in report
    _sweep()
    assert _reported(command)[0] == ["FINISHED"] * 3
    assert _attempts() == [[1]] * 3


def _killed_at(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Kill what is run from here on when its last part is there and no run names it; or when its last run is there."""
    if place == "before the plan":
        monkeypatch.setattr(sweeps.SweepRun, "settled", lambda _: kill())
        return
    written = []

    def kills(store: Store) -> Callable[..., Any]:
        def writes(*given: Any) -> Any:
            written.append(given)
            if len(written) == len(LRS):
                kill()
            return writers.writer_for(store)(*given)

        return writes

    monkeypatch.setattr(sweeps, "writer_for", kills)


@pytest.mark.parametrize(
    ("place", "done", "there"),
    [
        ("before the runs of its last part", 2, "a file"),
        ("before the runs of its last part", 2, "a server"),
        ("before the plan", 3, "a file"),
    ],
)
def test_wherever_a_sweep_is_killed_each_run_that_is_committed_counts(
    command: Command, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, there: str, place: str, done: int
) -> None:
    uri = request.getfixturevalue("server") if there == "a server" else URI
    for attempt in (1, 2):
        points = [replace(settings(uri, lr=lr), rerun=attempt > 1) for lr in LRS]
        with monkeypatch.context() as patch:
            _killed_at(patch, place)
            with pytest.raises(Killed):
                app.run(points, Here(in_process))
        found = sweep.frame(curves=False, uri=uri)
        finished = [attempt] * done + [attempt - 1] * (len(LRS) - done)
        assert found["attempt"].fillna(0).tolist() == finished
        assert found["status"].tolist() == ["FINISHED" if each else "NOT RUN" for each in finished]
        assert sweep.frame(where={"attempt": attempt}, uri=uri).curves["key"].nunique() == done
        assert "was interrupted" in command(f"tracking.uri={uri}", module="sweep.report").out
        (report,) = Path("outputs").glob("sweep-*/runs.csv")
        assert pd.read_csv(report)["final_loss"].notna().tolist() == [each > 0 for each in finished]
        if attempt == 1:
            assert app.run([settings(uri, lr=lr) for lr in LRS], Here(in_process)) == Exit.OK


def test_a_rerun_that_was_killed_goes_on_and_the_next_one_begins_anew(command: Command) -> None:
    _sweep()
    with pytest.raises(Killed):
        _sweep(last_point(kill), rerun=True)
    assert list(sweep.frame().runs["attempt"]) == [2, 2, 1]
    assert "2 done already, 1 to train" in command("lr=1e-2,1e-3,1e-4", "epochs=5", "rerun=true", "dry_run=true").out
    _sweep(rerun=True)
    assert _attempts() == [[1, 2]] * 3
    _sweep(rerun=True)
    assert _attempts() == [[1, 2, 3]] * 3


def test_a_rerun_that_was_killed_is_given_up_by_a_command_without_it() -> None:
    _sweep()
    with pytest.raises(Killed):
        _sweep(last_point(kill), rerun=True)
    _sweep()
    assert _attempts() == [[1, 2], [1, 2], [1]]
    _sweep(rerun=True)
    assert _attempts() == [[1, 2, 3], [1, 2, 3], [1, 2]]


def test_a_rerun_whose_store_failed_goes_on_with_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    _sweep()

    def away(*_: object) -> None:
        raise StoreAway("away")

    with monkeypatch.context() as patched, pytest.raises(StoreAway):
        _sweep(last_point(lambda: patched.setattr(FolderArtifacts, "put", away)), rerun=True)
    assert _attempts() == [[1, 2], [1, 2], [1]]

    def untrained(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        raise AssertionError(points)

    assert _sweep(untrained, rerun=True) == Exit.OK
    assert _attempts() == [[1, 2]] * 3
