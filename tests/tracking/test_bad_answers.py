"""What stands between a sweep and its server answers in its place: nothing is lost, taken for damage or doubled."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient

from sweep.data import sources
from sweep.errors import StoreAway
from sweep.plan import plan
from sweep.settings.schema import Tracking
from sweep.tracking import summary
from sweep.tracking.patience import patiently
from sweep.tracking.store import Store, open_store
from tests.conftest import Command
from tests.tracking.proxy import faulty
from tests.tracking.stored import settings

pytestmark = pytest.mark.usefixtures("quick")

GRID = ("lr=1e-2,1e-3", "epochs=5")

REQUESTS = (
    *("GET .*/experiments/get-by-name", "POST .*/experiments/create", "GET .*/experiments/get\\?"),
    *("POST .*/runs/search", "POST .*/runs/search", "POST .*/runs/create", "POST .*/runs/create", "GET .*/runs/get\\?"),
    *("POST .*/runs/log-batch", "POST .*/runs/log-batch", "POST .*/runs/log-inputs", "POST .*/runs/update"),
    *("POST .*/runs/update", "POST .*/runs/set-tag", "POST .*/experiments/set-experiment-tag"),
    *("PUT .*/mlflow-artifacts/artifacts/.*parquet", "PUT .*/mlflow-artifacts/artifacts/.*plan.json"),
    *("PUT .*/mlflow-artifacts/artifacts/.*report.html", "GET .*/mlflow-artifacts/artifacts\\?"),
    *("GET .*/mlflow-artifacts/artifacts/.*parquet", "GET .*/mlflow-artifacts/artifacts/.*plan.json"),
)
"""What a sweep asks of a server; twice where the second is another's business, as of a summary and of a point."""

ANSWERS = {
    "nothing": [b"{}"],
    "others": [
        b"[]",
        b'{"run": {"info": {}}, "runs": [{"info": {"run_id": 3}}], "files": [{}], "experiment": [1]}',
        b"HTTP/1.1 200 OK\r\nContent-Ty",
    ],
}
"""What is answered: nothing, of which MLflow makes a yes or an empty list; or one thing after the other."""


@pytest.mark.parametrize("name", ANSWERS)
def test_a_bad_answer_to_each_kind_of_request_costs_and_doubles_nothing(
    command: Command, server: str, server_folder: Path, tmp_path: Path, name: str
) -> None:
    with faulty(server, part=0, seed=1) as proxy:
        place = (f"tracking.uri=http://127.0.0.1:{proxy.server_port}", f"tracking.experiment={name}")
        proxy.instead = [(request, answer) for answer in ANSWERS[name] for request in REQUESTS]
        said = command(*GRID, *place)
        assert (said.code, said.err) == (0, ""), proxy.instead
        assert not proxy.instead
        for module in ("sweep.report", "sweep.replay"):
            once = dict.fromkeys(request for request in REQUESTS if request.startswith(("GET", "POST .*search")))
            proxy.instead = [(request, ANSWERS[name][0]) for request in once]
            said = command(*place, module=module)
            assert (said.code, said.err) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["outputs"], "an artifact lies in the current folder"
    assert "2 done already, 0 to train" in command(*GRID, f"tracking.uri={server}", place[1], "dry_run=true").out
    kinds = {("point", "FINISHED"): 2, ("summary", "FINISHED"): 1}
    assert facts_of(server_folder, name) == (kinds, 10, 2)


def facts_of(folder: Path, experiment: str) -> tuple[Mapping[tuple[str, str], int], int, int]:
    """Of an experiment: its runs by kind and status, how many losses they have and how many data sets."""
    of = (
        " JOIN runs r ON r.run_uuid = x.{} JOIN experiments e USING (experiment_id)"
        " WHERE e.name = ? AND r.lifecycle_stage = 'active'"
    )
    queries = (
        "SELECT x.value, r.status FROM tags x" + of.format("run_uuid") + " AND x.key = 'kind'",
        "SELECT x.step FROM metrics x" + of.format("run_uuid") + " AND x.key = 'loss'",
        "SELECT 1 FROM inputs x" + of.format("destination_id"),
    )
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        kinds, losses, data = (connection.execute(query, [experiment]).fetchall() for query in queries)
    return Counter(kinds), len(losses), len(data)


