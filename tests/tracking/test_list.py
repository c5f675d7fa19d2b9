"""The list of sweeps: what it says is true of sweeps that ended, work, or were killed, and of earlier releases."""

import json
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mlflow import MlflowClient

import sweep
from sweep import app
from sweep.console.interruption import Interrupted
from sweep.engines.engine import Here
from sweep.tracking import listed_tag, listing, lookup, summaries
from sweep.tracking.location import absolute
from sweep.training.curve import Compute
from sweep.training.in_process import in_process
from tests.conftest import Command
from tests.tracking.killed import LRS, Killed, kill, last_point
from tests.tracking.stored import URI, settings

pytestmark = pytest.mark.usefixtures("ready_store", "a_chunk_is_a_point")


def _sweep(lrs: Sequence[float] = LRS, engine: Compute = in_process) -> None:
    app.run([settings(lr=lr) for lr in lrs], Here(engine))


def _listed(command: Command, *words: str) -> list[dict[str, Any]]:
    said = command("--json", *words, module="sweep.list")
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def _summary() -> tuple[MlflowClient, str]:
    client = MlflowClient(absolute(URI))
    experiment = client.get_experiment_by_name("sweep")
    assert experiment is not None
    (run,) = client.search_runs([experiment.experiment_id], "tags.kind = 'summary'")
    return client, run.info.run_id


def test_a_line_says_what_varied_what_came_of_it_and_what_is_best(command: Command) -> None:
    assert command("lr=1e-2,1e-3", "scale=1,0.1", "epochs=5", "name=mine").code == 0
    said = command(module="sweep.list")
    header, line, legend = said.out.splitlines()
    assert header.split() == ["name", "id", "when", "varied", "outcomes", "best", "size", "state"]
    assert (line.split()[0], line.split()[-1], " 2u 2d " in line) == ("mine", "done", True)
    assert "c converged" in legend
    ((one),) = _listed(command)
    assert one["varied"] == "lr=0.01,0.001 scale=1,0.1"
    assert one["best"] == "lr=0.01 scale=0.1"
    assert one["counts"] == {"UNFINISHED": 2, "DIVERGED": 2}
    runs = sweep.frame().runs
    assert one["loss"] == runs[runs["outcome"] != "DIVERGED"]["final_loss"].min()
    assert one["bytes"] > 4 * 6_000


def test_lines_are_no_wider_than_a_hundred_columns_and_the_last_sweep_is_first(command: Command) -> None:
    wide = [f"init.b={n}" for n in range(3)]
    for n, word in enumerate(wide):
        assert (
            command("lr=1e-2,1.23456789e-3", "scale=0.123456789,0.1", "epochs=1", word, f"name=a-long-name-{n}").code
            == 0
        )
    said = command("-n", "2", module="sweep.list").out.splitlines()
    assert max(map(len, said)) <= 100
    assert "…" in said[1]
    assert "--all" in said[-1]
    assert [each["name"] for each in _listed(command, "--all")] == [f"a-long-name-{n}" for n in (2, 1, 0)]
    assert len(_listed(command, "-n", "1")) == 1


