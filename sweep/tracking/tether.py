"""Run a command for as long as another process holds the other end of standard input, however that process ends.

``python -m sweep.tracking.tether COMMAND …`` is in a process group with the command and all that it starts, and ends
the whole of it. Whoever is killed closes his end of a pipe; no signal need be caught, and none can come too early.
"""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress

GRACE = 10.0
"""Seconds that the command has to end by itself."""

LOOK = 0.2
"""Seconds between two looks whether the command has ended."""


def main() -> None:
    """Run the command line and exit with its code, 128 and the number for a signal."""
    if os.getpgrp() != os.getpid():
        os.setsid()
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, lambda number, frame: None)  # For the group, whose end is awaited; not inherited.
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    while command.poll() is None and not _is_let_go(LOOK):
        pass
    if _is_let_go(0):
        os.killpg(0, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            command.wait(GRACE)
        os.killpg(0, signal.SIGKILL)
    sys.exit(command.returncode if command.returncode >= 0 else 128 - command.returncode)


def _is_let_go(seconds: float) -> bool:
    """Whether nobody holds the other end of standard input, or lets it go within so many seconds."""
    return bool(select.select([0], [], [], seconds)[0]) and not os.read(0, 1)


if __name__ == "__main__":
    main()
