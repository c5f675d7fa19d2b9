"""A store of an earlier release is reported, replayed, gone on with and delivered to: the same bytes, the same bits.

``reference/earlier_store.tar.xz`` holds two folders that release 0.1.0 wrote, before its modules were sorted into rooms
(commit a4f407f), with torch 2.13.0 and MLflow 3.17.2. ``finished`` is what ``python -m sweep`` with FINISHED made. In
``spooled``, ``python -m sweep`` with SPOOLED ended with exit code 4: the table ``params`` was taken away while the
second of four points trained, a point a chunk, and put back later; the third was made to fail. Then the folder they
were made in was replaced by /home/user/sweep wherever it stood, and each database packed (VACUUM).

``reference/earlier_store.json`` has the SHA-256 sums of what the same release made of them: ``finished`` with
``python -m sweep.report``, ``extended`` with EXTENDED, ``delivered`` with ``python -m sweep.sync``, and then
``completed`` with SPOOLED again. They hold for the packages that ``constraints.txt`` pins.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sweep
from tests.conftest import Command

REFERENCE = Path(__file__).parent / "reference"

FINISHED = ("-m", "lr=1e-2,1e-4", "scale=1,0.1")
EXTENDED = ("-m", "lr=1e-2,1e-3,1e-4", "scale=1,0.1", "epochs=5000")
SPOOLED = ("-m", "lr=1e-2,1e-1", "dtype=float32,float64", "epochs=300", "tracking.patience=1")

Enter = Callable[[str], None]


@pytest.fixture
def enter(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """``enter("finished")`` goes into a fresh copy of that folder, whose reports are taken away."""

    def unpack(name: str) -> None:
        shutil.unpack_archive(REFERENCE / "earlier_store.tar.xz", tmp_path, filter="data")
        monkeypatch.chdir(tmp_path / name)
        for folder in Path("outputs").glob("sweep-*"):
            shutil.rmtree(folder)

    return unpack


def plan(sweep_id: str) -> bytes:
    """``plan.json`` as the store holds it."""
    found = [path.read_bytes() for path in Path("outputs/artifacts").glob("*/artifacts/plan.json")]
    (content,) = [each for each in found if json.loads(each)["sweep_id"].startswith(sweep_id)]
    return content


def without_checksum(content: bytes) -> bytes:
    """A plan as the earlier release wrote it, which put no checksum there."""
    return re.sub(rb'"checksum": "[0-9a-f]{64}", ', b"", content)


def attempts(sweep_id: str) -> dict[str, object]:
    """By key, the run that stands for each point, and where its curve is."""
    return {row["key"]: row["attempt"] for row in json.loads(plan(sweep_id))["points"]}


def sums(sweep_id: str) -> dict[str, str]:
    """Of all that does not vary by nature: the report, the plan without its runs, and every loss to its last bit."""
    files = {path.name: path.read_bytes() for path in Path(f"outputs/sweep-{sweep_id}").iterdir()}
    del files["provenance.json"]
    files["plan.json"] = re.sub(rb'"attempt": .*', b"", without_checksum(plan(sweep_id)))
    files["curves"] = sweep.frame(sweep_id).curves.to_csv(index=False).encode()
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def check(sweep_id: str, name: str) -> None:
    """Whether all is as the earlier release had it; ``ACCEPT=1`` takes over new report files, never numbers or plan."""
    path, found = REFERENCE / "earlier_store.json", sums(sweep_id)
    expected: dict[str, dict[str, str]] = json.loads(path.read_text())
    if os.environ.get("ACCEPT") == "1":
        expected[name] = found | {fixed: expected[name][fixed] for fixed in ("curves", "plan.json")}
        path.write_text(json.dumps(expected, indent=1) + "\n")
    assert found == expected[name]


def test_its_report_is_written_again_byte_for_byte_and_its_runs_are_replayed_bit_for_bit(
    command: Command, enter: Enter
) -> None:
    enter("finished")
    assert command(module="sweep.report").code == 0
    check("1cbb611e", "finished")
    replayed = command(module="sweep.replay")
    assert (replayed.code, replayed.err) == (0, "")
    assert "Replayed 4 runs of sweep 1cbb611e, 20,000 epochs: identical, bit for bit." in replayed.out


def test_the_command_that_made_it_finds_all_done_and_one_that_adds_points_trains_those_alone(
    command: Command, enter: Enter
) -> None:
    enter("finished")
    before, earlier = plan("1cbb611e"), attempts("1cbb611e")
    assert "4 done already, 0 to train." in command(*FINISHED).out
    check("1cbb611e", "finished")
    assert without_checksum(plan("1cbb611e")) == before
    assert "6 points, 30,000 epochs in all; 4 done already, 2 to train." in command(*EXTENDED).out
    check("b9e1ed86", "extended")
    assert {key: each for key, each in attempts("b9e1ed86").items() if key in earlier} == earlier


def test_what_waits_in_its_spool_is_delivered_and_the_command_goes_on_from_there(
    command: Command, enter: Enter
) -> None:
    enter("spooled")
    said = command(module="sweep.sync")
    assert (said.code, said.out) == (0, "outputs/spool/5d4df5acb9dd1dba: 3 of 3 results were new to the store.\n")
    check("5d4df5ac", "delivered")
    assert command(module="sweep.sync").out == "Nothing waits in outputs/spool.\n"
    replayed = command(module="sweep.replay")
    assert (replayed.code, "900 epochs: identical, bit for bit." in replayed.out) == (0, True)
    assert "3 done already, 1 to train." in command(*SPOOLED).out  # The one that failed.
    check("5d4df5ac", "completed")


def test_a_report_is_made_without_torch_and_reading_tables_leaves_the_callers_process_as_it_was(
    enter: Enter,
) -> None:
    enter("finished")
    code = (
        "import logging, os, sys, mlflow\n"
        "before = dict(os.environ), [logging.getLogger(name).level for name in ('mlflow', 'alembic')]\n"
        "import sweep; sweep.frame()\n"
        "after = dict(os.environ), [logging.getLogger(name).level for name in ('mlflow', 'alembic')]\n"
        "assert before == after, (before, after)\n"
        "from sweep.report.__main__ import report; report(None, [])\n"
        "print('torch' in sys.modules)\n"
    )
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW")}
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False"
    check("1cbb611e", "finished")
