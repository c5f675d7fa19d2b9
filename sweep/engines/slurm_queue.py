"""Where jobs are submitted to, and asked after; and how submitit is called to do it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from sweep.engines.slurm_folder import Folder
from sweep.errors import BadInput, printable

if TYPE_CHECKING:
    from submitit.core.core import Job, PicklingExecutor

NAME = "sweep-"
"""How names of jobs begin."""


@dataclass(frozen=True)
class Ending:
    """How a job ended.

    Parameters
    ----------
    words : as a sentence goes on.
    late : because its time was over.
    """

    words: str
    late: bool = False


class Refused(Exception):
    """Jobs were not taken, in the queue's own words."""

    def told(self) -> BadInput:
        """Where not one is taken."""
        return BadInput(
            f"hydra/launcher=sweep_slurm: sbatch takes no such job: {self}",
            "what the cluster has: sinfo shows partitions, sacctmgr show assoc accounts",
            "correct hydra.launcher.partition=…, account, qos, time, memory, gpus or options; "
            "where there is no cluster, add hydra.launcher.executor=local",
        )


class Queue(Protocol):
    """See above."""

    @property
    def most(self) -> int:
        """Jobs of an array."""

    every: float
    """Seconds between two questions what is at work."""

    late: float
    """Seconds that a file may take to be seen here."""

    def check(self) -> None:
        """Raise :class:`BadInput` where jobs as they are asked for are never taken."""

    def submit(self, folder: Folder, name: str, numbers: Sequence[int], at_once: int) -> list[str]:
        """Submit these jobs of ``folder``, of which so many may run at a time; raises :class:`Refused`.

        Returns
        -------
        Their ids, in order.
        """

    def at_work(self) -> Mapping[str, str] | None:
        """By id of what waits or runs, the name that it was submitted under; None: the queue does not answer."""

    def waiting(self) -> str:
        """Why jobs wait, in the queue's own words; empty where none does."""

    def ending(self, job: str) -> Ending:
        """Of a job that is no longer at work."""

    def cancel(self, jobs: Iterable[str]) -> None:
        """End these, at work or not."""

    def settle(self) -> None:
        """Wait until none of those that were submitted here is left of this process."""


def submitted(executor: "PicklingExecutor", folder: Folder, numbers: Sequence[int]) -> "list[Job[Any]]":
    """Jobs ``numbers`` of ``folder``, submitted together; raises :class:`Refused`."""
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    from sweep.engines.slurm_job import train

    try:
        return executor.map_array(train, [str(folder.path)] * len(numbers), numbers)
    except (FailedJobError, FailedSubmissionError) as error:
        raise Refused(last_line(str(error))) from None


def last_line(said: str) -> str:
    """The last line of what sbatch says that is wrong."""
    lines = [line for line in said.splitlines() if line.strip()] or ["it does not say why"]
    return printable(lines[-1].removeprefix("sbatch: ").removeprefix("error: "))
