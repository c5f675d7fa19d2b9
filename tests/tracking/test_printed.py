"""What training functions printed before they failed: its last lines are read back from the store, for the report."""

from pathlib import Path

from tests.conftest import Command
from tests.models.written import importable, write
from tests.tracking.stored import runs

FAILS = """
    def train(lr):
        print(*range(30), "<b>about</b> to fail", "x" * 1000, sep="\\n")
        yield 1.0
        if lr > 0.1:
            raise RuntimeError("the rate is none")

    def silent(lr):
        yield lr / 0
"""


def report(command: Command, *words: str) -> str:
    assert command(*words).code == 3
    (page,) = Path("outputs").glob("sweep-*/report.md")
    return page.read_text()


def test_a_report_shows_the_last_lines_that_a_failed_run_printed(
    command: Command, ready_store: Path, tmp_path: Path
) -> None:
    write(tmp_path, {"prints.py": FAILS})
    with importable(tmp_path):
        text = report(command, "problem=function", "problem.function._target_=prints.train", "lr=0.01,0.5")
    rows = [line.split("|")[1:3] for line in text.partition("What they printed last")[2].splitlines() if "|" in line]
    assert [cell.strip() for cell in rows[2]] == ["lr=0.5", "22"]
    told = [row[1].strip() for row in rows[2:12]]
    assert told == [*map(str, range(22, 30)), "&lt;b&gt;about&lt;/b&gt; to fail", "x" * 200]
    # Whatever a store holds there: it is text, and little of it.
    (failed,) = [run for run in runs() if run.info.status == "FAILED"]
    (output,) = Path("outputs").glob(f"**/{failed.info.run_id}/artifacts/output.txt")
    output.write_bytes(b"\xff\x00" * 10 + b"\n</table><script>")
    assert command(module="sweep.report").code == 0
    (page,) = Path("outputs").glob("sweep-*/report.html")
    assert "<script>\n" not in page.read_text().partition("What they printed last")[2].partition("</table>")[0]
    output.unlink()
    assert command(module="sweep.report").code == 0


def test_one_that_printed_nothing_has_no_such_table(command: Command, ready_store: Path, tmp_path: Path) -> None:
    write(tmp_path, {"prints.py": FAILS})
    with importable(tmp_path):
        text = report(command, "problem=function", "problem.function._target_=prints.silent", "lr=0.5")
    assert "ZeroDivisionError" in text
    assert "What they printed last" not in text
