"""Processes that a test has started, and those that these have: which they are, and whether they end."""

import time
from contextlib import suppress
from pathlib import Path


def children(of: int) -> list[int]:
    """Ids of the processes that ``of`` has started, and of those that these have."""
    started: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            started.setdefault(parent, []).append(int(path.parent.name))
    found = [of]
    for each in found:  # It grows meanwhile.
        found += started.get(each, ())
    return found[1:]


def gone(processes: list[int]) -> bool:
    """Whether all of them end, within a time that a busy machine may need."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and any(Path(f"/proc/{each}").exists() for each in processes):
        time.sleep(0.1)
    return not any(Path(f"/proc/{each}").exists() for each in processes)
