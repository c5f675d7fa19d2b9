"""Files of runs that neither a server of MLflow nor this machine keeps: a real server of FTP, which may fall silent."""

import ftplib
import gc
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow import MlflowClient

from sweep.tracking.location import absolute
from tests.conftest import Command, Said
from tests.tracking.bounded import bounded
from tests.tracking.ftp import Ftp, serving
from tests.tracking.stored import URI

THEIRS = ("tracking.experiment=theirs", "tracking.patience=1")


@pytest.fixture(scope="module", autouse=True)
def connections_are_closed() -> Iterator[None]:
    """MLflow leaves them open: each is closed when it is collected, the last ones here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ftplib.FTP, "__del__", ftplib.FTP.close, raising=False)
        yield
        gc.collect()


@pytest.fixture
def ftp(ready_store: Path, tmp_path: Path) -> Iterator[Ftp]:
    """The server that keeps the files of the experiment ``theirs``."""
    with serving(tmp_path / "ftp") as server:
        MlflowClient(absolute(URI)).create_experiment("theirs", artifact_location=server.place)
        yield server
    for thread in threading.enumerate():
        if thread.name == "files":  # As deadline.in_time calls them: they were left to themselves.
            thread.join()


def test_files_lie_on_a_server_of_ftp_and_a_report_is_made_from_there(command: Command, ftp: Ftp) -> None:
    assert command("epochs=5", *THEIRS).code == 0
    said = command(*THEIRS[:1], module="sweep.report")
    assert (said.code, "1 point: " in said.out) == (0, True)
    assert list(ftp.folder.glob("files/*/artifacts/curves/*.parquet"))


def in_time(command: Command, *words: str, module: str = "sweep") -> Said:
    with bounded(20):
        return command(*words, module=module)


@pytest.mark.parametrize("passed", [0, 5])
def test_a_place_of_files_that_falls_silent_in_a_sweep_is_given_up_and_the_next_command_has_all(
    command: Command, ftp: Ftp, passed: int
) -> None:
    ftp.silent_at, ftp.passed = "STOR", passed
    said = in_time(command, "epochs=5", "lr=1e-2,1e-3", *THEIRS)
    assert (said.code, "timed out" in said.err) == (4, True)
    ftp.silent_at = ""
    again = in_time(command, "epochs=5", "lr=1e-2,1e-3", *THEIRS)
    assert (again.code, "2 points" in again.out) == (0, True)


@pytest.mark.parametrize("word", ["RETR", "NLST"])
def test_a_place_of_files_that_is_silent_when_it_is_asked_for_one_ends_a_report(
    command: Command, ftp: Ftp, word: str
) -> None:
    assert command("epochs=5", *THEIRS).code == 0
    ftp.silent_at = word
    if word == "NLST":
        (plan,) = ftp.folder.glob("files/*/artifacts/plan.json")
        plan.unlink()
        ftp.passed = 1  # That of the opening.
    said = in_time(command, *THEIRS, module="sweep.report")
    assert (said.code, "timed out" in said.err) == (4, True)
