"""Which GPU a worker has: on a machine without any, by what it is told."""

import pickle
from collections import deque
from pathlib import Path
from time import monotonic, sleep

import pytest

from sweep.engines import cores
from sweep.engines.gpus import VISIBLE, shares, workers
from sweep.engines.processes import Processes, Worker
from sweep.engines.work import Kit
from sweep.plan.point import Point
from tests.conftest import point


def points(*devices: str) -> list[Point]:
    return [point(device=device) for device in devices]


@pytest.mark.parametrize(
    ("devices", "there", "shown", "told"),
    [
        (["cuda"], 3, None, ["0", "1", "2"]),
        (["cuda"], 2, "5, 3", ["5", "3"]),
        (["cuda"], 2, "GPU-8f,GPU-1a,none", ["GPU-8f", "GPU-1a"]),
        (["cuda", "cpu"], 2, None, ["0", "1"]),
        (["cuda"], 1, "4", None),
        (["cuda:1"], 2, None, None),
        (["cuda", "cuda:1"], 2, None, None),
        (["cpu"], 2, None, None),
    ],
)
def test_each_worker_has_a_gpu_of_its_own_unless_a_point_says_which(
    devices: list[str], there: int, shown: str | None, told: list[str] | None
) -> None:
    found = shares(points(*devices), there, {VISIBLE: shown} if shown else {})
    assert found == ([{VISIBLE: name} for name in told] if told else [{}])


@pytest.mark.parametrize(
    ("devices", "there", "count"),
    [
        (["cuda"], 4, 4),
        (["cuda"], 0, 1),
        (["cuda:1"], 4, 1),
        (["cuda:0", "cuda:1"], 4, 2),
        (["cpu"], 4, None),
        (["cuda", "cpu"], 4, None),
    ],
)
def test_there_are_as_many_workers_as_gpus_unless_it_is_said(devices: list[str], there: int, count: int | None) -> None:
    assert workers(points(*devices), there) == count
    engine = Processes(None)
    engine.devices = there
    assert engine.size(points(*devices)) == (count or cores.cores())
    assert Processes(3).size(points(*devices)) == 3


def test_a_worker_that_takes_the_place_of_a_lost_one_has_its_gpu() -> None:
    places = deque(shares(points("cuda"), 2, {}))
    kit = pickle.dumps(Kit({}, {}))
    first, second = Worker(kit, places=places), Worker(kit, places=places)
    assert (shown(first), shown(second), len(places)) == ("0", "1", 0)
    first.end()
    third = Worker(kit, places=places)
    assert shown(third) == "0"
    for each in (second, third):
        each.end()
    assert len(places) == 2


def shown(worker: Worker) -> str | None:
    """What its process was started with; Linux has it there a moment after Python says that it has started."""
    environment = Path(f"/proc/{worker.pid}/environ")
    until = monotonic() + 60
    while not (pairs := environment.read_bytes().split(b"\0"))[0] and monotonic() < until:
        sleep(0.01)
    return next((pair.decode().partition("=")[2] for pair in pairs if pair.startswith(VISIBLE.encode())), None)
