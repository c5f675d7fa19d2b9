"""``python -m sweep.report``: which sweep it writes again, and what it says when it cannot."""

from pathlib import Path

import pytest

from tests.conftest import Command


def test_a_report_is_asked_for_by_id_start_or_name(command: Command, ready_store: Path) -> None:
    command("epochs=5", "name=first")
    command("epochs=6")
    latest = command(module="sweep.report")
    assert "| 0.01 | 0.1   | 6 " in latest.out
    assert "| 0.01 | 0.1   | 5 " in command("first", module="sweep.report").out
    folder = next(Path("outputs").glob("first-*")).name
    assert "| 0.01 | 0.1   | 5 " in command(folder, module="sweep.report").out
    assert "| 0.01 | 0.1   | 5 " in command(folder.split("-")[1], module="sweep.report").out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nothing"], 1, "sweep nothing: 0 sweeps fit"),
        (["tracking.uri=sqlite:///none.db"], 1, "nothing there yet"),
        (["lr=1"], 1, "lr=1: not a key of this command"),
        (["one", "two"], 2, "one sweep at a time"),
        (["--flag"], 2, "unrecognized arguments"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(
    command: Command, ready_store: Path, arguments: list[str], code: int, message: str
) -> None:
    command("epochs=5")
    said = command(*arguments, module="sweep.report")
    assert (said.code, message in said.err) == (code, True)
    assert "Traceback" not in said.err
