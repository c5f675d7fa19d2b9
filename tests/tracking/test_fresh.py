"""A SQLite store that is made where one was before, and the modes of its files."""

import os
import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.quick_start import run
from tests.tracking.stored import runs

FILE = Path("outputs/mlflow.db")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Path:
    """``outputs/`` of a store whose file was deleted after a kill, so that its log stands there alone."""
    folder = tmp_path_factory.mktemp("left")
    file = folder / FILE
    file.parent.mkdir()
    shutil.copyfile(empty_store, file)
    words = [sys.executable, "-m", "sweep", "lr=1e-2,1e-3", "epochs=5"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    assert run(words, cwd=folder, env=environment).returncode == 0
    log = file.with_name("mlflow.db-wal")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("CREATE TABLE more AS SELECT * FROM metrics, params")
        connection.execute("UPDATE runs SET name = 'of the store that is gone'")
        connection.commit()
        content = log.read_bytes()
    file.unlink()
    log.write_bytes(content)
    return file.parent


def test_the_log_of_a_database_that_is_gone_is_put_aside(command: Command, left: Path) -> None:
    shutil.copytree(left, FILE.parent)
    content = FILE.with_name("mlflow.db-wal").read_bytes()
    for _ in range(2):
        said = command("lr=1e-2", "epochs=5")
        assert said.code == 0, said.err
    (run,) = runs()
    assert run.info.run_name != "of the store that is gone"
    with closing(sqlite3.connect(FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'more'").fetchall() == []
    (aside,) = FILE.parent.glob("mlflow.db-wal.*")
    assert aside.read_bytes() == content


def test_a_log_that_is_put_aside_is_told_of(command: Command, left: Path) -> None:
    shutil.copytree(left, FILE.parent)
    said = command("lr=1e-2", "epochs=5")
    assert "mlflow.db-wal is of a database that is gone, and is mlflow.db-wal." in said.err


@pytest.mark.parametrize("mask", [0o002, 0o077])
def test_files_and_folders_have_the_mode_that_the_umask_leaves_and_the_group_of_their_folder(
    command: Command, mask: int
) -> None:
    before = os.umask(mask)
    try:
        outputs = Path("outputs")
        outputs.mkdir()
        outputs.chmod(0o2777 & ~mask)
        assert command("lr=1e-2", "epochs=5").code == 0
        assert command(module="sweep.report").code == 0
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in outputs.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o666 & ~mask}, modes
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o2777 & ~mask}, modes
