"""Both writers put the same rows into a store; a client of MLflow, and the tables, are the judges."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlflow.data
import pandas as pd
import pytest
from mlflow.data.pandas_dataset import from_pandas

from sweep.tracking import client_writer, database_writer
from sweep.tracking.database_tables import engine_of, unexpected_columns
from sweep.tracking.store import Store
from sweep.tracking.writers import Writer, writer_for
from sweep.training import yielded
from tests.tracking import stored
from tests.tracking.written import DATA, EVERY_KIND, LEAVING, LEFT, a_store, content_of, nothing, opened, point, query

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")  # MLflow 3.17 on SQLAlchemy 2.1.


def tables(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, with ids replaced by what they name, without times, and the store's folder cut off."""
    folder = str(Path(store.uri.removeprefix("sqlite:///")).parent)
    names = dict(query(store, "SELECT run_uuid, name FROM runs"))
    names.update(query(store, "SELECT dataset_uuid, name FROM datasets"))
    inputs = query(store, "SELECT input_uuid, destination_id FROM inputs")
    names.update({own: f"input of {names[run]}" for own, run in inputs})
    content = {}
    for (table,) in query(store, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = [row[1] for row in query(store, f"PRAGMA table_info({table})")]
        kept = [each for each in columns if not each.endswith("_time") and each != "timestamp"]
        rows = query(store, f"SELECT {', '.join(map('typeof({0}), {0}'.format, kept))} FROM {table}") if kept else []
        content[table] = sorted((tuple(_named(value, names, folder) for value in row) for row in rows), key=repr)
    return content


def _named(value: object, names: dict[str, str], folder: str) -> object:
    if not isinstance(value, str):
        return value
    for own, name in names.items():
        value = value.replace(own, name)
    return value.replace(folder, "")


@pytest.fixture
def both(tmp_path: Path) -> tuple[Store, Store]:
    stores = a_store(tmp_path, "client"), a_store(tmp_path, "database")
    client_writer.write_runs(stores[0], EVERY_KIND, nothing)
    database_writer.write_runs(stores[1], EVERY_KIND, nothing)
    return stores


def test_both_writers_leave_the_same_rows_in_every_table(both: tuple[Store, Store]) -> None:
    expected, got = map(tables, both)
    assert len(got["runs"]) == len(EVERY_KIND)
    assert len(got["datasets"]) == 2
    assert got == expected


def test_both_writers_leave_the_same_runs_for_a_client(both: tuple[Store, Store]) -> None:
    seen = []
    for store in both:
        of_store = {}
        for run in store.client.search_runs([store.experiment_id]):
            history = {
                name: [(each.step, each.value) for each in store.client.get_metric_history(run.info.run_id, name)]
                for name in run.data.metrics
            }
            assert run.inputs is not None
            info = (run.info.status, run.info.lifecycle_stage, run.info.user_id, run.info.end_time is None)
            datasets = [
                (each.dataset.to_dictionary(), [(tag.key, tag.value) for tag in each.tags])
                for each in run.inputs.dataset_inputs
            ]
            of_store[run.info.run_name] = (info, run.data.params, run.data.tags, run.data.metrics, history, datasets)
        seen.append(of_store)
    assert len(seen[0]) == len(EVERY_KIND)
    assert seen[0] == seen[1]


def test_a_run_written_in_bulk_is_searched_and_read_like_any_other(both: tuple[Store, Store]) -> None:
    client, experiment = both[1].client, both[1].experiment_id
    (run,) = client.search_runs([experiment], "metrics.final_loss < 1e-8 and params.epochs = '500'")
    history = client.get_metric_history(run.info.run_id, "loss")
    assert run.data.tags["curve_points"] == "20 of 500 epochs"
    assert [each.step for each in history] == EVERY_KIND[4].curves["loss"].epochs.tolist()
    assert [each.value for each in history] == EVERY_KIND[4].curves["loss"].values.tolist()
    assert client.search_runs([experiment], "attributes.status = 'RUNNING'") == []


def test_mlflow_itself_reads_where_the_readings_of_a_run_came_from(both: tuple[Store, Store]) -> None:
    for store in both:
        runs = store.client.search_runs([store.experiment_id])
        assert len(runs) == len(EVERY_KIND)
        for run in runs:
            assert run.inputs is not None
            (logged,) = run.inputs.dataset_inputs
            assert mlflow.data.get_source(logged).to_dict() == {"tags": {"source": "made up"}}


def test_a_dataset_has_the_schema_that_mlflow_itself_gives_one(both: tuple[Store, Store]) -> None:
    table = pd.DataFrame({name: [0.0] for name in (*DATA[0].input_names, DATA[0].target_name)})
    theirs = from_pandas(table, digest="any").schema
    assert theirs is not None
    for store in both:
        rows = query(store, "SELECT dataset_schema, dataset_profile FROM datasets")
        assert [json.loads(schema) for schema, _ in rows] == [{"mlflow_colspec": theirs.to_dict()}] * 2
        assert [json.loads(profile) for _, profile in rows] == [{"num_rows": 3, "num_elements": 6}] * 2


@pytest.mark.parametrize("writer", [client_writer.write_runs, database_writer.write_runs])
def test_a_run_lasts_as_long_as_it_trained_and_one_of_no_data_names_none(tmp_path: Path, writer: Writer) -> None:
    store = a_store(tmp_path, "timed")
    contents = [replace(EVERY_KIND[0], seconds=1.5), replace(EVERY_KIND[1], seconds=0.0, data=None)]
    first, second = (store.client.get_run(each.run_id) for each in writer(store, contents, nothing))
    assert [run.info.end_time - run.info.start_time for run in (first, second)] == [1500, 0]
    assert [len(run.inputs.dataset_inputs if run.inputs else ()) for run in (first, second)] == [1, 0]


def test_runs_stand_in_the_order_of_the_plan(both: tuple[Store, Store]) -> None:
    runs = both[1].client.search_runs([both[1].experiment_id], order_by=["attributes.start_time ASC"])
    assert [run.info.run_name for run in runs] == [content.name for content in EVERY_KIND]


@pytest.mark.parametrize("writer", [client_writer.write_runs, database_writer.write_runs])
def test_traceback_output_and_files_of_a_run_are_artifacts(tmp_path: Path, writer: Writer) -> None:
    store = a_store(tmp_path, "embedded")
    ((run_id, _),) = writer(store, [LEAVING], nothing)
    assert {path: store.artifacts.get(run_id, path) for path in LEFT} == LEFT


def test_files_stand_where_mlflow_keeps_those_of_an_experiment_it_made(tmp_path: Path) -> None:
    made = a_store(tmp_path, "made")
    made.client.create_experiment("theirs", artifact_location=str(tmp_path / "elsewhere"))
    store = stored.opened(made.uri, "theirs")
    ((run_id, _),) = database_writer.write_runs(store, [LEAVING], nothing)
    assert {path: store.artifacts.get(run_id, path) for path in LEFT} == LEFT


@pytest.mark.parametrize("writer", [client_writer.write_runs, database_writer.write_runs])
def test_ids_come_in_the_order_of_the_contents_with_a_tick_each(tmp_path: Path, writer: Writer) -> None:
    store, ticks = a_store(tmp_path, "order"), []
    written = writer(store, EVERY_KIND, lambda: ticks.append(threading.current_thread()))
    names = [store.client.get_run(each.run_id).info.run_name for each in written]
    assert names == [content.name for content in EVERY_KIND]
    assert ticks == [threading.current_thread()] * len(EVERY_KIND)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE metrics ADD COLUMN colour TEXT", "a new column metrics.colour"),
        ("ALTER TABLE params RENAME COLUMN value TO worth", "no column params.value, a new column params.worth"),
        ("ALTER TABLE input_tags RENAME TO labels", "no table input_tags"),
    ],
)
def test_tables_unlike_those_known_are_written_through_the_client(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, words: str
) -> None:
    store = a_store(tmp_path, "changed")
    assert writer_for(store) is database_writer.write_runs
    assert capsys.readouterr().err == ""
    engine = engine_of(store.client)
    assert engine is not None
    with engine.begin() as connection:
        connection.exec_driver_sql(change)
    unexpected_columns.cache_clear()  # A store is looked at once a process.
    assert writer_for(store) is client_writer.write_runs
    assert capsys.readouterr().err.count("\n") == 1
    writer_for(store)
    assert words in capsys.readouterr().err


