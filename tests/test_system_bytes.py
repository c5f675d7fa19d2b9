"""Bytes of the system that are no UTF-8 (names of folders, of the machine, of changed files) do not stop a sweep."""

import json
import os
import sys
from pathlib import Path

import pytest

from sweep import provenance
from tests.conftest import Command

LATIN, ESCAPED = os.fsdecode(b"caf\xe9"), r"caf\udce9"


@pytest.mark.usefixtures("ready_store")
def test_what_is_stored_of_the_system_is_escaped(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("outputs/spool", LATIN).mkdir(parents=True)
    Path("outputs/spool", LATIN, "plan.json").write_text("{}")
    for name in ("USER", "LOGNAME", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, LATIN)
    monkeypatch.setattr("platform.platform", lambda: f"Linux {LATIN}")
    monkeypatch.setattr("platform.node", lambda: LATIN)
    monkeypatch.setattr("sweep.provenance.processor", lambda: LATIN)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "sweep", "--config-dir", LATIN])
    assert command("epochs=2").code == 0
    assert command(module="sweep.report").code == 0
    (file,) = Path("outputs", "artifacts").rglob("provenance.json")
    (execution,) = json.loads(file.read_bytes())["executions"]
    assert execution["machine"] == {"system": r"Linux caf\udce9", "host": ESCAPED, "processor": ESCAPED}
    assert execution["command"] == r"python -m sweep --config-dir 'caf\udce9'"
    assert command(module="sweep.sync").code == 1


def test_what_git_says_may_be_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a changed file with another name, where ``core.quotePath`` is off."""
    (tmp_path / "git").write_text("#!/bin/sh\nprintf ' M caf\\351\\n'\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(Path, "exists", lambda path: True)
    assert provenance.commit() == "M caf\ufffd+"
