"""A disk that fills up while a sweep is under way: a small file system in memory, where one can be mounted."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

GRID = ("lr=range(1e-3,0.101,1e-3)", "scale=1e-3", "init.b=-17", "epochs=200,300", "tracking.patience=0.5")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 5 MB, which holds an empty store and a few hundred kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def sweep(place: Path) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    words = [sys.executable, "-m", "sweep", *GRID]
    return subprocess.run(words, cwd=place, env=environment, capture_output=True, text=True, check=False)


def test_a_full_disk_ends_a_sweep_with_a_clear_message_and_with_room_it_goes_on(disk: Path, tmp_path: Path) -> None:
    full = sweep(disk)
    assert full.returncode == 4, full.stderr
    assert "disk is full" in full.stderr or "No space left" in full.stderr
    assert "Traceback" not in full.stderr
    subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
    resumed = sweep(disk)
    assert (resumed.returncode, resumed.stderr) == (0, "")
    calm = tmp_path / "calm"
    calm.mkdir()
    assert sweep(calm).returncode == 0
    files = [
        {path.name: path.read_bytes() for path in place.glob("outputs/sweep-*/*") if path.name != "provenance.json"}
        for place in (disk, calm)
    ]
    assert len(files[0]) > 2
    assert files[0] == files[1]
