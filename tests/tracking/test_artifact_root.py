"""PostgreSQL, a real server on loopback: where the files of an experiment in it go, and what its driver logs."""

import os
import shutil
import sys
from pathlib import Path

import psycopg
import pytest

from sweep.errors import BadInput
from sweep.tracking import artifact_root
from tests import quick_start
from tests.conftest import Command
from tests.tracking.stored import FOUR, runs

SPOILED = """
from sweep import __main__
from sweep.tracking import database_writer

put = database_writer.put

def cut_off(connection, name, rows):
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with connection.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({pid})")

def be_quicker(connection, name, rows):
    with connection.engine.begin() as other:
        put(other, name, rows)

ways = [cut_off, be_quicker]

def spoiled(connection, name, rows):
    if ways and len(rows) > 100:  # So that psycopg sends on before it has heard of the first ones.
        ways.pop()(connection, name, rows)
    put(connection, name, rows)

database_writer.put = spoiled
try:
    __main__.main()
finally:
    print("spoiled", ways)
"""
"""A sweep that another is quicker than, and whose session the server then ends, each while it writes."""


def test_what_a_driver_logs_of_what_is_tried_again_is_not_printed(command: Command, uri: str) -> None:
    words = ["lr=range(0.0001,0.02,0.0001)", "epochs=1", f"tracking.uri={uri}"]
    said = quick_start.run([sys.executable, "-c", SPOILED, *words])
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.endswith("spoiled []\n")


def change_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / name)


@pytest.mark.parametrize("given", [None, "shared", "file:shared"])
def test_files_go_where_a_driver_in_another_folder_finds_them(
    command: Command, uri: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    if given:
        place = given.replace("shared", str(tmp_path / "a b%41"))
        monkeypatch.setenv(artifact_root.GIVEN, place.replace("%", "%25") if "file:" in place else place)
    change_folder(monkeypatch, tmp_path, "first")
    assert command(f"tracking.uri={uri}", *FOUR).code == 0
    assert [path.name for path in Path().iterdir()] == ["outputs"]
    change_folder(monkeypatch, tmp_path, "second")
    shutil.rmtree(tmp_path / "first")
    assert command(f"tracking.uri={uri}", module="sweep.report").code == 0
    assert "4 done already, 0 to train" in command(f"tracking.uri={uri}", *FOUR).out
    assert list((tmp_path / "a b%41" if given else home).rglob("*.parquet"))


def test_a_database_elsewhere_is_told_a_place_for_files_before_anything_is_made_in_it(
    command: Command, empty_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = empty_uri.replace("127.0.0.1", "0.0.0.0")  # Linux goes to this machine; the address does not say so.
    said = command(f"tracking.uri={elsewhere}", *FOUR)
    assert (said.code, said.out, f"set {artifact_root.GIVEN} to such a place" in said.err) == (1, "", True)
    with psycopg.connect(empty_uri.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None
    monkeypatch.setenv(artifact_root.GIVEN, "shared")
    said = command(f"tracking.uri={elsewhere}", *FOUR)
    assert (said.code, f"{artifact_root.GIVEN}=shared: relative" in said.err) == (1, True)
    monkeypatch.setenv(artifact_root.GIVEN, str(tmp_path / "shared"))
    assert command(f"tracking.uri={elsewhere}", *FOUR).code == 0


def test_an_experiment_whose_files_are_on_another_machine_is_refused_with_the_way_out(
    command: Command, uri: str, home: Path
) -> None:
    assert command(f"tracking.uri={uri}", *FOUR).code == 0
    home.rename(home.with_name("another machine"))
    for module, words in (("sweep", ["lr=0.5"]), ("sweep.report", []), ("sweep.replay", [])):
        said = command(f"tracking.uri={uri}", *words, module=module)
        assert (said.code, "it has runs, and that folder is not on this machine" in said.err) == (1, True)
        assert f"tracking.experiment=NAME, with {artifact_root.GIVEN} set" in said.err
    assert not home.exists()
    assert len(runs(uri=uri)) == 4


@pytest.mark.parametrize(
    ("uri", "here"),
    [
        ("postgresql+psycopg:///x?host=/var/run/postgresql", True),
        ("postgresql://localhost/x", True),
        ("postgresql://u:p@db.example/x", False),
        ("postgresql:///x?host=db.example", False),
        ("mysql+pymysql://u:p@127.0.0.1:3306/x", True),
        ("mysql+pymysql://u:p@db.example/x", False),
        ("mssql+pyodbc://u:p@db.example/x?driver=d", False),
        ("mssql+pyodbc:///?odbc_connect=DRIVER", False),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_database_of_any_kind_has_a_place_of_its_own_for_files_or_asks_for_one(uri: str, here: bool) -> None:
    places = []
    for each in (uri, uri.replace("/x", "/y") if "/x" in uri else uri):
        with artifact_root.set_for(each):
            places.append(os.environ[artifact_root.ROOT])
            if here:
                artifact_root.make(each, "tracking.uri=…")
            else:
                with pytest.raises(BadInput, match="where a new experiment in it keeps its files is not known"):
                    artifact_root.make(each, "tracking.uri=…")
    assert (places[0] != places[1]) == here
    assert artifact_root.ROOT not in os.environ
