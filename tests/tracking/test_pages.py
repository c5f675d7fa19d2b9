"""The comparison in a real store: views, descriptions and colours, how to get there, and a store that refuses them."""

import json
import shlex
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mlflow import MlflowClient

from sweep import app
from sweep.colours import LIGHT
from sweep.engines.engine import Here
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings import composition
from sweep.settings.schema import Tracking
from sweep.tracking import membership, pages, view
from sweep.tracking.description import NOTE, plain
from sweep.tracking.location import absolute
from sweep.training.curve import Curve
from sweep.training.in_process import in_process
from tests.conftest import Command
from tests.tracking.stored import FOUR, URI, opened, runs
from tests.tracking.stored import settings as of_point

pytestmark = pytest.mark.usefixtures("ready_store")


def experiment_tags() -> dict[str, str]:
    tags: dict[str, str] = MlflowClient(absolute(URI)).get_experiment(opened().experiment_id).tags
    return tags


def test_a_sweep_leaves_a_view_and_descriptions_and_each_run_the_colour_of_its_outcome(command: Command) -> None:
    command(*FOUR)
    (summary,) = runs("summary")
    sweep_id = summary.data.tags["sweep_id"]
    assert json.loads(experiment_tags()[view.TAG + sweep_id])["name"] == f"sweep-{sweep_id[:8]}"
    assert experiment_tags()[NOTE] == pages.DESCRIPTION
    note = summary.data.tags[NOTE]
    assert "3 unfinished, 1 diverged" in note
    assert f"viewStateShareKey={sweep_id}&compareRunsMode=CHART" in note
    assert [run.data.tags["mlflow.runColor"] for run in runs()] == [LIGHT[r.data.tags["outcome"]] for r in runs()]


@pytest.mark.parametrize("there", ["a file", "a server"])
def test_a_sweep_can_be_looked_at_from_its_first_chunk_on(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    uri = request.getfixturevalue("server") if there == "a server" else URI
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)
    seen = []

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        client = MlflowClient(absolute(uri))
        found = client.get_experiment_by_name("sweep")
        assert found is not None
        (summary,) = runs("summary", uri=uri)
        seen.append(
            (found.tags, summary.data.tags, pages.link(opened(uri), "http://host", summary.data.tags["sweep_id"]))
        )
        return in_process(points, problems)

    assert app.run([of_point(uri, lr=lr) for lr in (1e-2, 1e-3, 1e-4)], Here(train)) == 0
    (summary,) = runs("summary", uri=uri)
    name = view.TAG + summary.data.tags["sweep_id"]
    assert [name in tags for tags, *_ in seen] == [False, True, True]
    assert ["viewStateShareKey" in link for *_, link in seen] == [False, True, True]
    assert json.loads(seen[1][0][name])["state"] == json.loads(seen[2][0][name])["state"]
    assert [plain(pages.STILL) in tags.get(NOTE, "") for _, tags, _ in seen] == [False, True, True]
    assert "3 unfinished" in summary.data.tags[NOTE]


def test_a_diverged_run_has_a_place_beside_the_others(command: Command) -> None:
    command("lr=1e-2", "scale=1,0.1", "epochs=50")
    calm, wild = sorted(runs(), key=lambda run: run.data.tags["outcome"], reverse=True)
    assert wild.data.tags["final_loss"] == "nan"
    assert wild.data.metrics["log10_end"] == pytest.approx(4.2464699)
    assert calm.data.metrics["log10_end"] == calm.data.metrics["log10_final_loss"]
    assert {run.data.metrics["log10_scale"] for run in (calm, wild)} == {0.0, -1.0}


def test_each_sweep_has_a_view_of_its_own_that_finds_the_runs_it_reused(command: Command) -> None:
    command("epochs=5")
    command("epochs=5,6")
    views = [name for name in experiment_tags() if name.startswith(view.TAG)]
    assert len(views) == 2
    counts = []
    for name in views:
        condition = membership.condition(name.removeprefix(view.TAG))
        counts.append(len(MlflowClient(absolute(URI)).search_runs([opened().experiment_id], condition)))
    assert sorted(counts) == [1, 2]


