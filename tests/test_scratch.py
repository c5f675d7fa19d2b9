"""Folders for temporary files: gone afterwards; what a killed process left goes once it is old, and nothing else."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from sweep import scratch
from sweep.outputs import LEFT
from tests.conftest import Command
from tests.quick_start import Popen

MADE = """
import time
from pathlib import Path
from sweep.tracking import fresh
def wait(*_, **__):
    print("here", flush=True)
    time.sleep(600)
fresh.write_atomically = wait
fresh.make(Path("mlflow.db").resolve())
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _age(path: Path) -> None:
    """Make ``path`` and what is in it as old as what is deleted."""
    then = time.time() - LEFT - 60
    for each in (*path.rglob("*"), path):
        os.utime(each, (then, then), follow_symlinks=False)


def test_a_folder_is_gone_afterwards(folder: Path) -> None:
    with scratch.folder() as made:
        (made / "file").write_text("x")
        assert made.parent == folder
    assert list(folder.iterdir()) == []


def test_what_is_left_goes_once_it_is_old_and_nothing_else_does(folder: Path) -> None:
    names = ("old", "new", "written")
    left = {name: folder / f"{scratch.PREFIX}{name}" for name in names}
    others = [folder / name for name in ("sweep-mine", "sweep-scratch-mine", ".sweep-other")]
    for path in (*left.values(), *others):
        path.mkdir()
        (path / "mlflow.db").write_text("x")
    (folder / f"{scratch.PREFIX}link").symlink_to(others[0])
    (left["old"] / "link").symlink_to(others[0])
    for path in (left["old"], left["written"], *others):
        _age(path)
    os.utime(left["written"] / "mlflow.db")
    scratch.clear()
    assert not left["old"].exists()
    assert all((path / "mlflow.db").exists() for path in (left["new"], left["written"], *others))


def test_a_folder_of_a_process_that_works_stays_however_old_and_goes_when_that_is_killed(
    folder: Path, command: Command, ready_store: Path
) -> None:
    """As where a store is made: at work, stopped or killed."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    with Popen([sys.executable, "-c", MADE], env=environment, stdout=subprocess.PIPE, text=True) as working:
        try:
            assert working.stdout is not None
            assert working.stdout.readline() == "here\n"
            (made,) = folder.glob(f"{scratch.PREFIX}*")
            _age(made)
            scratch.clear()
            assert made.exists()
        finally:
            working.send_signal(signal.SIGKILL)
    assert made.exists()
    assert command("epochs=5").code == 0
    assert not made.exists()
