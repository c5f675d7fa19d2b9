"""A Ray cluster for tests of engines."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sweep.engines.ray_cluster import environment
from tests.engines.deadly import DRIVER
from tests.quick_start import fork_workers

CLUSTER = """
import sys
from sweep.engines.ray_cluster import connected
with connected(None, 2) as ray:
    print(ray.get_runtime_context().gcs_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def ray_environment() -> Iterator[dict[str, str]]:
    """Environment in which ``hydra.launcher.address=auto`` is a cluster of this machine, of two workers.

    There is one for all tests of a file, where each would need seconds to start one; and its workers are forked. It
    ends with them: a cluster without work takes a thirtieth of a core.
    """
    # Workers have the environment in which Ray starts: they are told who is not to be ended.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "Popen", subprocess.Popen)
        inside = environment() | {DRIVER: str(os.getpid())} | fork_workers()
    command = [sys.executable, "-c", CLUSTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=inside) as process:
        assert process.stdout
        names = [name for name in inside if name.startswith("RAY_")]
        yield {"RAY_ADDRESS": process.stdout.readline().strip(), **{name: inside[name] for name in names}}


@pytest.fixture
def ray_cluster(ray_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """For this process."""
    for name, value in ray_environment.items():
        monkeypatch.setenv(name, value)
