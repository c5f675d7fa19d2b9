"""A store that fails in the middle of a sweep: a table of it is taken away; what it did not take is delivered later."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from sweep import app, provenance, sync
from sweep.data import sources
from sweep.engines.engine import Here
from sweep.errors import Exit, StoreAway
from sweep.plan import plan
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.tracking.spool import Spool, read
from sweep.tracking.spool_folders import folders
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import Command
from tests.tracking.stored import rename, runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")

FILES = ("report.html", "report.md", "runs.csv")


def asked() -> list[Settings]:
    points = [settings(lr=lr) for lr in (1e-2, 1e-3, 1e-4)]
    for each in points:
        each.tracking.patience = 0.2
    return points


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chunk a point."""
    monkeypatch.setattr("sweep.training.execute.CHUNK_LOSSES", 1)


def run_until_the_store_breaks() -> None:
    """One of three points lands; the store breaks while the second trains, which fails; then it is whole again."""

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if points[0].lr == 1e-3:
            rename("params", "gone")
            raise ValueError("made to fail")
        return in_process.in_process(points, problems)

    with pytest.raises(StoreAway, match="2 results wait in outputs/spool"):
        app.run(asked(), Here(train))
    rename("gone", "params")


def report() -> dict[str, bytes]:
    (folder,) = Path("outputs").glob("sweep-*")
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.mark.usefixtures("chunked")
def test_what_a_failing_store_does_not_take_waits_and_is_delivered_once(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_until_the_store_breaks()
    assert "no such table: params" in capsys.readouterr().err
    assert [run.data.params["lr"] for run in runs()] == ["0.01"]
    assert Path("outputs/spool").stat().st_mode & 0o077 == 0
    (spool,) = Path("outputs/spool").iterdir()
    kept = tmp_path / "kept"
    shutil.copytree(spool, kept)

    sync.sync(None, [])
    assert "2 of 2 results were new" in capsys.readouterr().out
    assert sorted((run.data.params["lr"], run.info.status) for run in runs()) == [
        ("0.0001", "FINISHED"),
        ("0.001", "FAILED"),
        ("0.01", "FINISHED"),
    ]
    assert [run.info.status for run in runs("summary")] == ["FINISHED"]
    assert not spool.exists()
    delivered = report()
    assert b"1 failed" in delivered["report.md"]

    shutil.copytree(kept, spool)  # As after a kill between the delivery and its end.
    sync.sync(None, [])
    assert "0 of 2 results were new" in capsys.readouterr().out
    assert len(runs()) == 3
    assert report() == delivered
    sync.sync(None, [])
    assert "Nothing waits" in capsys.readouterr().out


@pytest.mark.usefixtures("chunked")
def test_the_same_command_delivers_first_and_trains_what_is_left(command: Command) -> None:
    run_until_the_store_breaks()
    trained: list[float] = []

    def train(points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        trained.extend(point.lr for point in points)
        return in_process.in_process(points, problems)

    assert app.run(asked(), Here(train)) is Exit.OK
    assert trained == [1e-3]  # The one that failed is tried again.
    resumed = report()
    shutil.rmtree("outputs/artifacts")
    for name in ("mlflow.db", "mlflow.db-wal", "mlflow.db-shm"):
        Path("outputs", name).unlink(missing_ok=True)
    assert command("lr=1e-2,1e-3,1e-4", "epochs=5").code == 0
    assert report() == resumed


@pytest.mark.usefixtures("chunked")
def test_a_damaged_file_of_a_spool_is_named_and_the_rest_delivered(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    run_until_the_store_breaks()
    (damaged,) = Path("outputs/spool").glob("*/failures/*.json")
    damaged.write_bytes(damaged.read_bytes().replace(b"made to fail", b"made to fall"))
    sync.sync(None, [])
    out = capsys.readouterr().out
    assert "1 of 1 result was new" in out
    assert str(damaged) in out
    assert len(runs()) == 2


@pytest.mark.parametrize("file", ["plan.json", "sweep.json"])
def test_a_spool_that_cannot_be_read_is_named_and_holds_up_nothing(command: Command, file: str) -> None:
    folders = []
    for setting in asked()[:2]:
        wanted = plan.make([setting], sources.read)
        spool = Spool(wanted, setting.tracking, {}, provenance.this_execution())
        spool.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
        folders.append(spool.folder)
    broken, whole = sorted(folders)
    (broken / file).write_bytes(b"[3]")
    said = command(module="sweep.sync")
    assert (said.code, f"{broken}: cannot be read" in said.err) == (1, True)
    assert f"{whole}: 1 of 1 result was new to the store." in said.out
    assert len(runs()) == 1
    (own,) = [each for each in asked()[:2] if plan.make([each], sources.read).sweep_id == broken.name]
    assert command(f"lr={own.lr}", "epochs=5").code == 0
    assert len(runs()) == 2


def test_a_password_is_not_kept_and_asked_for(command: Command) -> None:
    (point,) = asked()[:1]
    point.tracking.uri = "http://me:secret@127.0.0.1:9"
    wanted = plan.make([point], sources.read)
    spool = Spool(wanted, point.tracking, {}, provenance.this_execution())
    spool.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
    assert all(b"secret" not in path.read_bytes() for path in spool.folder.rglob("*") if path.is_file())
    assert read(spool.folder).results.keys() == {wanted.points[0].key}
    said = command(module="sweep.sync")
    word = "'tracking.uri=\"http://***@127.0.0.1:9\"'"
    assert (said.code, f"sweep sync {word}, with what *** stands for, delivers it" in said.err) == (1, True)


def test_a_spool_that_hides_a_user_without_a_password_is_of_the_store_that_is_named(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (point,) = asked()[:1]
    point.tracking.uri = "postgresql://bob@127.0.0.1:9/x"
    wanted = plan.make([point], sources.read)
    with monkeypatch.context() as earlier:
        earlier.setattr("sweep.tracking.spool.masked", lambda uri: uri.replace("bob", "***"))
        spool = Spool(wanted, point.tracking, {}, provenance.this_execution())
        spool.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
    for uri, told in ((point.tracking.uri, "cannot be used"), ("postgresql://bob@h/x", "not for postgresql://bob@h/x")):
        said = command(f"tracking.uri={uri}", module="sweep.sync")
        assert (said.code, told in said.err) == (1, True), said.err


def keep_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Spool, list[str]]:
    """In the folder ``place``, the spool of a point whose store took nothing, and what it said in the end."""
    monkeypatch.chdir(place)
    (point,) = asked()[:1]
    wanted = plan.make([point], sources.read)
    spool = Spool(wanted, point.tracking, {}, provenance.this_execution())

    def refuse(pairs: object, tick: object) -> None:
        raise StoreAway("the server left")

    curve = in_process.in_process(wanted.points, wanted.problems)[0]
    spool.behind(refuse)([(wanted.points[0], curve)], lambda: None)
    with pytest.raises(StoreAway) as away:
        spool.check()
    return spool, str(away.value).splitlines()


def test_results_are_kept_where_there_is_no_folder_for_outputs_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    spool, said = keep_one(empty, monkeypatch)
    assert spool.folder.parent == Path("outputs/spool")
    assert f"1 result waits in {spool.folder}/; once the store is back" in said[-1]
    assert len(read(spool.folder).results) == 1


def test_results_are_kept_elsewhere_where_outputs_cannot_be_made_and_wait_once_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked, spare = tmp_path / "blocked", tmp_path / "spare folder"
    blocked.mkdir()
    spare.mkdir()
    (blocked / "outputs").write_text("a file in the way")
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    spool, said = keep_one(blocked, monkeypatch)
    assert spool.folder.parent == spare
    (blocked / "outputs").unlink()
    (advised,) = [part for part in said[-1].split(";") if "mkdir" in part]
    subprocess.run(advised.partition(", ")[2], shell=True, check=True)
    assert [len(read(folder).results) for folder in folders()] == [1]


def test_where_nothing_can_be_written_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked/outputs").write_text("a file in the way")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "blocked/outputs"))
    with pytest.raises(StoreAway, match=r"the server left; and .*Not a directory(.|\n)*go to a folder that can be"):
        keep_one(tmp_path / "blocked", monkeypatch)
