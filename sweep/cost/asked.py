"""The engine that a command asks for, as far as its cost depends on that."""

from dataclasses import dataclass

BATCH, PROCESSES = "batch", "processes"


@dataclass(frozen=True)
class Asked:
    """What ``hydra/launcher=`` calls it, and how many workers it has; 0 where it has none, or that is not known yet."""

    launcher: str = BATCH
    workers: int = 0
