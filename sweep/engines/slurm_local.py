"""Processes of this machine in the place of a cluster's jobs: submitit's local executor, without a queue."""

import os
import re
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_folder import Folder
from sweep.engines.slurm_queue import Ending, submitted

if TYPE_CHECKING:
    from submitit.core.core import Job


class Local:
    """See :class:`sweep.engines.slurm_queue.Queue`."""

    most, every, late = 1, 0.0, 0.0

    def __init__(self, asked: Asked) -> None:
        self._parameters = asked.parameters()
        self._jobs: dict[str, Job[Any]] = {}

    def check(self) -> None:
        """All are taken."""

    def submit(self, folder: Folder, name: str, numbers: Sequence[int], at_once: int) -> list[str]:
        """See :meth:`Queue.submit`."""
        import submitit

        executor = submitit.LocalExecutor(folder.path / "submitit")
        executor.update_parameters(**self._parameters)
        with _deaf():
            jobs = {f"{job.job_id}@{folder.path.name}": job for job in submitted(executor, folder, numbers)}
        self._jobs |= jobs
        return list(jobs)

    def at_work(self) -> Mapping[str, str] | None:
        """See :meth:`Queue.at_work`: of this process those that it submitted, of others what Linux tells."""
        own = [job for job, each in self._jobs.items() if not each.done()]
        return dict.fromkeys([*own, *_others()], "")

    def waiting(self) -> str:
        """None does."""
        return ""

    def ending(self, job: str) -> Ending:
        """See :meth:`Queue.ending`."""
        return Ending(f"its job, process {job.partition('@')[0]}, ended before it was through")

    def cancel(self, jobs: Iterable[str]) -> None:
        """See :meth:`Queue.cancel`."""
        for job in self._jobs.values():
            with suppress(ProcessLookupError):
                if not job.done():
                    os.kill(int(job.job_id), signal.SIGTERM)  # Not job.cancel, whose signal is told by a traceback.

    def settle(self) -> None:
        """See :meth:`Queue.settle`."""
        for job in self._jobs.values():
            while not job.done():
                time.sleep(0.02)


@contextmanager
def _deaf() -> Iterator[None]:
    """Whoever is started meanwhile does not hear what a terminal says to all of its processes."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _others() -> Iterator[str]:
    """Ids of jobs of :class:`Local`, of any process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found = re.search(r"submitit\.local.*/(\w+)/submitit\b", path.read_text(errors="replace"), re.DOTALL)
            if found:
                yield f"{path.parent.name}@{found[1]}"