def test_a_server_gets_the_same_runs_from_several_threads_in_order(tmp_path: Path, server: str) -> None:
    store, alone = opened(server), a_store(tmp_path, "alone")
    more = [content_of(point(0.001 * number), [5.0] * 5) for number in range(1, 12)]
    ends = {f"value.{number}": float(number) for number in range(yielded.MOST_FINALS)}
    named = {f"final_{name}": repr(value) for name, value in ends.items()}
    more[0] = replace(more[0], tags={**more[0].tags, **named}, metrics={**more[0].metrics, **ends})
    contents = [*EVERY_KIND[:3], LEAVING, *EVERY_KIND[4:], *more]
    ticks: list[threading.Thread] = []
    assert writer_for(store) is client_writer.write_runs
    written = client_writer.write_runs(store, contents, lambda: ticks.append(threading.current_thread()))
    assert ticks == [threading.current_thread()] * len(contents)
    for (run_id, _), (expected_id, _) in zip(
        written, database_writer.write_runs(alone, contents, nothing), strict=True
    ):
        run, expected = store.client.get_run(run_id), alone.client.get_run(expected_id)
        assert run.info.run_name == expected.info.run_name
        assert (run.info.status, run.data.tags) == (expected.info.status, expected.data.tags)
        assert (run.data.params, run.data.metrics) == (expected.data.params, expected.data.metrics)
    assert {path: store.artifacts.get(written[3].run_id, path) for path in LEFT} == LEFT
