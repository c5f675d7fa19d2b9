"""A spool that somebody else has laid: nothing goes to the store it names before the user names it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sweep import delivery, provenance
from sweep.data import sources
from sweep.plan import plan
from sweep.tracking.spool import Spool
from sweep.training import in_process
from tests.conftest import Command
from tests.tracking.stored import runs, settings

pytestmark = pytest.mark.usefixtures("ready_store")

ASKED: list[str] = []
"""What the other server was asked, with the credentials that came with it."""


class Other(BaseHTTPRequestHandler):
    """Notes each request and answers nothing."""

    def do_GET(self) -> None:
        ASKED.append(f"{self.path} {self.headers.get('Authorization')}")
        self.send_error(500)

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stranger's server; the user has a token for one of his own."""
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "a-token")
    ASKED.clear()
    with HTTPServer(("127.0.0.1", 0), Other) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def lay(uri: str) -> Path:
    """A spool of ``lr=0.01 epochs=5`` whose results wait for the store ``uri``."""
    point = settings(lr=0.01)
    wanted = plan.make([point], sources.read)
    point.tracking.uri = uri
    spool = Spool(wanted, point.tracking, {}, provenance.this_execution())
    spool.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
    return spool.folder


def test_a_server_that_a_spool_names_is_asked_nothing_before_the_user_names_it(command: Command, server: str) -> None:
    folder = lay(server)
    swept = command("lr=0.01", "epochs=5")
    assert (swept.code, len(runs())) == (0, 1)
    assert f"{folder}: waits for the store {server}, not for sqlite:///outputs/mlflow.db; it stays." in swept.out
    synced = command(module="sweep.sync")
    assert (synced.code, f"sweep sync tracking.uri={server} delivers it" in synced.err) == (1, True)
    assert ASKED == []
    assert folder.exists()
    confirmed = command(f"tracking.uri={server}", "tracking.patience=0", module="sweep.sync")
    assert confirmed.code == 1
    assert ASKED[0].endswith("Bearer a-token")


def test_a_spool_makes_no_database_that_the_user_does_not_name(command: Command, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "x.db"
    folder = lay(f"sqlite:///{elsewhere}")
    assert command("lr=0.01", "epochs=5").code == 0
    assert command(module="sweep.sync").code == 1
    assert not elsewhere.parent.exists()
    assert command(f"tracking.uri=sqlite:///{elsewhere}", module="sweep.sync").code == 0
    assert elsewhere.exists()
    assert not folder.exists()


def test_a_database_in_memory_takes_no_spool(command: Command) -> None:
    folder = lay("sqlite:///outputs/mlflow.db")
    description = folder / "sweep.json"
    document = json.loads(description.read_text())
    document["tracking"]["uri"] = "sqlite:///:memory:"
    document.pop("checksum")
    description.write_text(json.dumps(document))
    said = command(module="sweep.sync")
    assert (said.code, "sweep.json" in said.err, folder.exists()) == (1, True, True)


@pytest.mark.parametrize(
    ("waiting", "given", "same"),
    [
        ("http://h:5000/", "http://h:5000", True),
        ("HTTP://H:80/x/", "http://h/x", True),
        ("https://h", "https://h:443/", True),
        ("http://***@h", "http://u:p@H:80", True),
        ("sqlite:///link/x.db", "sqlite:///outputs/../outputs/x.db", True),
        ("http://h", "https://h", False),
        ("http://h:5000", "http://h:5001", False),
        ("http://h/x", "http://h/X", False),
        ("http://h:5000@evil", "http://h:5000", False),
        ("http://h@evil", "http://h", False),
        ("http://evil/http://h", "http://h", False),
        ("http://h.evil", "http://h", False),
        ("http://h\uff0f.evil", "http://h", False),
        ("http://[h", "http://h", False),
        ("azureml://h", "http://h", False),
        ("postgresql://h/X", "postgresql://h/x", False),
        ("sqlite:///outputs/%78.db", "sqlite:///outputs/y.db", False),
    ],
)
def test_a_spool_waits_for_one_store_however_that_is_spelled(waiting: str, given: str, same: bool) -> None:
    Path("link").symlink_to("outputs")
    assert delivery.waits_for(waiting, given) is same


def test_a_spool_in_the_folder_of_another_sweep_is_not_delivered_with_that(command: Command) -> None:
    folder = lay("sqlite:///outputs/mlflow.db")
    wanted = plan.make([settings(lr=0.5)], sources.read)
    taken = folder.rename(folder.parent / f"{wanted.sweep_id}-moved")
    swept = command("lr=0.5", "epochs=5")
    assert (swept.code, len(runs()), taken.exists()) == (0, 1, True)
    assert f"{taken}: cannot be read: plan.json: of sweep {folder.name}" in swept.out
    assert (command(module="sweep.sync").code, len(runs())) == (0, 2)


def test_results_are_not_kept_in_a_folder_that_is_taken(command: Command, server: str) -> None:
    other = lay(server)
    there = {path: path.read_bytes() for path in other.rglob("*") if path.is_file()}
    own = lay("sqlite:///outputs/mlflow.db")
    assert own != other
    assert own.name.startswith(other.name)
    assert {path: path.read_bytes() for path in there} == there
    synced = command(module="sweep.sync")
    assert (synced.code, len(runs()), own.exists(), other.exists()) == (1, 1, False, True)
    assert ASKED == []
