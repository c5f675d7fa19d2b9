"""What MLflow's other tools take from a store or leave in it: the same command goes on, and loses nothing."""

import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from mlflow import MlflowClient

from sweep.tracking import database_writer
from sweep.tracking.location import absolute
from sweep.tracking.store import Store
from tests.conftest import Command
from tests.tracking.stored import FOUR, URI, runs
from tests.tracking.written import EVERY_KIND, a_store, content_of, nothing, point

Change = Callable[[Store, str], None]


def collected(store: Store, run_id: str) -> None:
    store.client.delete_run(run_id)
    _gc(store.uri)


def collected_in_part(store: Store, run_id: str) -> None:
    """As an ``mlflow gc`` that was killed, or one of another release."""
    for table in ("params", "metrics", "runs"):
        _statement(store, f"DELETE FROM {table} WHERE run_uuid = '{run_id}'")


def deleted(store: Store, run_id: str) -> None:
    store.client.delete_run(run_id)


def restored(store: Store, run_id: str) -> None:
    store.client.delete_run(run_id)
    store.client.restore_run(run_id)


def experiment_restored(store: Store, run_id: str) -> None:
    store.client.delete_experiment(store.experiment_id)
    store.client.restore_experiment(store.experiment_id)


def merged_into_another_experiment(store: Store, run_id: str) -> None:
    other = store.client.create_experiment("other")
    _statement(store, f"UPDATE runs SET experiment_id = {other} WHERE run_uuid = '{run_id}'")


def without_its_key(store: Store, run_id: str) -> None:
    store.client.delete_tag(run_id, "key")


def with_another_key(store: Store, run_id: str) -> None:
    store.client.set_tag(run_id, "key", "0" * 32)


def renamed(store: Store, run_id: str) -> None:
    store.client.rename_experiment(store.experiment_id, "before")


GONE = (
    *(collected, collected_in_part, deleted),
    *(merged_into_another_experiment, without_its_key, with_another_key),
)
KEPT = (restored, experiment_restored, renamed)


@pytest.mark.parametrize("change", [*GONE, *KEPT])
@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.
def test_what_became_of_a_run_costs_its_point_an_attempt_at_most_and_its_neighbours_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    store = a_store(tmp_path, "changed")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store.uri)
    before = database_writer.write_runs(store, EVERY_KIND, nothing)
    change(store, before[0].run_id)
    contents = [*EVERY_KIND, content_of(point(0.7), [5.0] * 5)]
    first, *others, new = database_writer.write_runs(store, contents, nothing)
    assert (first.number, first.run_id != before[0].run_id) == ((2, True) if change in GONE else (1, False))
    assert [*others, new.number] == [*before[1:], 1]
    found = store.client.search_runs([store.experiment_id])
    assert {run.data.tags.get("key") for run in found} >= {content.tags["key"] for content in contents}
    assert database_writer.write_runs(store, contents, nothing) == [first, *others, new]


@pytest.mark.usefixtures("ready_store")
@pytest.mark.parametrize("statement", ["", "DELETE FROM runs"], ids=["gc", "foreign keys not followed"])
def test_a_sweep_whose_runs_are_all_gone_is_trained_again(
    command: Command, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    uri = absolute(URI)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert command(*FOUR).code == 0
    client = MlflowClient(uri)
    if statement:
        with closing(sqlite3.connect("outputs/mlflow.db")) as connection, connection:
            connection.execute(statement)
    else:
        client.delete_experiment(runs()[0].info.experiment_id)
        _gc(uri)
    more = ("lr=1e-2,1e-4,1e-3", *FOUR[1:])
    said = command(*more, "rerun=true")
    assert said.code == 0, said.err
    assert "6 done already, 0 to train" in command(*more, "dry_run=true").out
    assert len({run.data.tags["key"] for run in runs()}) == 6


@pytest.mark.usefixtures("ready_store")
def test_a_summary_run_that_was_deleted_and_is_restored_makes_its_sweep_no_second_one(command: Command) -> None:
    assert command("epochs=5", "name=again").code == 0
    client = MlflowClient(absolute(URI))
    before = runs("summary")[0].info.run_id
    client.delete_run(before)
    assert command("epochs=5", "name=again").code == 0
    client.restore_run(before)
    assert len(runs("summary")) == 2
    for which in (runs("summary")[0].data.tags["sweep_id"], "again"):
        said = command(which, module="sweep.report")
        assert said.code == 0, said.err


def _gc(uri: str) -> None:
    with warnings.catch_warnings(action="ignore"):  # MLflow's own, about its own types.
        from mlflow.cli import gc

    done = CliRunner().invoke(gc, ["--backend-store-uri", uri])
    assert done.exit_code == 0, done.output


def _statement(store: Store, text: str) -> None:
    file = store.uri.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(text)
