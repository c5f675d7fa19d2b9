"""A SQLite store that may not be written to: what only reads reads it, a sweep is refused before it trains."""

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

import sweep
from sweep import scratch
from sweep.errors import StoreAway
from sweep.tracking import snapshot
from tests.bound import as_user, bound
from tests.conftest import Command
from tests.tracking import bombs

FILE = Path("outputs/mlflow.db")
ELSEWHERE = "tracking.uri=sqlite:///../outputs/mlflow.db"
SWEPT = ("lr=1e-2,1e-3", "epochs=5")


@pytest.fixture
def swept(ready_store: Path, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store with a sweep; the current folder is another beside it, and temporary files lie in a third."""
    assert command(*SWEPT).code == 0
    for name in ("here", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir("here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    yield ready_store
    close(ready_store.parent, closed=False)


def close(folder: Path, *, closed: bool = True) -> None:
    """Take the permission to write from a folder and all in it, or give it back."""
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode & ~0o222 if closed else mode | 0o200)


def content(folder: Path, names: str = "*") -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob(names) if path.is_file()}


def leave(file: Path, state: str) -> None:
    """Leave a store as a sweep does that ended, or was killed, its pages in the log alone; or in rollback mode."""
    other = file.with_name("other.db")
    with closing(sqlite3.connect(file)) as connection, closing(sqlite3.connect(other)) as copy:
        copy.execute(f"PRAGMA journal_mode = {'DELETE' if state == 'rollback' else 'WAL'}")
        copy.execute("PRAGMA wal_autocheckpoint = 0")
        connection.backup(copy)
        left = content(file.parent, "other.db*")
    for path in file.parent.glob("mlflow.db*"):
        path.unlink()
    other.rename(file)
    if state == "killed":
        file.write_bytes(left["other.db"])
        file.with_name("mlflow.db-wal").write_bytes(left["other.db-wal"])


@pytest.mark.parametrize("state", ["ended", "killed", "rollback"])
def test_a_store_that_may_not_be_written_to_is_read_and_stays_as_it_is(swept: Path, state: str, tmp_path: Path) -> None:
    leave(swept, state)
    close(swept.parent)
    before = content(swept.parent)
    said = bound(ELSEWHERE, module="sweep.report")
    assert said.code == 0, said.err
    (page,) = Path("outputs").glob("sweep-*/report.html")
    assert page.read_bytes() == before[str(page.relative_to("outputs"))]
    assert len(as_user(lambda: sweep.frame(uri=ELSEWHERE.partition("=")[2])).runs) == 2
    replayed = bound(ELSEWHERE, module="sweep.replay")
    assert (replayed.code, "identical, bit for bit" in replayed.out) == (0, True)
    assert "2 done already, 0 to train" in bound(ELSEWHERE, *SWEPT, "dry_run=true").out
    assert content(swept.parent) == before
    assert list((tmp_path / "temporary").glob(f"{scratch.PREFIX}*")) == []


@pytest.mark.parametrize(
    "closed", ["mlflow.db", "mlflow.db-wal", "mlflow.db-shm", "mlflow.db-journal", ".", "artifacts"]
)
def test_a_sweep_into_a_store_that_may_not_be_written_to_is_refused_before_it_trains(
    ready_store: Path, command: Command, closed: str
) -> None:
    store = ready_store.parent.rename("store") / ready_store.name
    path = store.parent / closed
    if not path.exists():
        path.touch()
    path.chmod(path.stat().st_mode & ~0o222)
    said = bound(f"tracking.uri=sqlite:///{store}", "lr=0.1", "epochs=5")
    assert (said.code, said.out) == (1, "")
    assert f"{path.resolve().name} cannot be written" in said.err


def test_a_report_that_has_no_place_here_says_how_it_gets_one(swept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(swept.parent.parent)
    close(Path("outputs"))
    said = bound(module="sweep.report")
    assert (said.code, said.out) == (1, "")
    assert f"sweep report tracking.uri=sqlite:///{swept}" in said.err


LAID: dict[str, Callable[[Path], None]] = {
    "pipe": bombs.pipe,
    "device": lambda path: path.symlink_to("/dev/full"),
    "folder": bombs.folder,
}


@pytest.mark.parametrize("name", ["mlflow.db", "mlflow.db-wal", "mlflow.db-journal"])
def test_what_is_no_file_is_neither_copied_nor_waited_for(swept: Path, name: str) -> None:
    path = swept.with_name(name)
    for laid, lay in LAID.items():
        bombs.clear(path)
        lay(path)
        for closed in (False, True):
            swept.parent.chmod(0o555 if closed else 0o755)
            for module, arguments in (("sweep.report", ()), ("sweep", SWEPT)):
                said = bound(ELSEWHERE, *arguments, module=module)
                assert (said.code, said.out, "is no plain file" in said.err) == (1, "", True), laid
        swept.parent.chmod(0o755)


def test_a_folder_that_may_not_be_entered_is_told_from_one_that_holds_nothing(swept: Path) -> None:
    shutil.copytree(swept.parent, "outputs")
    Path("outputs").chmod(0)
    try:
        for module in ("sweep", "sweep.report", "sweep.replay", "sweep.sync"):
            said = bound(module=module)
            assert (said.code, said.out) == (1, said.out if module == "sweep.sync" else "")
            assert re.search("not writable|Permission denied|closed to this user", said.err), said.err
        assert "Permission denied" in bound("dry_run=true").err
    finally:
        Path("outputs").chmod(0o755)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_a_file_system_that_is_mounted_read_only_is_read(swept: Path) -> None:
    folder = swept.parent
    if subprocess.run(["mount", "--bind", "-o", "ro", str(folder), str(folder)], check=False).returncode:
        pytest.skip("no mounting in this container")
    try:
        assert bound(ELSEWHERE, module="sweep.report").code == 0
        said = bound(ELSEWHERE, "lr=0.1", "epochs=5")
        assert (said.code, "mlflow.db cannot be written" in said.err) == (1, True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_what_is_written_meanwhile_is_copied_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, copies = tmp_path / "mlflow.db", tmp_path / "copies"
    file.write_bytes(b"old")
    copies.mkdir()
    copy, writes = shutil.copyfile, [b"new", b"newer"]

    def written(source: Path, target: Path) -> None:
        copy(source, target)
        if writes:
            file.write_bytes(writes.pop(0))
            os.utime(file, (len(writes), len(writes)))

    monkeypatch.setattr(shutil, "copyfile", written)
    assert snapshot.take(file, copies, 60.0).read_bytes() == b"newer"
    writes += [b"and", b"again"]
    with pytest.raises(StoreAway, match="written to all the time"):
        snapshot.take(file, copies, 0.0)
