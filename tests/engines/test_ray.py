"""Engine *sweep_ray*: addresses, versions, a cluster that is full or gone, and what is refused."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sweep.engines.ray_engine import Ray, last_said
from sweep.engines.ray_worker import refuse_other, said
from sweep.errors import BadInput
from sweep.provenance import here
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.engines.deadly import DRIVER
from tests.engines.trained import at_work, doing, of_points
from tests.problem.posed import planned
from tests.processes import children, gone

RAY = ("epochs=2", "hydra/launcher=sweep_ray")


@pytest.fixture
def not_ray() -> Iterator[int]:
    """The port of a server that has something else to say."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.0 400 Bad request\r\n\r\n")

        Thread(target=answer, daemon=True).start()
        yield server.getsockname()[1]


def test_an_address_without_ray_is_refused_before_anything_is_stored(
    command: Command, files: Any, not_ray: int, free_port: int
) -> None:
    for address, reason in {
        f"127.0.0.1:{not_ray}": "what listens there is not Ray",
        f"ray://127.0.0.1:{free_port}": "Connection refused",
    }.items():
        found = command(*RAY, f"hydra.launcher.address={address}")
        assert (found.code, f"hydra.launcher.address={address}: " in found.err) == (1, True), found
        assert reason in found.err
        assert "Traceback" not in found.err
    assert files() == []


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("name", "version", "refused"),
    [
        ("torch", "2.99.0", True),
        ("torch", here()["torch"].partition("+")[0] + "+cu130", False),
        ("sweep", "0.0.1", True),
        ("python", "3.4.1", True),
        ("python", ".".join([*here()["python"].split(".")[:2], "99"]), False),
        ("numpy", "1.0", False),
    ],
)
def test_a_cluster_with_other_versions_is_refused(name: str, version: str, refused: bool) -> None:
    theirs = {**here(), name: version}
    if not refused:
        return refuse_other(theirs)
    with pytest.raises(BadInput, match=rf"the cluster has {name} {version}, and here it is"):
        refuse_other(theirs)
    return None


def test_why_ray_lost_a_worker_is_told_in_a_line() -> None:
    told = (
        "The actor died unexpectedly before finishing this task.\n\tclass_name: Trainer\n\tpid: 7\n"
        "The actor is dead because its node has died. Node Id: 5f\n\tthe actor's node was terminated unexpectedly."
    )
    assert said(Exception(told)) == "its node has died. Node Id: 5f"
    assert len(said(Exception("x" * 1000))) == 301


@pytest.mark.usefixtures("ray_cluster")
def test_a_worker_that_finds_no_place_in_the_cluster_keeps_no_points_from_those_that_have_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The cluster has two places."""
    monkeypatch.setenv(DRIVER, "")
    points = [doing("nothing", seed=seed) for seed in range(96)]
    assert all(isinstance(each, Curve) for each in of_points(Ray("auto", 3), points))


def test_of_what_ray_printed_last_is_told_what_may_say_why_it_ended() -> None:
    lost = "[2026-11-30 14:05:40,123 C 12 34] (python-core-driver) gcs_client.cc:75: Failed to reach the GCS."
    passing = "[2026-11-30 14:05:41,456 I 12 34] core_worker.cc:609: :info_message: Attempting to recover 1 object."
    assert last_said(f"first\n{lost}\n{passing}\n\n") == "Failed to reach the GCS."
    assert last_said("ConnectionError: [Errno 111] refused\n") == "ConnectionError: [Errno 111] refused"
    assert (last_said(passing), last_said("")) == ("", "")


@pytest.mark.usefixtures("ray_cluster")
def test_a_sweep_whose_cluster_is_gone_says_so_and_leaves_nothing_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DRIVER, "")
    posed = planned([*[doing("nothing", seed=seed) for seed in range(32)], doing("hang")])
    before = at_work()
    chunks = Ray("auto", 2).run(posed.points, posed.problems)
    assert len(next(chunks)) == 32
    training = sorted(at_work() - before)
    (keeper,) = (each for each in children(os.getpid()) if "ray_keeper" in Path(f"/proc/{each}/cmdline").read_text())
    os.kill(keeper, signal.SIGKILL)
    with pytest.raises(BadInput, match="Ray is gone"):
        list(chunks)
    assert gone(training)
