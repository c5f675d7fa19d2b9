"""What training functions leave: on their runs before these are there, and in a spool until it is delivered."""

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sweep import provenance
from sweep.data import sources
from sweep.errors import StoreAway
from sweep.plan import plan
from sweep.tracking import database_writer, spooled_leavings, typed
from sweep.tracking.artifacts import FolderArtifacts
from sweep.tracking.spool import Spool
from sweep.tracking.store import Store
from sweep.training.compute import compute
from sweep.training.curve import Leavings
from tests.conftest import Command
from tests.tracking import bombs
from tests.tracking.bounded import bounded
from tests.tracking.stored import runs
from tests.tracking.written import LEAVING, LEFT, a_store, nothing, query
from tests.training.by_function import asked

LR = (0.5, 0.25, 0.125)


def spooled() -> Path:
    """A spool of three runs that said something and left a file, one of which failed."""
    points = [asked("tells", changes={"lr": lr, "epochs": 3}) for lr in LR[:2]] + [
        asked("fails", changes={"lr": LR[2]})
    ]
    wanted = plan.make(points, sources.read)
    made = Spool(wanted, points[0].tracking, {}, provenance.this_execution())
    made.keep(list(zip(wanted.points, compute(wanted.points, wanted.problems), strict=True)), lambda: None)
    return made.folder


def there() -> dict[str, dict[str, bytes]]:
    """By its lr, the files of each run, but for a traceback."""
    found = {}
    for run in runs():
        folder = Path("outputs/artifacts", run.info.run_id, "artifacts")
        paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "traceback.txt")
        found[run.data.params["lr"]] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return found


ALL = {
    **{f"{lr}": {"output.txt": f"at {lr}\n".encode(), "files/below/lr.txt": f"{lr}".encode()} for lr in LR[:2]},
    f"{LR[2]}": {"output.txt": f"before {LR[2]}\n".encode()},
}


class Looking(FolderArtifacts):
    """Artifacts that look, at each file, how many runs there are."""

    def __init__(self, folder: Path, store: Store) -> None:
        super().__init__(folder, 0.0)
        self.store, self.seen = store, list[int]()

    def put(self, run_id: str, path: str, content: bytes) -> None:
        self.seen.append(len(query(self.store, "SELECT 1 FROM runs")))
        super().put(run_id, path, content)


def test_files_are_there_before_their_run_is_and_without_them_there_is_none(tmp_path: Path) -> None:
    store = a_store(tmp_path, "one")
    looking = Looking(tmp_path / "files", store)
    database_writer.write_runs(replace(store, artifacts=looking), [LEAVING], nothing)
    assert looking.seen == [0] * len(LEFT)
    assert len(query(store, "SELECT 1 FROM runs")) == 1
    (tmp_path / "blocked").touch()
    full = replace(store, artifacts=FolderArtifacts(tmp_path / "blocked", 0.0))
    other = replace(LEAVING, tags={**LEAVING.tags, "attempt": "2"})
    with pytest.raises(StoreAway, match="Not a directory"):
        database_writer.write_runs(full, [other], nothing)
    assert len(query(store, "SELECT 1 FROM runs")) == 1


def test_what_runs_left_waits_with_their_results_and_is_delivered_with_them(
    command: Command, ready_store: Path
) -> None:
    folder = spooled()
    said = command(module="sweep.sync")
    assert (said.code, "3 of 3 results were new to the store." in said.out) == (0, True)
    assert there() == ALL
    assert not folder.exists()


def test_what_is_damaged_of_it_costs_no_result(command: Command, ready_store: Path) -> None:
    folder = spooled()
    (left,) = (path for path in (folder / "leavings").iterdir() if b"at 0.5" in path.read_bytes())
    left.write_bytes(left.read_bytes().replace(b"at 0.5", b"at 0.6"))
    said = command(module="sweep.sync")
    assert (said.code, "3 of 3 results were new to the store" in said.out) == (0, True)
    assert f"damaged, the output and files of its run are lost: {left}" in said.out
    assert there() == ALL | {"0.5": {}}


@pytest.mark.parametrize("what", bombs.PLACED)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as Linux tells it")
def test_what_is_no_plain_file_among_it_is_never_opened(
    command: Command, ready_store: Path, what: Callable[[Path], None]
) -> None:
    folder = spooled()
    for left in sorted((folder / "leavings").iterdir()):
        bombs.place(left, what)
    with bounded() as peak:
        said = command(module="sweep.sync")
    assert (said.code, "3 of 3 results were new to the store" in said.out) == (0, True)
    assert peak.taken < 256 << 20
    assert there() == {lr: {} for lr in ALL}


def test_a_sweep_that_leaves_more_than_memory_holds_is_delivered_run_by_run(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.delivery.CHUNK_BYTES", 1)
    held: list[int] = []
    write = database_writer.write_runs

    def counted(store: object, contents: list[object], tick: object) -> object:
        held.append(len(contents))
        return write(store, contents, tick)  # type: ignore[arg-type]

    monkeypatch.setattr(database_writer, "write_runs", counted)
    spooled()
    assert command(module="sweep.sync").code == 0
    assert (held, there()) == ([1, 1, 1], ALL)


def laid(folder: Path, head: object, rest: bytes = b"") -> Path:
    """A file of a spool with any first line, under the right name."""
    line = head if isinstance(head, bytes) else json.dumps(head).encode() + b"\n"
    path = folder / f"{'0' * 32}-{hashlib.sha256(line + rest).hexdigest()}"
    path.write_bytes(line + rest)
    return path


def test_what_runs_left_is_read_back_from_a_spool_with_every_byte(tmp_path: Path) -> None:
    for leavings in (Leavings("é\n", {"a": b"", "b/c": b"\0\n\xff"}), Leavings("x"), Leavings("", {"a": b"1"})):
        spooled_leavings.write(tmp_path, "0" * 32, leavings)
        (path,) = spooled_leavings.found(tmp_path).values()
        assert spooled_leavings.read(path) == leavings
        path.unlink()
    spooled_leavings.write(tmp_path, "0" * 32, Leavings())
    assert spooled_leavings.found(tmp_path) == {}


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../../x", "", "a//b", "a\\..\\x", "n" * 300, "a\nb"])
def test_no_file_of_a_spool_leads_out_of_its_run(tmp_path: Path, name: str) -> None:
    with pytest.raises(typed.Malformed, match="a path below the folder of a run"):
        spooled_leavings.read(laid(tmp_path, {"output": 0, "files": {name: 1}}, b"x"))


def test_no_file_of_a_spool_is_a_folder_of_another(tmp_path: Path) -> None:
    with pytest.raises(typed.Malformed, match="a path below the folder of a run"):
        spooled_leavings.read(laid(tmp_path, {"output": 0, "files": {"a": 1, "a/b": 0}}, b"x"))


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ({"output": 5, "files": {}}, "other bytes than its first line says"),
        ({"output": -1, "files": {"a": 2}}, "other bytes than its first line says"),
        ({"output": 0, "files": {f"{place}": 0 for place in range(1001)} | {"x": 1}}, "other bytes"),
        ({"output": 1}, "files is missing"),
        ({"output": 1, "files": {}, "more": 1}, "more is not known"),
        (b"[" * 1_000_000 + b"\n", "objects and lists|nested"),
        (b"no line", "Expecting value"),
        (b"", "Expecting value"),
    ],
)
def test_what_is_not_as_it_is_written_is_refused(tmp_path: Path, head: object, words: str) -> None:
    with pytest.raises(typed.Malformed, match=words):
        spooled_leavings.read(laid(tmp_path, head, b"x"))
