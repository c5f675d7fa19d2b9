"""Standard streams that are closed, missing, broken or full: what is asked is done, with the code it would have had."""

import fcntl
import io
import os
import resource
import select
import sqlite3
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
from hydra.core.global_hydra import GlobalHydra

from sweep.console import streams
from tests.conftest import Command
from tests.quick_start import Popen

SWEEP = [sys.executable, "-m", "sweep"]
SHORT = (
    "import os, signal, sys\n"
    "from contextlib import suppress\n"
    "from pathlib import Path\n"
    "from sweep.console.guard import guard, own_process\n"
    "from sweep.console.interruption import watched\n"
    "from sweep.errors import BadInput, Exit\n"
    "def work():\n"
    "    with watched():\n"
    "        for _ in range(3000):\n"
    "            print('to be read', flush=True)\n"
    "            print('to be read', file=sys.stderr)\n"
    "            print(sys.stdin.read(0), end='')\n"
    "        os.kill(os.getpid(), signal.SIGTERM)\n"
    "    held = Path('held').open('w')\n"
    "    assert held.fileno() > 2\n"
    "    for number in (1, 2):\n"
    "        with suppress(OSError): os.write(number, b'in C')\n"
    "    Path('done').touch()\n"
    "    if 'refuse' in sys.argv: raise BadInput('lr=-1', 'more', 'correct it')\n"
    "    return Exit.POINT_FAILED\n"
    "with own_process():\n"
    "    sys.exit(guard(work))\n"
)
"""What a command does: it prints, gets a signal, opens a file, and ends with code 3, or 1 where it refuses."""


def shell(line: str, folder: Path) -> int:
    """The exit code of a ``line`` of bash, in which ``$@`` is a short command."""
    words = ["bash", "-c", line, "bash", sys.executable, "-c", SHORT]
    return subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=60).returncode


@pytest.mark.parametrize(
    "streams",
    [
        *("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- 2>&-", "<&- >&- 2>&-"),
        *("2>/dev/full", "</dev/full >&-", "1</dev/null", "2</dev/null", "2>&1 | true", "2> >(true) | head -1"),
    ],
)
def test_a_stream_that_nobody_reads_changes_neither_what_is_done_nor_the_code(tmp_path: Path, streams: str) -> None:
    for word, code in (("go", 3), ("refuse", 1)):
        assert shell(f'"$@" {word} {streams}; exit ${{PIPESTATUS[0]}}', tmp_path) == code
        assert (tmp_path / "held").read_text() == ""
        (tmp_path / "done").unlink()


def test_a_full_standard_output_is_told_after_the_work_and_does_not_hide_another_code(tmp_path: Path) -> None:
    assert shell('"$@" >/dev/full', tmp_path) == 3
    assert (tmp_path / "done").exists()


def test_an_output_that_does_not_block_gets_everything(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with subprocess.Popen(
        [sys.executable, "-c", SHORT], cwd=tmp_path, stdout=writer, stderr=subprocess.DEVNULL
    ) as process:
        os.close(writer)
        with os.fdopen(reader) as output:
            lines = output.read().splitlines()
        assert process.wait(60) == 3
    assert lines == ["to be read"] * 3000 + ["in C"]


@pytest.mark.parametrize("closed", [False, True], ids=["None", "closed"])
def test_a_caller_without_streams_runs_a_sweep(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch, closed: bool
) -> None:
    from sweep.__main__ import main

    gone = io.StringIO()
    gone.close()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, gone if closed else None)
    monkeypatch.setattr(sys, "argv", ["sweep", "epochs=2"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 0
    assert list(Path("outputs").glob("sweep-*/report.md"))


def test_a_process_without_streams_stores_the_sweep_and_its_report(tmp_path: Path, ready_store: Path) -> None:
    done = subprocess.run(["bash", "-c", '"$@" <&- >&- 2>&-', "bash", *SWEEP, "epochs=2"], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert list(tmp_path.glob("outputs/sweep-*/report.html"))


@pytest.mark.parametrize("options", [[], ["-u"]])
def test_a_line_on_standard_error_is_there_at_once(tmp_path: Path, options: list[str]) -> None:
    waits = (
        "import sys\n"
        "from sweep.console.streams import unbreakable\n"
        "with unbreakable():\n"
        "    print('to be read', file=sys.stderr)\n"
        "    sys.stdin.read()\n"
        "    print('too late', file=sys.stderr)\n"
    )
    words = [sys.executable, *options, "-c", waits]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        ready = select.poll()  # It takes any number of a file, which select does not.
        ready.register(process.stderr, select.POLLIN)
        comes = ready.poll(20_000)
        process.stdin.close()
        assert comes
        assert process.stderr.read() == b"to be read\ntoo late\n"


def test_a_reader_that_goes_away_after_a_line_leaves_a_sweep_that_is_finished(
    tmp_path: Path, ready_store: Path
) -> None:
    with Popen([*SWEEP, "epochs=2"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"Sweep ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
    with sqlite3.connect(ready_store) as store:
        assert store.execute("select distinct status from runs").fetchall() == [("FINISHED",)]
    store.close()
    assert list(tmp_path.glob("outputs/sweep-*/report.html"))


def test_a_full_stream_is_waited_for_whatever_its_number() -> None:
    """``select`` takes none above 1023."""
    reader, writer = os.pipe()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard) if hard > 0 else 2048, hard))
    high = fcntl.fcntl(writer, fcntl.F_DUPFD, 1100)
    os.close(writer)
    os.set_blocking(high, False)
    read: list[bytes] = []
    with os.fdopen(reader, "rb") as file:
        thread = Thread(target=lambda: read.append(file.read()))
        thread.start()
        with streams._Descriptor(high, "wb") as stream:
            assert stream.write(b"x" * 500_000) == 500_000
        thread.join()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(read[0]) == 500_000


def test_other_commands_do_their_work_where_nobody_reads(
    command: Command, ready_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    unread = io.TextIOWrapper(io.FileIO(writer, "w"), write_through=True)
    for name in ("stdout", "__stdout__", "stderr", "__stderr__"):
        monkeypatch.setattr(sys, name, unread)
    for module, words in (("__main__", ["epochs=2"]), ("report.__main__", []), ("replay", []), ("sync", [])):
        monkeypatch.setattr(sys, "argv", ["sweep", *words])
        with pytest.raises(SystemExit) as end:
            import_module(f"sweep.{module}").main()
        assert end.value.code == 0
        reports = list(Path("outputs").glob("sweep-*/report.md"))
        assert len(reports) == ("__main__" in module)
        for report in reports:
            report.unlink()
        GlobalHydra.instance().clear()
    unread.close()
