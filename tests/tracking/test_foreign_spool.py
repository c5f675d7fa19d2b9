"""A spool that somebody else has laid: nothing goes to the store it names before the user names it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sweep import provenance
from sweep.plan import plan
from sweep.problem import sources
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
    assert (synced.code, f"python -m sweep.sync tracking.uri={server} delivers it" in synced.err) == (1, True)
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
