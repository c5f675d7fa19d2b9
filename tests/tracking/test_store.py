"""Opening a store: what cannot be opened is told with the way out, and nothing is left behind."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.redaction import without_secrets
from sweep.settings import composition
from sweep.tracking.location import absolute, database_file, is_server
from tests.conftest import Command


def test_a_deleted_experiment_is_answered_with_the_command_that_restores_it(command: Command) -> None:
    command("epochs=2")
    client = MlflowClient(absolute("sqlite:///outputs/mlflow.db"))
    experiment = client.get_experiment_by_name("sweep")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    said = command("epochs=2")
    assert said.code == 1
    assert "this experiment was deleted" in said.err
    told = said.err.split("next:")[1].split(", or give")[0].strip()
    setting, *words = shlex.split(told)
    name, _, value = setting.partition("=")
    binary = Path(sys.executable).with_name(words[0])
    subprocess.run([str(binary), *words[1:]], env={**os.environ, name: value}, check=True, capture_output=True)
    assert "1 done already" in command("epochs=2").out


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "postgresql://user:secret@127.0.0.1:9/x", "file:///tmp/none"])
def test_a_store_that_cannot_be_reached_is_named_without_its_secrets(
    command: Command, tmp_path: Path, uri: str
) -> None:
    said = command(f"tracking.uri={uri}")
    assert said.code == 1
    assert said.err.startswith(f"sweep: tracking.uri={uri.replace('user:secret', '***')} cannot be used")
    assert "secret" not in said.err
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("scheme", "told"),
    [("postgresql+psycopg", "connection timeout expired"), ("http", "timed out: no whole answer in 5 s")],
)
def test_a_store_that_is_silent_is_waited_for_as_long_as_the_patience_says(
    command: Command, scheme: str, told: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/x"
        said = command("epochs=2", f"tracking.uri={uri}", "tracking.patience=1")
    assert (said.code, told in said.err) == (1, True), said.err


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("http://127.0.0.1:9", "start the server or check the address"),
        ("postgresql://127.0.0.1:9/x", "check address, user and password, or pip install the driver"),
        ("sqlite+none:///x.db", "check the file, or name another"),
        ("file:///tmp/none", "MLflow has closed its file store"),
        ("foo://x", "MLflow knows no store foo://"),
    ],
)
def test_the_way_out_fits_the_kind_of_store(
    command: Command, monkeypatch: pytest.MonkeyPatch, uri: str, words: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    said = command("epochs=2")
    assert said.err.startswith(f"sweep: MLFLOW_TRACKING_URI={uri} cannot be used: ")
    assert words in said.err
    assert ("start the server" in said.err) == uri.startswith("http")


def test_the_command_for_the_ui_can_be_pasted(command: Command, empty_store: Path, tmp_path: Path) -> None:
    (tmp_path / "my dir").mkdir()
    shutil.copyfile(empty_store, tmp_path / "my dir" / "x.db")
    uri = "sqlite:///my dir/x.db?timeout=3"
    said = command(f"tracking.uri='{uri}'", "epochs=2")
    told = said.out.split("Compare: ")[1].strip()
    words = shlex.split(told)
    assert words[:3] == ["sweep", "ui", "762f24fa"]
    assert composition.tracking(words[3:]).uri == uri


def test_a_file_that_is_no_database_is_refused_and_left_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, not a database\n" * 50)
    said = command("tracking.uri=sqlite:///notes.txt")
    assert (said.code, "file is not a database" in said.err) == (1, True)
    assert (tmp_path / "notes.txt").read_text().startswith("these are notes")


def test_a_file_whose_name_is_too_long_is_refused(command: Command, tmp_path: Path) -> None:
    said = command(f"tracking.uri=sqlite:///{300 * 'a'}.db", "epochs=2")
    assert (said.code, "File name too long" in said.err) == (1, True)
    assert not list(tmp_path.rglob("*"))


def test_outputs_that_cannot_be_written_are_refused_before_anything_is_stored(command: Command, tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("in the way")
    said = command("tracking.uri=sqlite:///elsewhere.db")
    assert said.code == 1
    assert "outputs/ cannot be written" in said.err
    assert not (tmp_path / "elsewhere.db").exists()


@pytest.mark.parametrize("place", ["outputs/artifacts", "outputs/spool"])
def test_a_file_where_a_folder_is_needed_is_refused_before_anything_is_stored(
    command: Command, tmp_path: Path, place: str
) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / place).write_text("in the way")
    said = command("epochs=2")
    assert (said.code, "cannot be written" in said.err) == (1, True)
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == [Path(place).name]


def test_a_dry_run_lists_keys_and_what_is_done_and_makes_nothing(command: Command, tmp_path: Path) -> None:
    said = command("lr=1e-2,1e-4", "epochs=5", "dry_run=true")
    assert said.code == 0
    assert said.out.count("to do") == 2
    assert "2 points, 10 epochs in all; 0 done already, 2 to train." in said.out
    assert not list(tmp_path.rglob("*"))
    command("lr=1e-2", "epochs=5")
    said = command("lr=1e-2,1e-4", "epochs=5", "dry_run=true")
    lines = said.out.splitlines()
    assert lines[0].split() == ["lr", "scale", "epochs", "key", "state"]
    assert lines[1].endswith("done")
    assert lines[2].endswith("to do")
    assert "1 done already, 1 to train" in said.out


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("sqlite:///outputs/mlflow.db", "outputs/mlflow.db"),
        ("sqlite:////data/m.db", "/data/m.db"),
        ("sqlite:///m.db?timeout=3", "m.db"),
        ("sqlite+pysqlite:///m.db", "m.db"),
        ("http://127.0.0.1:5000", None),
        ("postgresql://h/db", None),
    ],
)
def test_the_file_of_a_store_is_read_from_its_uri(uri: str, file: str | None) -> None:
    assert database_file(uri) == (Path(file) if file else None)
    assert is_server(uri) == uri.startswith("http")
    assert database_file(absolute(uri)) == (Path(file).resolve() if file else None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:pw@host:5/db", "postgresql://***@host:5/db"),
        ("https://token@host/x?key=abc&b=2", "https://***@host/x?key=***&b=***"),
        ("sqlite:///outputs/mlflow.db", "sqlite:///outputs/mlflow.db"),
        ("sqlite:///my dir/x.db?timeout=3&mode=rw", "sqlite:///my dir/x.db?timeout=3&mode=rw"),
        ("sqlite:///x.db http://a:b@c", "sqlite:///x.db http://***@c"),
        ("sqlite+pysqlcipher://:pw@/x.db?cipher=aes", "sqlite+pysqlcipher://***@/x.db?cipher=***"),
        ("failed for http://a:b@c and http://d:e@f", "failed for http://***@c and http://***@f"),
    ],
)
def test_secrets_are_taken_out_of_uris(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
