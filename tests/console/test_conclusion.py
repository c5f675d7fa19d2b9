"""What a command shows at the end: few rows in a width, colour where it is wanted, what failed; or one document."""

import json
import os
import pty
import re
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sweep.colours import EITHER
from sweep.console import as_json, colour, quiet, terminal
from sweep.console.conclusion import MOST_ROWS, MOST_STEPS
from sweep.console.table import LEAST_NOTE, WIDEST, fitted
from sweep.console.telling import Telling
from sweep.report.files import Report
from sweep.training.curve import Failure
from tests.conftest import point
from tests.report.made import report
from tests.report.seeded import seeded

CODE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def large() -> Report:
    """Sixty points, of which the first ones of the plan are no better than most."""
    points = [point(lr=0.001 * place, epochs=1000) for place in range(1, 61)]
    long = Failure("RuntimeError", "what went wrong, " * 40, "")
    return report(*points, failures={each.key: long for each in points[30:32]})


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("plain")
def test_twenty_rows_are_shown_the_best_first_and_what_failed_last(
    large: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.conclude(large, "python -m sweep.ui")
    said = capsys.readouterr()
    lines = said.out.splitlines()
    rows = [line for line in lines if line.startswith("| 0.")]
    assert len(rows) == MOST_ROWS
    assert "CONVERGED" in rows[0]
    assert all("FAILED" in row for row in rows[-2:])
    assert max(map(len, lines[: 2 + MOST_ROWS])) <= WIDEST
    assert f"… and 40 more in outputs/{large.folder}/runs.csv" in lines
    assert "| 2.929 " in rows[0]
    assert large.findings.headline
    assert large.findings.sentence in lines
    assert len([line for line in lines if line.startswith("  sweep ")]) == MOST_STEPS
    assert "\x1b" not in said.out
    assert said.err.count("failed: ") == 2


@pytest.mark.usefixtures("plain")
def test_settings_with_repeats_stand_best_first(capsys: pytest.CaptureFixture[str]) -> None:
    made = report(*seeded(0.1, 0.01, 0.03))
    terminal.conclude(made, "")
    rows = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("| 0.")]
    assert rows == ["0.03", "0.01", "0.1"]


@pytest.mark.usefixtures("plain")
def test_many_failures_are_told_by_the_first_and_their_number(capsys: pytest.CaptureFixture[str]) -> None:
    points = [point(lr=0.001 * place, epochs=1) for place in range(1, 31)]
    made = report(*points, failures={each.key: Failure("Error", "no", "") for each in points})
    terminal.conclude(made, "")
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_ROWS + 1
    assert lines[-1] == f"failed: 10 more, in {Path('outputs', made.folder, 'runs.csv')}"


@pytest.mark.parametrize("width", [70, 90, 110, 130, 200])
def test_a_table_keeps_to_a_width_by_what_is_alike_then_by_what_can_be_spared_and_then_by_its_note(width: int) -> None:
    header = ["lr", "scale", "outcome", "final loss", "w", "b", "note"]
    notes = ["a note", "a note of more than fifty characters, as some of ours are"]
    rows = [[f"0.0{place}", "0.1", "CONVERGED", "2.928", "1.234", f"{place}.5", notes[place]] for place in (0, 1)]
    lines = fitted(header, rows, width, ["lr", "scale"], ["w", "b"])
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= width
    shown = [cell.strip() for cell in lines[0].strip("|").split("|")]
    left_out = [name for name in header if name not in shown]
    assert left_out == {200: [], 130: [], 110: ["scale"]}.get(width, ["scale", "w", "b"])
    assert ("…" in lines[-1]) is (width < 100)
    assert len(lines[0].split("|")[-2]) >= LEAST_NOTE
    assert len(fitted(header, rows, 50, ["lr", "scale"], ["w", "b"])[0]) <= 50


