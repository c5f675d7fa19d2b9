"""What is read from a store or a spool is bounded: in bytes, also unpacked, and in time."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep import provenance
from sweep.data import sources
from sweep.plan import plan
from sweep.tracking import data_files, parts, spool, typed
from sweep.tracking.forms import Labels, SpooledSweep
from sweep.tracking.location import absolute
from sweep.training import in_process
from tests.conftest import Command
from tests.tracking import bombs
from tests.tracking.bounded import bounded
from tests.tracking.stored import URI, runs, settings

pytestmark = [
    pytest.mark.usefixtures("ready_store"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as Linux tells it"),
]

MOST = 256 << 20
"""Bytes of memory that a command may take for a file that is not as sweep writes it."""

READ = ("plan.json", "provenance.json", "data/*", "curves/*")
"""What is read of a store."""

LONGEST = 5
"""Epochs of the only point."""


@pytest.fixture
def spooled() -> Path:
    """A spool of ``lr=0.01 epochs=5``, for the store of the current folder."""
    asked = settings()
    wanted = plan.make([asked], sources.read)
    made = spool.Spool(wanted, asked.tracking, {}, provenance.this_execution())
    made.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
    return made.folder


@pytest.mark.parametrize("bomb", bombs.PARQUETS)
def test_a_part_that_unpacks_to_more_than_a_sweep_can_have_made_is_refused_before(bomb: str) -> None:
    content = bombs.PARQUETS[bomb]()
    assert len(content) < 1 << 20
    with bounded() as peak, pytest.raises(parts.DamagedPart, match="not as sweep writes it"):
        parts.decode(f"curves/{bombs.part_name(content)}", content, LONGEST)
    assert peak.taken < MOST


def test_readings_take_some_times_their_bytes() -> None:
    content = b"input,target\n" + b"1.0,2.0\n" * 500_000 + b"2.0,3.0\n"
    labels = Labels(name="x", source="x.csv", input_name="input", target_name="target")
    with bounded() as peak, pytest.raises(typed.Malformed, match="fingerprint"):
        data_files.read("0" * 32, labels, content)
    assert peak.taken < 25 * len(content)


@pytest.mark.parametrize("name", ["json.loads", "sweep.tracking.parts._table"])
def test_where_the_memory_does_not_suffice_nothing_counts_as_damaged(
    command: Command, spooled: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def take(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as full:
        full.setattr(name, take)
        said = command(module="sweep.sync")
    assert (said.code, "Cannot allocate memory" in said.err, spooled.exists()) == (1, True, True)
    assert command(module="sweep.sync").code == 0


def test_a_part_has_no_more_rows_than_are_looked_for() -> None:
    content = bombs.many_rows(3)
    path = f"curves/{bombs.part_name(content)}"
    assert len(parts.decode(path, content, 1, 3)) == 3
    with pytest.raises(parts.DamagedPart, match="more than a chunk has"):
        parts.decode(path, content, 1, 2)


@pytest.mark.parametrize("bomb", bombs.JSONS)
def test_json_that_takes_much_is_refused(bomb: str) -> None:
    content = bombs.JSONS[bomb]()
    with bounded() as peak, pytest.raises(typed.Malformed, match="the file"):
        typed.load(content, SpooledSweep, "the file")
    assert peak.taken < MOST


@pytest.mark.parametrize("what", bombs.PLACED)
def test_what_is_no_plain_file_in_a_spool_is_named_and_never_opened(
    command: Command, spooled: Path, what: Callable[[Path], None]
) -> None:
    for path in [path for path in spooled.rglob("*") if path.is_file()]:
        whole = path.read_bytes()
        bombs.place(path, what)
        with bounded() as peak:
            said = command(module="sweep.sync")
        told = said.out if path.parent.name == "curves" else said.err
        assert path.name in told
        assert peak.taken < MOST
        if not spooled.exists():
            break
        bombs.clear(path)
        path.write_bytes(whole)


@pytest.mark.parametrize("what", [bombs.pipe, bombs.sparse])
def test_what_is_no_plain_file_in_a_store_is_named_and_never_opened(
    command: Command, what: Callable[[Path], None]
) -> None:
    assert command("epochs=5").code == 0
    for path in [path for name in READ for path in Path("outputs/artifacts").rglob(name)]:
        whole = path.read_bytes()
        bombs.place(path, what)
        with bounded() as peak:
            reported, planned = command(module="sweep.report"), command("epochs=5", "dry_run=true")
        if path.name == "provenance.json":  # What is lost of it changes no result.
            assert (reported.code, planned.code) == (0, 0)
        else:
            assert (reported.code, planned.code, path.name in reported.err) == (1, 0, True)
        assert ("1 to train" in planned.out) is (path.parent.name == "curves")
        assert peak.taken < MOST
        bombs.clear(path)
        path.write_bytes(whole)


@pytest.mark.parametrize("what", [bombs.pipe, bombs.device, bombs.loop])
def test_what_is_no_plain_file_where_readings_were_kept_is_named_and_never_opened(
    command: Command, tmp_path: Path, what: Callable[[Path], None]
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("x,y\n1,2\n2,3\n3,5\n")
    words = ("data=csv", f"data.path={own}", "data.input=x", "data.target=y", "data.store=false", "epochs=5")
    assert command(*words).code == 0
    bombs.place(own, what)
    for module in ("sweep.report", "sweep.replay"):
        with bounded() as peak:
            said = command(module=module)
        assert (said.code, f"{own}: " in said.err, "put the file back" in said.err) == (1, True, True)
        assert peak.taken < MOST


def test_a_bomb_in_a_store_is_a_part_that_is_lost(command: Command) -> None:
    assert command("epochs=5").code == 0
    (part,) = Path("outputs/artifacts").rglob("curves/*")
    content = bombs.long_curve()
    part.with_name(bombs.part_name(content)).write_bytes(content)
    (run,) = runs()
    MlflowClient(absolute(URI)).set_tag(run.info.run_id, "curve_part", f"curves/{bombs.part_name(content)}")
    with bounded() as peak:
        again = command("epochs=5")
    assert (again.code, "1 to train" in again.out) == (0, True)
    assert peak.taken < MOST


def test_strange_entries_of_a_spool_are_counted_not_read(command: Command, spooled: Path) -> None:
    (part,) = spooled.rglob("curves/*")
    for number in range(2000):
        (part.parent / f"{number:064x}.parquet").symlink_to("/dev/zero")
    with bounded() as peak:
        said = command(module="sweep.sync")
    assert (said.code, len(runs())) == (0, 1)
    assert "and 1,997 more" in said.out
    assert len(said.out) < 2000
    assert peak.taken < MOST