def test_the_latest_views_are_kept_and_those_that_people_made(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_VIEWS", 2)
    command("lr=1e-2", "epochs=1")
    client, experiment = MlflowClient(absolute(URI)), opened().experiment_id
    (first,) = (name for name in experiment_tags() if name.startswith(view.TAG))
    by_people = view.TAG + 64 * "a"
    client.set_experiment_tag(experiment, by_people, experiment_tags()[first])
    client.set_experiment_tag(experiment, view.TAG + 16 * "0", "{}")
    command("lr=1e-3", "epochs=1")
    command("lr=1e-4", "epochs=1")
    views = {name for name in experiment_tags() if name.startswith(view.TAG)}
    assert by_people in views
    assert first not in views
    assert len(views) == 3
    assert "searchFilter" in pages.link(opened(), "http://127.0.0.1:5000", first.removeprefix(view.TAG))


def test_what_a_person_wrote_on_the_experiment_stays(command: Command) -> None:
    command("epochs=5")
    opened().client.set_experiment_tag(opened().experiment_id, NOTE, "mine")
    command("epochs=6")
    assert experiment_tags()[NOTE] == "mine"


def test_a_store_that_refuses_the_view_is_told_of_and_the_sweep_succeeds(command: Command, ready_store: Path) -> None:
    command("epochs=2")
    with closing(sqlite3.connect(ready_store)) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON experiment_tags WHEN NEW.key LIKE 'mlflow.shared%'"
            " BEGIN SELECT RAISE(FAIL, 'no permission'); END"
        )
        connection.commit()
    said = command("epochs=3", "tracking.patience=0")
    assert said.code == 0
    assert said.err.startswith("The view that compares the runs could not be saved: ")
    assert "no permission" in said.err
    assert said.err.count("\n") == 1
    sweep_id = max(runs("summary"), key=lambda run: run.info.start_time).data.tags["sweep_id"]
    address = pages.link(opened(), "http://user:secret@host:1/mlflow/", sweep_id)
    assert address.startswith("http://host:1/mlflow/#/experiments/1/runs?searchFilter=tags.%60in_sweep.")
    assert "viewStateShareKey" not in address


def test_the_link_is_to_the_view_without_a_password(command: Command) -> None:
    command("epochs=2")
    (summary,) = runs("summary")
    for account in ("user:secret", "user@server:secret", "user:p@secret", "user:p%40secret"):
        address = pages.link(opened(), f"https://{account}@host/", summary.data.tags["sweep_id"])
        assert address == (
            f"https://host/#/experiments/1/runs?viewStateShareKey={summary.data.tags['sweep_id']}"
            "&compareRunsMode=CHART&workflowType=machine_learning"
        )


def test_the_command_at_the_end_of_a_sweep_names_its_store_where_it_is_not_the_usual_one(command: Command) -> None:
    last = command("epochs=2").out.splitlines()[-1]
    (summary,) = runs("summary")
    start = f"Compare: sweep ui {summary.data.tags['sweep_id'][:8]}"
    assert last == start
    said = command("epochs=2", "tracking.uri=sqlite:///my.db", "tracking.experiment='a, b'")
    words = "tracking.uri=sqlite:///my.db 'tracking.experiment=\"a, b\"'"
    assert said.out.splitlines()[-1] == f"{start} {words}"


@settings(max_examples=15)
@given(name=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9))
@example("2024.10")
@example("1e5")
@example("true")
@example("null")
@example("it's a \\")
@example('"quoted"')
@example("\\\\")
@example("a/b")
@example("${lr}")
def test_words_that_name_a_store_lead_back_to_it(name: str) -> None:
    tracking = Tracking("sqlite:///a b/it's.db", name, 1000, {}, 60.0)
    found = composition.tracking(shlex.split(" ".join(composition.tracking_overrides(tracking))))
    assert (found.uri, found.experiment) == (tracking.uri, tracking.experiment)