def test_of_a_single_row_no_setting_is_left_out_as_alike() -> None:
    header, rows = ["lr", "outcome", "final loss", "note"], [["0.01", "CONVERGED", "2.928", "a note " * 9]]
    assert " lr " in fitted(header, rows, 60, ["lr"])[0]


def seen(columns: int, conclude: Callable[[], None]) -> str:
    """What a terminal of so many columns is sent, with standard output and error on it."""
    import fcntl
    import struct
    import termios

    main, own = pty.openpty()
    fcntl.ioctl(own, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    before = sys.stdout
    with os.fdopen(own, "w", encoding="utf-8") as stream:
        sys.stdout = stream
        try:
            conclude()
            stream.flush()
        finally:
            sys.stdout = before
        return b"".join(_sent(main)).decode().replace("\r\n", "\n")


def _sent(main: int) -> Iterator[bytes]:
    while select.select([main], [], [], 0)[0]:
        yield os.read(main, 65536)
    os.close(main)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_has_lines_of_its_width_outcomes_in_colour_and_a_bold_headline(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report(*(point(lr=lr, epochs=1000) for lr in (0.03, 0.01, 0.1)))
    monkeypatch.setenv("TERM", "xterm-256color")
    text = seen(columns, lambda: terminal.conclude(made, ""))
    table = [CODE.sub("", line) for line in text.splitlines() if line.startswith("|")]
    assert max(map(len, table)) <= columns
    assert len({len(line) for line in table}) == 1
    assert f"\x1b[{colour.code_of('CONVERGED')}mCONVERGED" in text
    assert f"\x1b[1m{made.findings.headline}\x1b[0m" in text
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            assert "\x1b" not in seen(columns, lambda: terminal.conclude(made, ""))


@pytest.mark.usefixtures("plain")
def test_colour_is_forced_into_a_pipe_and_forbidden_before_all_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = report(point(epochs=5))
    for forced, forbidden, is_coloured in (("1", "", True), ("", "", False), ("1", "1", False)):
        monkeypatch.setenv("FORCE_COLOR", forced)
        monkeypatch.setenv("NO_COLOR", forbidden)
        terminal.conclude(made, "")
        assert ("\x1b[" in capsys.readouterr().out) is is_coloured


def test_states_have_the_nearest_colours_that_terminals_know() -> None:
    codes = {state: colour.code_of(state) for state in EITHER}
    assert codes["CONVERGED"] == "38;5;32", "#0087d7"
    assert codes["DIVERGED"] == "38;5;167", "#d75f5f"
    assert len(set(codes.values())) == len(EITHER)
    assert colour.code_of("outcome") is None


def test_json_is_one_document_and_all_else_is_on_standard_error(
    large: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    telling: Telling = as_json
    telling.announce(large.plan, 3)
    telling.say("a line")
    telling.conclude(large, "python -m sweep.ui")
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert (found["sweep_id"], found["counts"]) == (large.plan.sweep_id, large.findings.counts)
    assert found["finding"] == large.findings.sentence
    assert found["best"]["outcome"] == "CONVERGED"
    assert found["best"]["settings"]["epochs"] == 1000
    assert found["runs"]["count"] == 60
    assert found["runs"]["first"][0]["key"] == found["best"]["key"]
    assert {each["final_loss"] for each in found["runs"]["first"]} & {"nan", "inf"}, "JSON has no such numbers"
    assert [each["kind"] for each in found["failed"]] == ["RuntimeError"] * 2
    assert found["suggestions"][0]["command"].startswith("sweep ")
    assert {"Sweep", "a line"} <= {*said.err.replace(" ", "\n").splitlines(), *said.err.splitlines()}


def test_quiet_tells_nothing_but_what_failed(large: Report, capsys: pytest.CaptureFixture[str]) -> None:
    telling: Telling = quiet
    telling.announce(large.plan, 3)
    telling.say("a line")
    with telling.progress(3) as tick:
        tick()
    telling.conclude(large, "")
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 2
    assert all(line.startswith("failed: ") for line in said.err.splitlines())
