"""Where a store is: a path in a URI means the file that it names, whatever characters a folder has."""

import os
import shlex
import shutil
import sqlite3
from pathlib import Path

import pytest
from mlflow import MlflowClient
from sqlalchemy.engine import make_url

from sweep.errors import BadInput
from sweep.settings import composition
from sweep.tracking.location import absolute, artifact_location, database_file, local_folder, sqlite_uri
from tests.conftest import Command
from tests.tracking.stored import URI

FOLDERS = ["proj_feature%2Fx", "100% a;b&c+d :ünï", "a?b#c\\d", "-q'u\"o\n@x:y [z]{$HOME}=~,*"]

LOG = ("", "-wal", "-shm")
"""How the files of a SQLite store end."""


@pytest.fixture
def within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command, request: pytest.FixtureRequest) -> Path:
    """The current folder: an empty one inside of ``tmp_path``, with the name that the test is given."""
    folder: Path = tmp_path / "around" / request.param
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("within", FOLDERS, indirect=True)
def test_a_sweep_in_a_folder_of_any_name_keeps_everything_in_it(
    command: Command, within: Path, empty_store: Path
) -> None:
    Path("outputs").mkdir()
    shutil.copyfile(empty_store, "outputs/mlflow.db")
    assert command("epochs=2").code == 0
    assert "1 done already" in command("epochs=2", "dry_run=true").out
    assert command(module="sweep.report").code == 0
    assert [path.name for path in within.parent.iterdir()] == [within.name]
    assert [path.name for path in within.iterdir()] == ["outputs"]
    client = MlflowClient(absolute(URI))
    (summary,) = client.search_runs(["1"], "tags.kind = 'summary'")
    assert "report.html" in {each.path for each in client.list_artifacts(summary.info.run_id)}


@pytest.mark.parametrize("within", ["q'u\"o :x%2F?\\"], indirect=True)
@pytest.mark.parametrize("there", [False, True])
def test_a_store_is_made_in_a_folder_of_any_name(command: Command, within: Path, there: bool) -> None:
    if there:  # MLflow makes its tables then, as in a database of a server.
        Path("outputs").mkdir()
        Path("outputs/mlflow.db").touch()
    assert command("epochs=2").code == 0
    assert {path.name for path in Path("outputs").iterdir() if path.is_file()} <= {f"mlflow.db{end}" for end in LOG}
    assert [path.name for path in within.parent.iterdir()] == [within.name]


@pytest.mark.parametrize(
    "uri", ["sqlite:///./outputs/mlflow.db", "sqlite:///l", "sqlite:///sqlite:/s", "sqlite:///my%20store"]
)
def test_a_path_of_any_form_means_one_file(command: Command, empty_store: Path, tmp_path: Path, uri: str) -> None:
    file = tmp_path / Path(make_url(uri).database or "")
    file.parent.mkdir(exist_ok=True)
    shutil.copyfile(empty_store, file)
    said = command("epochs=2", f"tracking.uri={uri}")
    assert said.code == 0
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)
    inner = file.relative_to(tmp_path).parts[0]
    expected = {"outputs", "artifacts" if file.name == inner else inner}
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == expected
    assert {path.name for path in file.parent.iterdir() if path.is_file()} <= {f"{file.name}{end}" for end in LOG}
    words = shlex.split(said.out.split("Compare: ")[1])
    assert database_file(composition.tracking(words[3:]).uri) == database_file(uri)


@pytest.mark.parametrize("name", [*FOLDERS, "%41", "%", " ", "?", "\\", "\t", "\x7f", ":memory:", "file:x"])
def test_a_path_is_read_back_as_it_was(name: str) -> None:
    file = Path("/somewhere", name, "x.db")
    assert make_url(sqlite_uri(file)).database == str(file)
    assert database_file(sqlite_uri(file)) == file
    assert database_file(absolute(f"{sqlite_uri(file, 'sqlite+pysqlite')}?timeout=3")) == file
    assert local_folder(artifact_location(file.parent)) == file.parent
    assert local_folder(file.parent.as_uri()) == file.parent


@pytest.mark.parametrize(
    ("location", "folder"), [("./mlruns/0", "mlruns/0"), ("s3://b/x", None), ("mlflow-artifacts:/0", None)]
)
def test_a_location_elsewhere_is_no_folder(location: str, folder: str | None) -> None:
    assert local_folder(location) == (Path(folder) if folder else None)


def test_a_path_that_is_not_utf_8_is_refused_by_its_name(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    monkeypatch.chdir(folder)
    said = command("epochs=2")
    assert (said.code, "no URI can name this file" in said.err, "UTF-8" in said.err) == (1, True, True)
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_where_paths_are_not_unquoted_what_cannot_be_named_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLAlchemy is before 2.1."""

    class Url:
        def __init__(self, uri: str) -> None:
            self.database = uri.partition(":///")[2].partition("?")[0]

    monkeypatch.setattr("sweep.tracking.location.make_url", Url)
    assert sqlite_uri(Path("/a%20b/x.db")) == "sqlite:////a%20b/x.db"
    with pytest.raises(BadInput, match="no URI can name"):
        sqlite_uri(Path("/a?b/x.db"))


@pytest.mark.parametrize("end", ["a%00b", "?timeout=abc", "loop/x.db"])
def test_a_file_that_cannot_be_is_refused(command: Command, end: str) -> None:
    Path("loop").symlink_to("loop")
    said = command("epochs=2", f"tracking.uri='sqlite:///{end}'")
    assert (said.code, said.err.startswith("sweep: tracking.uri=sqlite:///")) == (1, True)
    assert not list(Path().rglob("*.db"))
