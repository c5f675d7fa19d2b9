"""The last line: output that cannot be written is told in one line, and is no error of sweep's own."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweep.console.guard import guard
from tests.quick_start import run

FULL = Path("/dev/full")
WORDS = [sys.executable, "-m", "sweep"]


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("arguments", [["dry_run=true"], ["--help"], ["--cfg", "job"], ["epochs=2"]])
def test_a_full_standard_output_is_one_line_and_code_1_once_everything_is_done(
    tmp_path: Path, ready_store: Path, arguments: list[str]
) -> None:
    with FULL.open("w") as full:
        done = run([*WORDS, *arguments], cwd=tmp_path, stdout=full)
    assert (done.returncode, done.stderr) == (1, "sweep: standard output cannot be written: No space left on device\n")
    assert len(list(tmp_path.glob("outputs/sweep-*/report.html"))) == (arguments == ["epochs=2"])


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
def test_bad_input_keeps_its_message_where_standard_output_is_full(tmp_path: Path) -> None:
    with FULL.open("w") as full:
        done = run([*WORDS, "lr=-1"], cwd=tmp_path, stdout=full)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "sweep: lr=-1.0 is not allowed")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = run([*WORDS, "dry_run=true"], cwd=tmp_path, stdout=pipe)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_error_of_another_file_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise PermissionError(errno.EACCES, "no entry", "somewhere")

    assert guard(fails) == 70
    said = capsys.readouterr()
    assert said.out == ""
    assert "no entry" in said.err


def test_an_interruption_that_a_library_made_an_error_of_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    """As omegaconf does that reads a file, and Python where a class is made."""

    def fails() -> None:
        try:
            try:
                raise KeyboardInterrupt
            finally:
                raise AttributeError("what cleans up stumbles")
        except AttributeError as error:
            raise ValueError("a key is wrong") from error

    assert guard(fails) == 130
    assert capsys.readouterr().err == "sweep: interrupted; the same command goes on from here\n"


def test_warnings_neither_reach_the_user_nor_end_a_command(tmp_path: Path, ready_store: Path) -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    words = [sys.executable, "-X", "dev", "-m", "sweep", "dry_run=true"]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_lacks_a_character_gets_its_number(tmp_path: Path) -> None:
    (tmp_path / "λ.csv").write_text("x,y\n1,2\n2,3\n")
    source = ["data=thermometer,csv", "data.path='λ.csv'", "data.input=x", "data.target=y", "dry_run=true"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*WORDS, *source], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u03bb" in done.stdout


def test_a_command_that_is_through_looks_for_no_more_garbage() -> None:
    """That look takes two seconds among all that torch and MLflow have made, once the last line is there."""
    code = "class Seen:\n def __del__(self): print('looked')\nseen = Seen()\nseen.itself = seen\n"
    ends = {
        command: subprocess.run(
            [sys.executable, "-c", f"from sweep.console.guard import own_process\n{code}{command}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command in ("del seen", "with own_process(): del seen")
    }
    assert ends == {"del seen": "looked\n", "with own_process(): del seen": ""}
