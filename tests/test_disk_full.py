"""A disk that fills up while a sweep is under way: a small file system in memory, where one can be mounted."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command, Said

GRID = ("lr=range(1e-3,0.021,1e-3)", "scale=1e-3", "init.b=-17", "epochs=200,300", "tracking.patience=0.5")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, which holds an empty store and a few hundred kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield place
    os.chdir(tmp_path)
    subprocess.run(["umount", "--lazy", str(place)], check=True)  # MLflow keeps a database open.


def test_a_full_disk_ends_a_sweep_with_a_clear_message_and_with_room_it_goes_on(
    command: Command, disk: Path, tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = tmp_path / "calm"
    for place in (disk, calm):
        (place / "outputs").mkdir(parents=True)
        shutil.copyfile(empty_store, place / "outputs" / "mlflow.db")

    def sweep(place: Path) -> Said:
        monkeypatch.chdir(place)
        return command(*GRID)

    full = sweep(disk)
    assert full.code == 4, full.err
    assert "disk is full" in full.err or "No space left" in full.err
    assert "Traceback" not in full.err
    subprocess.run(["mount", "-o", "remount,size=100m", str(disk)], check=True)
    resumed = sweep(disk)
    assert (resumed.code, resumed.err) == (0, "")
    assert sweep(calm).code == 0
    files = [
        {path.name: path.read_bytes() for path in place.glob("outputs/sweep-*/*") if path.name != "provenance.json"}
        for place in (disk, calm)
    ]
    assert len(files[0]) > 2
    assert files[0] == files[1]
