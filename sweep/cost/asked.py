"""The engine that a command asks for, as far as its cost depends on that."""

from dataclasses import dataclass

from sweep.engines.cut import SECONDS

BATCH, PROCESSES = "batch", "processes"


@dataclass(frozen=True)
class Asked:
    """An engine.

    Parameters
    ----------
    launcher : what ``hydra/launcher=`` calls it.
    workers : how many it has; 0 where it has none, or that is not known yet.
    here : whether they are processes of this machine.
    chunk : seconds that it has a chunk take.
    """

    launcher: str = BATCH
    workers: int = 0
    here: bool = True
    chunk: float = SECONDS
