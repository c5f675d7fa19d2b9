"""The bar of a terminal: what a real one shows, what it makes way for, and that nothing of it is left."""

import io
import os
import pty
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sweep.console import bar, terminal


@contextmanager
def terminal_of_its_own() -> Iterator[int]:
    """What is written to a terminal, which is this process's standard output and error meanwhile.

    No fixture: pytest puts its own streams in place between that and the test.
    """
    ours, theirs = pty.openpty()
    with (
        os.fdopen(theirs, "w", encoding="utf-8", buffering=1) as stream,
        redirect_stdout(stream),
        redirect_stderr(stream),
    ):
        yield ours
    os.close(ours)


def read(screen: int) -> str:
    """What was written since."""
    found = b""
    while select.select([screen], [], [], 0.2 if found else 5.0)[0]:  # A terminal passes on in its own time.
        found += os.read(screen, 100_000)
    return found.decode()


def open_ones() -> set[str]:
    """Descriptors of this process."""
    return {each.name for each in Path("/proc/self/fd").iterdir()}


def shown(written: str) -> list[str]:
    """The lines that somebody sees of what was ``written``: after a return, it is written over."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        cells = ""
        for part in line.split("\r"):
            cells = part + cells[len(part) :]
        lines.append(cells.rstrip())
    return lines


def test_a_bar_shows_points_and_share_and_is_gone_at_the_end() -> None:
    before, descriptors = set(threading.enumerate()), open_ones()
    with terminal_of_its_own() as screen:
        with terminal.progress(2) as progress:
            written = read(screen)
            assert shown(written) == ["░" * 20 + " 0 of 2 points, 0 %"]
            progress()
            progress()
            written += read(screen)
            assert shown(written) == ["█" * 20 + " 2 of 2 points, 100 %"]
        assert shown(written + read(screen)) == [""]
    assert set(threading.enumerate()) == before
    assert open_ones() == descriptors


def test_what_is_said_stands_above_the_bar() -> None:
    with terminal_of_its_own() as screen, terminal.progress(2):
        terminal.say("Workers: 2.")
        terminal.warn("One is lost.")
        assert shown(read(screen)) == ["Workers: 2.", "One is lost.", "░" * 20 + " 0 of 2 points, 0 %"]


def test_a_bar_is_drawn_past_what_a_training_function_prints() -> None:
    with terminal_of_its_own() as screen, terminal.progress(1) as progress:
        read(screen)
        with redirect_stderr(io.StringIO()):  # As while one is at work.
            progress()
        assert "1 of 1 point" in read(screen)


def test_where_standard_error_is_no_terminal_there_is_no_bar(capfd: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(2) as progress:
        progress.under_way(1.0)
        progress()
    assert capfd.readouterr() == ("", "")
    assert not bar._shown


def test_a_terminal_that_is_closed_ends_nothing() -> None:
    ours, theirs = pty.openpty()
    line = bar._Line(theirs, "#", ".")
    os.close(ours)
    line.draw(0.5, "1 of 2 points")
    os.close(theirs)
    line.draw(1.0, "2 of 2 points")
