"""A process that holds what others wait for and is stopped (SIGSTOP): they wait for as long as patience says."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sweep import provenance
from sweep.data import sources
from sweep.errors import StoreAway
from sweep.plan import plan
from sweep.tracking.spool import Spool
from sweep.training import in_process
from tests.conftest import Command, Said
from tests.tracking.bounded import bounded
from tests.tracking.stored import runs, settings

HELD = """
import sys, time
from pathlib import Path
from sweep.scratch import alone_in
with alone_in(Path(sys.argv[1]), 10):
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def stopped_in(folder: Path) -> Iterator[None]:
    """A process works alone in ``folder``, and is stopped."""
    with subprocess.Popen([sys.executable, "-c", HELD, folder], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            holder.send_signal(signal.SIGSTOP)
            yield
        finally:
            holder.kill()


@pytest.fixture
def impatient(command: Command) -> Callable[..., Said]:
    """A command that waits for half a second."""

    def ask(*words: str, module: str = "sweep") -> Said:
        with bounded(20):
            return command(*words, "tracking.patience=0.5", module=module)

    return ask


def kept() -> Spool:
    """A spool with a result."""
    asked = settings()
    asked.tracking.patience = 0.5
    wanted = plan.make([asked], sources.read)
    spool = Spool(wanted, asked.tracking, {}, provenance.this_execution())
    spool.keep([(wanted.points[0], in_process.in_process(wanted.points, wanted.problems)[0])], lambda: None)
    return spool


def test_a_store_that_another_process_makes_and_is_stopped_in_is_waited_for_no_longer(
    impatient: Callable[..., Said], empty_store: Path
) -> None:
    with stopped_in(Path("outputs")):
        said = impatient("epochs=5")
    assert (said.code, "another process has been at work in it" in said.err, "stopped" in said.err) == (1, True, True)
    assert not Path("outputs/mlflow.db").exists()


@pytest.mark.usefixtures("ready_store")
def test_a_spool_that_a_stopped_process_holds_is_named_and_delivered_later(impatient: Callable[..., Said]) -> None:
    folder = kept().folder
    with stopped_in(folder.parent):
        said = impatient(module="sweep.sync")
        swept = impatient("epochs=6")
    assert (said.code, "another process has been at work" in said.err, "kill -CONT" in said.err) == (1, True, True)
    assert (swept.code, swept.err) == (0, "")
    assert folder.exists()
    assert impatient(module="sweep.sync").code == 0
    assert (len(runs()), folder.exists()) == (2, False)


@pytest.mark.usefixtures("ready_store")
def test_results_that_a_stopped_process_keeps_from_the_spool_wait_in_another_folder(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spool = kept()
    points = plan.make([settings()], sources.read)
    pairs = [(points.points[0], in_process.in_process(points.points, points.problems)[0])]

    def fails(*_: object) -> None:
        raise StoreAway("made to fail")

    with ExitStack() as held:
        held.enter_context(stopped_in(spool.folder.parent))
        held.enter_context(bounded(20))
        spool.behind(fails)(pairs, lambda: None)
    told = capsys.readouterr().err
    assert "cannot be written: another process has been at work" in told
    assert spool.folder.parent.name != "spool"
    assert list(spool.folder.glob("curves/*"))
