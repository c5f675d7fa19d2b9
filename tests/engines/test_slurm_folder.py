"""Folders of drivers that speak with Slurm's jobs: whose they are, who takes them over, and when they are deleted."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from sweep.engines import slurm_folder
from sweep.engines.answer import Chunk
from sweep.engines.slurm_folder import Array, Folder, Order
from sweep.engines.slurm_found import found
from sweep.errors import BadInput
from tests.conftest import point

POINTS = [point(lr=1e-6 * (1 + place), epochs=2) for place in range(3)]


def test_a_folder_is_of_one_driver_and_left_to_the_next_one_when_it_is_gone(tmp_path: Path) -> None:
    order = Order(b"", "", [], 1, None)
    folder = Folder.made(tmp_path / "slurm", order)
    assert list(Folder.left(tmp_path / "slurm")) == []
    folder.let_go()
    (left,) = Folder.left(tmp_path / "slurm")
    assert left.read(Folder.ORDER) == order
    assert list(Folder.left(tmp_path / "slurm")) == []
    left.remove()
    assert not (tmp_path / "slurm").exists()


@pytest.mark.parametrize("place", ["file/below", "/proc/below"])
def test_a_place_where_no_folder_can_be_made_is_refused_by_its_key(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=r"hydra\.launcher\.folder=.*nothing can be written there"):
        Folder.made(tmp_path / place, Order(b"", "", (), 1, None))


def test_what_others_may_have_written_is_not_read(tmp_path: Path) -> None:
    folder = Folder.made(tmp_path / "slurm", Order(b"", "", [], 1, None))
    assert [path.stat().st_mode & 0o777 for path in (folder.path, folder.path.parent)] == [0o700, 0o700]
    folder.path.chmod(0o777)
    with pytest.raises(PermissionError):
        folder.read(Folder.ORDER)
    folder.let_go()
    assert list(Folder.left(tmp_path / "slurm")) == []


def test_what_nobody_has_come_back_for_in_a_month_is_deleted_once_its_jobs_are_gone(tmp_path: Path) -> None:
    below = tmp_path / "slurm"
    folder = Folder.made(below, Order(b"", "", [], 1, None))
    folder.write("0.points", Chunk(POINTS[:1]))
    folder.write("0.array", Array(f"sweep-{folder.path.name}-0", range(1), ["7"]))
    folder.let_go()

    def is_left(there: Mapping[str, str] | None) -> bool:
        assert list(found(SimpleNamespace(at_work=lambda: there), below, {POINTS[1].key})) == []
        return folder.path.exists()

    assert is_left({})  # It is new.
    for file in folder.path.iterdir():
        os.utime(file, (long_ago := time.time() - slurm_folder.LEFT - 60, long_ago))
    for there in (None, {"7": f"sweep-{folder.path.name}-0"}, {f"7@{folder.path.name}": ""}):
        assert is_left(there)
    assert not is_left({"8": "sweep-another-0"})
    assert not below.exists()


def test_jobs_whose_driver_was_ended_as_it_submitted_them_are_found_by_their_name(tmp_path: Path) -> None:
    folder = Folder.made(tmp_path / "slurm", Order(b"", "", [], 1, None))
    for number in (0, 1):
        folder.write(f"{number}.points", Chunk(POINTS[number : number + 1]))
    folder.write("0.array", Array("sweep-x-0", [0, 1]))
    folder.let_go()
    queue = SimpleNamespace(at_work=lambda: {"7_1": "sweep-x-0", "8": "sweep-y-0"})
    ((left, jobs),) = found(queue, tmp_path / "slurm", {POINTS[1].key})
    assert [(job.number, job.id) for job in jobs] == [(0, ""), (1, "7_1")]
    left.let_go()
    assert list(found(queue, tmp_path / "slurm", {POINTS[2].key})) == []
    assert left.path.exists()
