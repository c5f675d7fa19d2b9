"""A tether: the command on it ends, with all it has started, once nobody holds the other end."""

import os
import signal
import subprocess
import sys

import pytest

from tests.processes import children, gone


@pytest.mark.parametrize("ends", [signal.SIGTERM, signal.SIGHUP, None])
def test_a_tether_ends_the_command_and_what_that_has_started(ends: signal.Signals | None) -> None:
    """``None``: whoever holds it lets go."""
    code = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '99']).pid, flush=True); time.sleep(99)"
    command = [sys.executable, "-m", "sweep.tracking.tether", sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as tether:
        assert tether.stdin is not None
        assert tether.stdout is not None
        started = [int(tether.stdout.readline()), *children(tether.pid)]
        if ends is None:
            tether.stdin.close()
        else:
            os.killpg(tether.pid, ends)
        assert tether.wait(60) == (-signal.SIGKILL if ends is None else 128 + ends)
    assert gone(started)


@pytest.mark.parametrize("code", [0, 3])
def test_a_tether_ends_with_the_code_of_its_command(code: int) -> None:
    command = [sys.executable, "-m", "sweep.tracking.tether", sys.executable, "-c", f"raise SystemExit({code})"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as tether:
        assert tether.wait(60) == code
