"""Lists and files that a server gives: bounded, wherever it says that they lie, and whatever else it lists."""

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from mlflow import MlflowClient

from sweep.errors import StoreAway
from sweep.tracking import wire
from sweep.tracking.artifacts import ClientArtifacts, Missing
from sweep.tracking.search import search
from sweep.tracking.store import Store
from sweep.tracking.typed import Malformed
from tests.tracking.poured import LARGE, whole
from tests.tracking.proxy import Answer, Proxy, faulty

RUN = json.dumps({"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/1/r/artifacts"}}}).encode()
LISTINGS = {
    "itself": [{"path": "plan.json", "is_dir": True}],
    "above": [{"path": "../plan.json", "is_dir": False, "file_size": 2}],
    "elsewhere": [{"path": "/etc/passwd", "is_dir": True}, {"path": "..", "is_dir": True}],
    "many": [{"path": f"{number}", "is_dir": True} for number in range(9999)],
    "no list": {"plan.json": 1},
    "other types": [3, None, {"path": ["plan.json"]}],
}


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A server that is only a proxy's answers."""
    with faulty("http://127.0.0.1:9", part=0, seed=1) as server:
        server.instead = [(".*/runs/get", RUN)]
        yield server


@pytest.fixture
def files(proxy: Proxy) -> Iterator[ClientArtifacts]:
    wire.install()
    try:
        yield ClientArtifacts(MlflowClient(f"http://127.0.0.1:{proxy.server_port}"), 0.0)
    finally:
        wire.release()


def answered(proxy: Proxy, pattern: str, answer: Answer) -> None:
    proxy.instead += [(f"GET .*/artifacts{pattern}", answer)] * 50


@pytest.mark.parametrize("listing", LISTINGS)
def test_no_listing_of_a_server_leads_away_from_the_file_that_was_asked_for(
    proxy: Proxy, files: ClientArtifacts, listing: str
) -> None:
    listed = json.dumps({"files": LISTINGS[listing]}).encode()
    answered(proxy, r"\?", listed)
    answered(proxy, "/.*plan.json", b"{}")
    assert files.get("r", "plan.json") == b"{}"
    assert len(proxy.instead) == 99, "more was asked for than the file"


def test_a_file_that_is_not_there_is_missing_whatever_else_is_listed(proxy: Proxy, files: ClientArtifacts) -> None:
    answered(proxy, r"\?", json.dumps({"files": LISTINGS["itself"]}).encode())
    answered(proxy, "/.*", whole(b"no", b"HTTP/1.1 404 Not Found\r\n"))
    with pytest.raises(Missing):
        files.get("r", "curves/x.parquet")


@pytest.mark.parametrize("kind", LARGE)
def test_a_file_beyond_its_bytes_counts_as_damaged_before_it_fills_the_memory(
    proxy: Proxy, files: ClientArtifacts, kind: str
) -> None:
    answered(proxy, "/.*plan.json", LARGE[kind])
    next(LARGE[kind].pieces())  # Making a bomb takes memory.
    tracemalloc.start()
    try:
        with pytest.raises(Malformed, match=r"plan.json: the server's answer goes on beyond 1,000,000 bytes"):
            files.read("r", "plan.json", bytes, most=10**6)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 * 10**6


@pytest.mark.parametrize("tokens", [["a"] * 9, ["a", "b"] * 9, ["a", "b", "c", "b"]], ids=["one", "two", "later"])
@pytest.mark.parametrize("runs", [1, 0])
def test_pages_of_runs_that_go_round_are_given_up(
    proxy: Proxy, files: ClientArtifacts, tokens: list[str], runs: int
) -> None:
    run = json.loads(RUN)["run"]
    pages = [json.dumps({"runs": [run] * runs, "next_page_token": token}).encode() for token in tokens]
    proxy.instead = [*(("POST .*/runs/search", page) for page in pages * 9)]
    uri = f"http://127.0.0.1:{proxy.server_port}"
    with pytest.raises(StoreAway, match="go round" if runs else "it names no run"):
        list(search(Store(uri, MlflowClient(uri), "1", files, 0.0), ""))