@pytest.mark.parametrize("known", [True, False], ids=["tables", "search"])
def test_a_sweep_at_work_is_listed_with_its_share_and_what_it_has_committed(
    command: Command, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    seen: list[dict[str, Any]] = []

    def look() -> None:
        with monkeypatch.context() as patched:
            for module in (lookup, summaries):
                patched.setattr(module, "is_known_database", lambda _: known)
            seen.extend(_listed(command))

    _sweep(engine=last_point(look))
    (one,) = seen
    assert (one["state"], round(one["done"], 2)) == ("running", 0.67)
    assert one["counts"] == {"UNFINISHED": 2, "NOT RUN": 1}
    assert one["best"] == ""
    (one,) = _listed(command)
    assert (one["state"], one["done"], one["counts"]) == ("done", 1.0, {"UNFINISHED": 3})


@pytest.mark.parametrize(("seconds", "state"), [(0, "running"), (30, "running"), (31, "silent"), (91, "killed")])
def test_of_a_sweep_that_says_nothing_the_list_tells_when_it_counts_as_killed(seconds: float, state: str) -> None:
    assert listing.state("RUNNING", seconds) == state


def test_of_a_process_that_is_gone_without_a_word_the_list_says_what_it_had_committed(command: Command) -> None:
    with pytest.raises(Killed):
        _sweep(engine=last_point(kill))
    client, run_id = _summary()
    client.update_run(run_id, status="RUNNING")
    client.set_tag(run_id, "heartbeat", (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="seconds"))
    assert "killed 66 %" in command(module="sweep.list").out
    (one,) = _listed(command)
    assert one["counts"] == {"UNFINISHED": 2, "NOT RUN": 1}


def test_a_sweep_that_was_interrupted_is_listed_as_its_report_has_it(command: Command) -> None:
    with pytest.raises(Interrupted):
        _sweep(engine=last_point(lambda: signal.raise_signal(signal.SIGINT)))
    (one,) = _listed(command)
    assert (one["state"], one["counts"]) == ("killed", {"UNFINISHED": 2, "NOT RUN": 1})
    assert one["best"] == "lr=0.01"
    _sweep()
    (one,) = _listed(command)
    assert (one["state"], one["counts"]) == ("done", {"UNFINISHED": 3})


def test_a_sweep_of_an_earlier_release_is_counted_and_a_spoiled_tag_is_none(command: Command) -> None:
    with pytest.raises(Interrupted):
        _sweep(engine=last_point(lambda: signal.raise_signal(signal.SIGINT)))
    _sweep()  # Its metrics still say that one was not run.
    client, run_id = _summary()
    client.delete_tag(run_id, listed_tag.TAG)
    (earlier,) = _listed(command)
    assert (earlier["state"], earlier["counts"], earlier["points"]) == ("done", {"UNFINISHED": 3}, 3)
    assert (earlier["varied"], earlier["best"]) == ("", "")
    for value in ("", "[]", '{"points": -1}', '{"counts": {"FAILED": "x"}}', "{" * 6000):
        client.set_tag(run_id, listed_tag.TAG, value)
        (one,) = _listed(command)
        assert (one["state"], one["counts"], one["varied"]) == ("done", {"UNFINISHED": 3}, ""), value


def test_runs_that_sweeps_share_count_in_each(command: Command) -> None:
    _sweep(LRS[:2])
    _sweep()
    assert [each["counts"] for each in _listed(command)] == [{"UNFINISHED": 3}, {"UNFINISHED": 2}]


def test_without_a_store_or_a_sweep_one_message_says_so(command: Command) -> None:
    said = command(module="sweep.list")
    assert (said.code, "nothing there yet" in said.err) == (1, True)
    MlflowClient(absolute(URI)).create_experiment("sweep", tags={"sweep.artifacts": "artifacts"})
    said = command(module="sweep.list")
    assert (said.code, "no sweep yet" in said.err) == (1, True)
    assert _listed(command) == []
    assert command("-n", "0", module="sweep.list").code == 1
    assert command("-n", "x", module="sweep.list").code == 2


def test_python_has_the_same_rows_with_types(command: Command) -> None:
    command("lr=1e-2,1e-3", "epochs=1")
    command("lr=1e-2,1e-4", "epochs=1", "name=second")
    table = sweep.sweeps()
    assert list(table["id"]) == [each["sweep_id"] for each in _listed(command)]
    assert str(table["when"].dtype).endswith("UTC]")
    assert table["converged"].dtype == "Int64"
    assert table["unfinished"].sum() == 4
    assert list(table["name"].fillna("")) == ["second", ""]
    assert list(table["state"]) == ["done", "done"]
    assert list(table["done"]) == [1, 1]
    assert len(sweep.sweeps(1)) == 1
    with pytest.raises(sweep.BadInput, match="n=0"):
        sweep.sweeps(0)
