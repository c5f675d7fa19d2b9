"""How a SQLite file is used: its log, how MLflow's pages read it, and where it lies."""

import os
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sweep.settings.schema import Tracking
from sweep.tracking import sqlite_file
from sweep.tracking.database_tables import engine_of
from sweep.tracking.store import open_store
from tests.conftest import Command
from tests.quick_start import run
from tests.tracking.stored import URI

pytestmark = pytest.mark.usefixtures("ready_store")


def test_the_driver_keeps_a_write_ahead_log_and_syncs_it_less() -> None:
    store = open_store(Tracking(URI, "sweep", 1000, {}, 60.0))
    engine = engine_of(store.client) if store else None
    assert engine is not None
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1


def test_once_a_command_has_ended_the_file_alone_is_the_store() -> None:
    assert run([sys.executable, "-m", "sweep", "lr=1e-3,1e-4", "epochs=5"]).returncode == 0
    assert [path.name for path in Path("outputs").glob("mlflow.db*")] == ["mlflow.db"]


def test_after_a_sweep_the_curve_of_a_run_is_read_without_passing_over_others(command: Command) -> None:
    assert command("lr=range(0.001,0.02,0.001)", "epochs=50").code == 0
    query = "EXPLAIN QUERY PLAN SELECT * FROM metrics WHERE run_uuid = 'x' AND key = 'loss'"
    with sqlite3.connect("outputs/mlflow.db") as connection:
        (_, _, _, how), *_ = connection.execute(query)
    assert "run_uuid=?" in how


@pytest.mark.parametrize(
    "name", [b"caf\xe9", b"a b", b"a\tb", b"a\nb", b"a\\b", b"a#b", b"\\040", "ünï".encode(), b"a\rb", b"a\x85b - nfs"]
)
@pytest.mark.parametrize(("kind", "network"), [(b"nfs4", True), (b"fuse.sshfs", True), (b"ext4", False)])
def test_a_mount_point_is_bytes_of_any_kind(tmp_path: Path, name: bytes, kind: bytes, network: bool) -> None:
    mounts = tmp_path / "mountinfo"
    point = b"/net/" + name
    escaped = re.sub(rb"[ \t\n\\#]", lambda found: b"\\%03o" % found[0][0], point)  # As the kernel writes it.
    mounts.write_bytes(
        b"1 0 8:1 / / rw - ext4 /dev/a rw\n\nno mount\n9 1 0:3 / /caf\xe9 rw - nfs s:/h rw\n"
        b"2 1 0:9 / " + escaped + b" rw shared:1 master:2 - " + kind + b" server:/caf\xe9 rw\n"
    )
    assert sqlite_file.on_network(Path(os.fsdecode(point)) / "outputs" / "mlflow.db", mounts) == network
    assert not sqlite_file.on_network(Path(os.fsdecode(point + b"s")) / "mlflow.db", mounts)


def test_a_network_file_system_is_told_by_the_table_of_mounts(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "2 1 0:9 / /net/my\\040home rw - nfs4 server:/home rw\n"
        "3 2 0:8 / /net/my\\040home/local rw - xfs /dev/b rw\n"
        "1 0 8:1 / / rw shared:1 - ext4 /dev/a rw\n"
    )
    assert sqlite_file.on_network(Path("/net/my home/outputs/mlflow.db"), mounts)
    assert not sqlite_file.on_network(Path("/net/my home/local/mlflow.db"), mounts)
    assert not sqlite_file.on_network(Path("/net/my homes/mlflow.db"), mounts)
    assert not sqlite_file.on_network(Path("/net/my home/mlflow.db"), tmp_path / "no such file")


def test_damage_that_only_the_help_at_the_end_meets_does_no_harm_and_is_told_of(
    command: Command, ready_store: Path
) -> None:
    assert command("epochs=5").code == 0
    with closing(sqlite3.connect(ready_store)) as connection:
        ((page,),) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'index_trace_tags_request_id'"  # Nobody has traces.
        )
        ((size,),) = connection.execute("PRAGMA page_size")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with ready_store.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(bytes(size))
    said = command("epochs=5,6")
    assert said.code == 0, said.err
    assert "PRAGMA integrity_check" in said.err
    assert "2 points" in said.out
