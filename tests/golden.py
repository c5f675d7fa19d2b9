"""Golden texts: a failure prints the difference and the command that accepts it."""

import difflib
import os
from pathlib import Path

import pytest


def check(path: Path, found: str) -> None:
    """Compare ``found`` with the file at ``path``; with ``ACCEPT=1`` in the environment, make it the golden text."""
    if os.environ.get("ACCEPT") == "1":
        path.write_text(found)
    expected = path.read_text() if path.exists() else ""
    if found != expected:
        difference = "".join(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), "golden", "found"))
        pytest.fail(
            f"{difference}\nIf this is meant: ACCEPT=1 python -m pytest {os.environ['PYTEST_CURRENT_TEST'].split()[0]}"
        )