def test_executions_of_one_sweep_that_begin_together_share_its_summary_run(server: str) -> None:
    planned = plan.make([settings()], sources.read)
    stores = [open_store(Tracking(server, "together", 1000, {}, 60.0)) for _ in range(4)]
    begun = threading.Barrier(len(stores))

    def open_one(store: Store | None) -> str:
        assert store is not None
        begun.wait(60)
        with summary.running(store, planned, {}, summary.Pulse()) as run_id:
            begun.wait(60)
            return run_id

    with ThreadPoolExecutor(len(stores)) as pool:
        opened = [*pool.map(open_one, stores)]
    assert stores[0] is not None
    (left,) = stores[0].client.search_runs([stores[0].experiment_id])
    assert left.info.run_id in opened
    assert left.info.status == "FINISHED"


def test_of_several_summaries_of_a_sweep_the_last_is_read_and_the_next_execution_leaves_one(
    command: Command, server: str, server_folder: Path
) -> None:
    place = (f"tracking.uri={server}", "tracking.experiment=several")
    assert command(*GRID, "name=mine", *place).code == 0
    client = MlflowClient(server)
    found = client.get_experiment_by_name("several")
    assert found is not None
    (first,) = client.search_runs([found.experiment_id], "tags.kind = 'summary'")
    for _ in range(2):
        tags = {name: value for name, value in first.data.tags.items() if not name.startswith("mlflow")}
        client.set_terminated(client.create_run(found.experiment_id, start_time=1, tags=tags).info.run_id, end_time=2)
    for module, word in (("sweep.report", "mine"), ("sweep.replay", first.data.tags["sweep_id"][:8])):
        said = command(word, *place, module=module)
        assert (said.code, said.err) == (0, "")
    assert "2 done already, 0 to train" in command(*GRID, "name=mine", *place).out
    kinds, *_ = facts_of(server_folder, "several")
    assert kinds == {("point", "FINISHED"): 2, ("summary", "FINISHED"): 1, ("surplus", "FINISHED"): 1}
    assert "identical, bit for bit" in command("mine", *place, module="sweep.replay").out


def refusal(line: str, body: str) -> bytes:
    return f"HTTP/1.1 {line}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


LOCKED = {
    "401 Unauthorized": refusal("401 Unauthorized", "You are not authenticated."),
    "403 Forbidden": refusal("403 Forbidden", "<html><h1>Forbidden</h1></html>"),
    "401 Unauthorized, JSON": refusal("401 Unauthorized", '{"detail": "no token"}'),
    "403 Forbidden, JSON": refusal("403 Forbidden", '{"error_code": "PERMISSION_DENIED", "message": "not yours"}'),
}


@pytest.mark.parametrize("line", LOCKED)
def test_a_server_that_wants_to_know_who_asks_says_so_and_how_to_sign_in(
    command: Command, files: Callable[[], list[str]], line: str
) -> None:
    with faulty("http://127.0.0.1:9", part=0, seed=1) as proxy:
        proxy.instead = [(".*", LOCKED[line])]
        said = command("epochs=2", f"tracking.uri=http://127.0.0.1:{proxy.server_port}")
    assert said.code == 1
    assert f"cannot be used: the server answers {line.partition(',')[0]}" in said.err
    assert "next:    sign in: set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING" in said.err
    assert "<" not in said.err
    assert files() == []


