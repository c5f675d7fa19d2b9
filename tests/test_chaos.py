"""The short form of :mod:`tests.chaos`, in a process of its own: it forks, and pytest has threads."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_sweep_killed_at_random_moments_ends_as_if_nobody_had_disturbed_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--kills", "12", "--seed", "7"],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", done.stdout)}
    assert seen.pop("kills") >= 12
    assert seen.pop("ends") >= 1
    assert seen == {"lost": 0, "twice": 0, "left_running": 0, "different": 0}
