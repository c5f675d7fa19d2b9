"""How many workers this machine has cores for: those that this process may use, and no more than its quota."""

import os
from pathlib import Path

from sweep.errors import BadInput

MOST = 1024
"""Workers that may be asked for."""

CGROUPS = Path("/sys/fs/cgroup")


def workers(asked: int | None) -> int:
    """How many there are to be.

    Raises
    ------
    BadInput : ``asked`` is not from 1 to :data:`MOST`.
    """
    if asked is None:
        return cores()
    if not 1 <= asked <= MOST:
        raise BadInput(
            f"hydra.launcher.workers={asked} is not allowed",
            f"null: the cores that this process may use, {cores()}; or a whole number from 1 to {MOST:,}",
            "give another hydra.launcher.workers=…, or leave it out",
        )
    return asked


def cores(cgroups: Path = CGROUPS, own: Path = Path("/proc/self/cgroup")) -> int:
    """Cores that this process may use, 1 or more: by its affinity, and by the quota of its control groups.

    Parameters
    ----------
    cgroups, own : where Linux tells of control groups, and which one this process is in.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quotas = [quota for folder in _folders(cgroups, own) if (quota := _quota(folder)) is not None]
    return max(1, min([allowed, *(int(quota) for quota in quotas)]))


def _folders(cgroups: Path, own: Path) -> list[Path]:
    """The process's own control group, and all above it; of either version of Linux's control groups."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for _, controllers, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = cgroups / "cpu" if controllers else cgroups
        inner = Path(path.lstrip("/"))
        found += [root / each for each in (inner, *inner.parents)]
    return found


def _quota(folder: Path) -> float | None:
    """Cores' worth of time that ``folder`` allows; None where it has no bound."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        else:
            quota, period = (
                (folder / f"cpu.cfs_{name}_us").read_text(encoding="utf-8") for name in ("quota", "period")
            )
        return int(quota) / int(period) if int(quota) > 0 else None
    except (OSError, ValueError, ZeroDivisionError):  # Not there, or max.
        return None
