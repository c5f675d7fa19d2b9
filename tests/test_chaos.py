"""The short form of :mod:`tests.chaos`, in a process of its own: it forks, and pytest has threads."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.quick_start import run

WORDS = ("--kills", "2", "--sweeps", "2", "--deaths", "2", "--hurts", "2", "--seed", "7")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("store", ["sqlite", "http+postgresql"])
def test_sweeps_that_are_killed_with_their_servers_end_as_if_nobody_had_disturbed_them(store: str) -> None:
    words = [sys.executable, "-m", "tests.chaos", "--store", store, *WORDS]
    done = run(words, cwd=Path(__file__).resolve().parent.parent)
    assert done.returncode == 0, done.stderr
    told = re.search(r"sweeps hurt (\d+), servers (\d+), .*; wrong=0$", done.stdout)
    assert told, done.stdout
    assert int(told[1]) + int(told[2]) >= 2
