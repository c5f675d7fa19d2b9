"""What an action may take: seconds before it counts as hanging, and memory."""

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 30

ROOM = 4 << 30
"""Bytes of addresses beyond what is taken at the start: what would take the machine down fails before."""


class Hangs(KeyboardInterrupt):
    """It took longer than it may; nothing that handles errors takes it for one."""


class Peak:
    """Bytes of memory that an action took at most, beyond what was taken before."""

    taken = 0


@contextmanager
def bounded(seconds: int = SECONDS) -> Iterator[Peak]:
    """Raise :class:`Hangs` after ``seconds``, and note the peak of memory."""
    peak, limits = Peak(), resource.getrlimit(resource.RLIMIT_AS)

    def hangs(*_: object) -> None:
        raise Hangs

    Path("/proc/self/clear_refs").write_text("5")  # The peak, to what is taken now.
    before, room = status("VmRSS"), status("VmSize") + ROOM
    handler = signal.signal(signal.SIGALRM, hangs)
    resource.setrlimit(resource.RLIMIT_AS, (room, limits[1]))
    signal.alarm(seconds)
    try:
        yield peak
    finally:
        signal.alarm(0)
        resource.setrlimit(resource.RLIMIT_AS, limits)
        signal.signal(signal.SIGALRM, handler)
        peak.taken = max(0, status("VmHWM") - before)


def status(name: str) -> int:
    """Bytes, from what Linux says of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{name}:"))
