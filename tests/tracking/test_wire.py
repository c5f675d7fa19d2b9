"""Requests to a server: each ends, whatever comes back, in time and within its bytes, and goes to no other host."""

import tracemalloc
from collections.abc import Iterator

import pytest
import requests
from mlflow.utils import request_utils

from sweep.tracking import wire
from sweep.tracking.trip import MIB, TooLarge
from tests.conftest import Command
from tests.tracking.poured import BROKEN, LARGE, OK, SLOW, Poured, bomb, moved, whole
from tests.tracking.proxy import Proxy, faulty

SHORT = 0.5
"""Seconds that a request of these tests may take."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """A server of which only what it answers badly is asked."""
    with faulty("http://127.0.0.1:9", part=0, seed=1) as server:
        yield server


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """As MLflow gets it to send its requests."""
    wire.install()
    try:
        yield request_utils._get_request_session(0, 0, 0, frozenset(), True, True)  # type: ignore[no-untyped-call]
    finally:
        wire.release()


def ask(
    session: requests.Session, proxy: Proxy, answer: Poured, seconds: float = SHORT, *, stream: bool = False
) -> requests.Response:
    proxy.instead = [(".*", answer)] * 40
    return session.request("GET", f"http://127.0.0.1:{proxy.server_port}/x", timeout=seconds, stream=stream)


@pytest.mark.parametrize("kind", SLOW)
def test_an_answer_that_has_no_end_in_time_is_given_up(session: requests.Session, proxy: Proxy, kind: str) -> None:
    with pytest.raises(requests.Timeout, match="timed out"):
        ask(session, proxy, SLOW[kind]._replace(pause=SLOW[kind].pause / 5))


@pytest.mark.parametrize("kind", LARGE)
def test_an_answer_beyond_its_bytes_is_given_up_before_it_fills_the_memory(
    session: requests.Session, proxy: Proxy, kind: str
) -> None:
    next(LARGE[kind].pieces())  # Making a bomb takes memory.
    tracemalloc.start()
    try:
        with wire.at_most(MIB), pytest.raises(TooLarge, match="beyond 1,048,576 bytes"):
            ask(session, proxy, LARGE[kind], 30)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * MIB
    assert proxy.poured < 64 * MIB


@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_an_answer_of_more_things_than_a_page_of_runs_is_not_taken_apart(
    session: requests.Session, proxy: Proxy, charset: str
) -> None:
    crowd = '{"runs": [' + "{}," * 10**6 + "{}]}"
    headers = OK.replace(b"json", f"json; charset={charset}".encode())
    answer = Poured(lambda: iter([whole(crowd.encode(charset), headers)]))
    with pytest.raises(TooLarge, match="holds more than 524,288 things"):
        ask(session, proxy, answer, seconds=30)
    assert ask(session, proxy, answer, seconds=30, stream=True).text[:2] in ('{"', "��"), "a file may"


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_answer_or_leads_away_is_refused_and_nothing_of_it_taken(
    session: requests.Session, proxy: Proxy, kind: str
) -> None:
    with pytest.raises(requests.RequestException):
        ask(session, proxy, BROKEN[kind])
    assert len(proxy.instead) >= 40 - wire.REDIRECTS - 1


@pytest.mark.parametrize("status", [b"302 Found", b"307 Temporary Redirect", b"308 Permanent Redirect"])
def test_nothing_is_sent_on_to_another_host(session: requests.Session, proxy: Proxy, status: bytes) -> None:
    with faulty("http://127.0.0.1:9", part=0, seed=1) as other:
        other.instead = [(".*", b"{}")]
        place = f"http://user:secret@localhost:{other.server_port}/x".encode()
        proxy.instead = [(".*", moved(place, status))]
        with pytest.raises(requests.ConnectionError, match="sends on to another: http://") as refused:
            session.request("POST", f"http://127.0.0.1:{proxy.server_port}/x", data=b"results", timeout=9)
        assert "secret" not in str(refused.value)
        assert other.instead, "the other host was asked"


def test_an_answer_is_followed_on_its_own_host_and_unpacked(session: requests.Session, proxy: Proxy) -> None:
    proxy.instead = [(".*", moved(b"/y")), ("GET /y", bomb(3 * 10**6))]
    url = f"http://127.0.0.1:{proxy.server_port}/x"
    assert session.request("GET", url, timeout=30).content == b" " * 3 * 10**6
    two = b"".join(bomb(10**6).partition(b"\r\n\r\n")[2] for _ in range(2))
    proxy.instead = [(".*", whole(two, OK + b"Content-Encoding: gzip\r\n"))]
    assert session.request("GET", url, timeout=30).content == b" " * 2 * 10**6


def test_what_moves_as_quick_as_it_should_may_take_its_time(session: requests.Session, proxy: Proxy) -> None:
    piece = b" " * 60_000
    slow = Poured(lambda: iter([OK + b"Content-Length: 600000\r\n\r\n", *[piece] * 10]), SHORT / 5)
    assert ask(session, proxy, slow).content == piece * 10


@pytest.mark.parametrize("kind", ["a body, a byte at a time", "continue, for ever"])
def test_a_server_that_never_ends_its_first_answer_is_said_to_time_out(
    command: Command, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    proxy.instead = [(".*", SLOW[kind])] * 9
    said = command("epochs=2", f"tracking.uri=http://127.0.0.1:{proxy.server_port}", "tracking.patience=0")
    assert said.code == 1
    assert "cannot be used: timed out: no whole answer in 1 s\n" in said.err


def test_no_request_takes_longer_than_some_time_outs_however_quick_all_moves(
    session: requests.Session, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.tracking.trip.LENGTHS", 2)
    steady = Poured(lambda: iter([OK + b"Content-Length: 60000000\r\n\r\n", *[b" " * 600_000] * 30]), SHORT / 5)
    with pytest.raises(requests.Timeout):
        ask(session, proxy, steady)