@pytest.mark.parametrize("request_", ["POST .*/runs/log-batch", "PUT .*parquet"])
def test_results_that_a_server_does_not_let_in_wait_until_somebody_signs_in(
    command: Command, server: str, request_: str
) -> None:
    with faulty(server, part=0, seed=1) as proxy:
        place = (f"tracking.uri=http://127.0.0.1:{proxy.server_port}", f"tracking.experiment=locked-{len(request_)}")
        assert command("epochs=4", *place).code == 0
        proxy.instead = [(request_, LOCKED["403 Forbidden"])] * 9
        said = command("lr=1e-5", "epochs=4", *place)
    assert (said.code, "the server answers 403 Forbidden" in said.err, "<" in said.err) == (4, True, False)
    assert "sign in: set MLFLOW_TRACKING_USERNAME" in said.err
    assert "space" not in said.err


@pytest.mark.parametrize(
    ("request_", "before"), [("GET .*/artifacts/.*plan.json", 2), ("GET .*/artifacts/.*parquet", 1)]
)
def test_nonsense_at_the_end_of_a_sweep_is_no_bad_input_and_nothing_is_trained_twice(
    command: Command, server: str, request_: str, before: int
) -> None:
    experiment = f"tracking.experiment=end-{before}"
    with faulty(server, part=0, seed=1) as proxy:
        proxy.instead = [(request_, bytes)] * before + [(request_, b"<html>please log in</html>")] * 99
        place = (f"tracking.uri=http://127.0.0.1:{proxy.server_port}", "tracking.patience=1")
        said = command("epochs=5", experiment, *place)
    assert (said.code, "cannot be read" in said.err, "the same command goes on" in said.err) == (4, True, True)
    again = command("epochs=5", experiment, f"tracking.uri={server}")
    assert (again.code, "1 done already, 0 to train" in again.out) == (0, True)


@pytest.mark.parametrize("stage", ["", "gone", "3"])
def test_an_experiment_is_deleted_only_where_the_server_says_so(command: Command, stage: str) -> None:
    body = f'{{"experiment": {{"experiment_id": "1", "name": "sweep", "lifecycle_stage": "{stage}"}}}}'.encode()
    with faulty("http://127.0.0.1:9", part=0, seed=1) as proxy:
        proxy.instead = [(".*", body)] * 99
        said = command("epochs=2", f"tracking.uri=http://127.0.0.1:{proxy.server_port}", "tracking.patience=0")
    assert (said.code, "deleted" in said.err, "it names no experiment" in said.err) == (1, False, True)


def test_a_page_in_place_of_an_answer_is_not_printed(command: Command) -> None:
    with faulty("http://127.0.0.1:9", part=0, seed=1) as proxy:
        proxy.instead = [(".*", b"<html>please log in</html>")]
        said = command("epochs=2", f"tracking.uri=http://127.0.0.1:{proxy.server_port}", "tracking.patience=0")
    assert (said.code, "not in a valid JSON format" in said.err, "<" in said.err) == (1, True, False)


def test_a_server_without_encryption_that_is_asked_for_it_is_said_in_few_words(command: Command) -> None:
    with faulty("http://127.0.0.1:9", part=0, seed=1) as proxy:
        said = command("epochs=2", f"tracking.uri=https://127.0.0.1:{proxy.server_port}", "tracking.patience=0")
    assert said.code == 1
    assert "cannot be used: wrong version number\n" in said.err or "cannot be used: record layer failure" in said.err


def test_a_file_that_is_too_large_for_a_server_is_said_at_once_with_what_to_do() -> None:
    with faulty("http://127.0.0.1:9", part=0, seed=1) as proxy:
        proxy.instead = [(".*", refusal("413 Request Entity Too Large", "<html>nginx</html>"))]
        with pytest.raises(StoreAway, match="413 Request Entity Too Large") as away:
            patiently(
                lambda: requests.put(f"http://127.0.0.1:{proxy.server_port}", b"", timeout=9).raise_for_status(), 9
            )
    assert "any proxy before it, take larger files" in away.value.next_step


def test_an_error_of_our_own_is_no_fault_of_a_store() -> None:
    with pytest.raises(KeyError):
        patiently(lambda: dict[str, int]()["x"], 0)
