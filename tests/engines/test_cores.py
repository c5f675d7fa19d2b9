"""How many workers a machine has cores for: by what this process may use, and by its control groups."""

import os
from pathlib import Path

import pytest

from sweep.engines import cores
from sweep.errors import BadInput


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """16 cores by affinity."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("own", "files", "count"),
    [
        ("0::/\n", {}, 16),
        ("0::/\n", {"cpu.max": "max 100000\n"}, 16),
        ("0::/\n", {"cpu.max": "250000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 1),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
        ("4:cpu,cpuacct:/a\n0::/\n", {"cpu/a/cpu.cfs_quota_us": "400000\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 4),
        ("4:cpu,cpuacct:/a\n", {"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 16),
        ("nonsense", {"cpu.max": "none"}, 16),
        ("0::/\n", {"cpu.max": "none of this"}, 16),
    ],
)
def test_a_quota_bounds_the_cores_of_every_group_above(
    tmp_path: Path, own: str, files: dict[str, str], count: int
) -> None:
    written(tmp_path, files)
    written(tmp_path, {"own": own})
    assert cores.cores(tmp_path, tmp_path / "own") == count


@pytest.mark.usefixtures("many")
def test_without_control_groups_there_are_as_many_as_this_process_may_use(tmp_path: Path) -> None:
    assert cores.cores(tmp_path, tmp_path / "own") == 16


def test_a_number_of_workers_that_cannot_be_is_refused() -> None:
    assert cores.workers(3) == 3
    assert cores.workers(None) == cores.cores()
    for number in (0, -1, 1025):
        with pytest.raises(BadInput, match=f"workers={number} is not allowed"):
            cores.workers(number)
