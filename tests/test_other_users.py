"""Folders and files of other users in ``outputs/``: they hold up no sweep, and none of their modes is changed."""

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

import sweep
from sweep.outputs import write_atomically
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training import compute
from sweep.training.curve import Result
from tests.bound import bound
from tests.conftest import Command

SPOOL = Path("outputs/spool")

OTHER = 54_321
"""The number of a user whom nobody knows."""

pytestmark = pytest.mark.usefixtures("ready_store", "command")


@pytest.fixture
def private(ready_store: Path, command: Command) -> Iterator[Path]:
    """``outputs/spool``, closed to the user whom modes bind."""
    SPOOL.mkdir()
    SPOOL.chmod(0)
    yield SPOOL
    assert SPOOL.stat().st_mode & 0o777 == 0
    SPOOL.chmod(0o700)


def rename(table: str, name: str) -> None:
    with closing(sqlite3.connect("outputs/mlflow.db")) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


TRAIN = compute.compute


def broken(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
    """The engine, on a store that breaks while it trains."""
    rename("params", "gone")
    return TRAIN(points, problems)


@pytest.fixture
def kept() -> Callable[[], Path]:
    """``kept()`` is the folder of the spool that a broken store leaves behind; then the store is whole again."""

    def keep() -> Path:
        with patch.object(compute, "compute", broken):
            assert bound("epochs=5", "tracking.patience=0.2").code == 4
        rename("gone", "params")
        (plan,) = Path("outputs").glob("spool*/*/plan.json")
        return plan.parent

    return keep


@pytest.mark.usefixtures("private")
def test_a_spool_of_another_user_holds_up_no_sweep_and_is_told_of_in_a_line() -> None:
    said = bound("epochs=5")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("outputs/spool is closed to this user; what waits there stays") == 1
    assert "1 point: " in said.out


@pytest.mark.usefixtures("private")
def test_what_a_sweep_must_keep_beside_a_spool_of_another_user_waits_and_is_delivered(
    kept: Callable[[], Path],
) -> None:
    folder = kept()
    synced = bound(module="sweep.sync")
    assert f"{folder}: 1 of 1 result was new to the store." in synced.out
    assert (synced.code, "let its owner run sweep sync" in synced.err) == (1, True)
    assert (folder.parent.name.startswith("spool-"), folder.exists()) == (True, False)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_spool_behind_a_link_is_private_and_the_folder_it_leads_to_keeps_its_mode(
    kept: Callable[[], Path], tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    SPOOL.symlink_to(target)
    folder = kept()
    assert (folder.parent, mode(target), mode(folder)) == (SPOOL, 0o755, 0o700)
    assert bound(module="sweep.sync").code == 0
    assert (list(target.iterdir()), mode(target)) == ([], 0o755)


def test_of_a_spool_that_is_a_link_the_link_goes_alone(kept: Callable[[], Path], tmp_path: Path) -> None:
    folder, target = kept(), tmp_path / "target"
    folder.rename(target)
    target.chmod(0o755)
    folder.symlink_to(target)
    said = bound(module="sweep.sync")
    assert (said.code, "1 of 1 result was new to the store." in said.out) == (0, True)
    assert (folder.is_symlink(), mode(target), (target / "plan.json").exists()) == (False, 0o755, True)


@pytest.mark.parametrize(("closed", "word"), [(0, "cannot be read"), (0o500, "the folder cannot be deleted")])
def test_a_spool_of_another_user_among_others_is_named_and_stays(
    kept: Callable[[], Path], closed: int, word: str
) -> None:
    folder = kept()
    folder.chmod(closed)
    said = bound("epochs=5")
    assert (said.code, said.out.count(f"{folder}: "), word in said.out) == (0, 1, True)
    assert mode(folder) == closed
    synced = bound(module="sweep.sync")
    assert (synced.code, word in synced.out) == (int(closed == 0), True)
    folder.chmod(0o700)
    assert (folder / "plan.json").exists()


def test_nothing_of_ours_changes_modes_or_owners() -> None:
    for path in Path(sweep.__file__).parent.rglob("*.py"):
        assert not re.search(r"ch(mod|own)\(", path.read_text(encoding="utf-8")), path


def test_a_part_that_another_user_has_left_beside_a_file_stays(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    (folder / ".file.x.part").mkdir(parents=True)  # What cannot be deleted.
    os.utime(folder / ".file.x.part", (0, 0))
    write_atomically(folder / "file", b"x")
    assert (folder / "file").read_bytes() == b"x"


def give_away(folder: Path) -> None:
    """``folder`` and all in it are of another user; everybody may write there, and replace only what is his own."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, OTHER, OTHER)
        path.chmod(0o1777 if path.is_dir() else 0o644)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another user")
@pytest.mark.parametrize("module", ["sweep", "sweep.report"])
def test_a_report_beside_that_of_another_user_is_made_where_his_may_not_be_replaced(
    command: Command, module: str
) -> None:
    grid = ("epochs=5",) if module == "sweep" else ()
    assert command("epochs=5").code == 0
    (theirs,) = Path("outputs").glob("sweep-*")
    give_away(theirs)
    before = {path.name: path.stat() for path in theirs.iterdir()}
    said = bound(*grid, module=module)
    beside = theirs.with_name(f"{theirs.name}-{os.getuid()}")
    assert (said.code, said.err.count("\n")) == (0, 1)
    assert re.match(
        f"{theirs}/[a-z.]+: user {OTHER} alone may replace it .*; the report is made in {beside}/", said.err
    )
    assert f"Report:  {beside}/report.html" in said.out
    assert {path.name for path in beside.iterdir()} == before.keys()
    assert {path.name: path.stat() for path in theirs.iterdir()} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to another user")
def test_a_file_of_a_store_that_another_user_alone_may_replace_is_named_with_him_and_another_sweep_goes_on(
    command: Command,
) -> None:
    assert command("epochs=5").code == 0
    give_away(Path("outputs/artifacts"))
    said = bound("epochs=5", "tracking.patience=1")
    assert (said.code, f"user {OTHER} alone may replace it" in said.err) == (4, True)
    assert re.search(
        rf"next:    let user {OTHER} run the command, or chmod -t /\S*/artifacts/\w+/artifacts/data;", said.err
    )
    assert bound("epochs=6").code == 0
