"""A cluster's queue, by Slurm's own commands, and by submitit where jobs are submitted."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sweep.engines.slurm_asked import Asked
from sweep.engines.slurm_folder import Folder
from sweep.engines.slurm_queue import NAME, Ending, Refused, last_line, submitted
from sweep.errors import BadInput

SECONDS = 60.0
"""That a command of Slurm may take to answer."""

ARRAY = 1001
"""Slurm's own MaxArraySize, where the cluster does not tell its."""


class Slurm:
    """See :class:`sweep.engines.slurm_queue.Queue`."""

    every, late = 10.0, 15.0

    def __init__(self, asked: Asked) -> None:
        for command in ("sbatch", "squeue", "scancel", "srun"):  # submitit looks for srun.
            if shutil.which(command) is None:
                raise BadInput(
                    f"hydra/launcher=sweep_slurm: there is no {command} here",
                    "a machine that submits jobs to Slurm; without one hydra.launcher.executor=local",
                    "run it where sbatch works, or add hydra.launcher.executor=local",
                )
        self._parameters = asked.parameters()

    @cached_property
    def most(self) -> int:
        """See :class:`Queue`; asked once :meth:`check` has found a cluster, as each command waits a minute for one."""
        said = _said("scontrol", "show", "config")
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", said or "", re.MULTILINE)
        return max(1, int(found[1])) if found else ARRAY

    def check(self) -> None:
        """Refuse what sbatch would; a limit on how many there may be passes."""
        import submitit

        executor = submitit.SlurmExecutor(Path.cwd())
        executor.update_parameters(**self._parameters)
        script = executor._make_submission_file_text("true", "")
        command = ["sbatch", "--test-only"]
        try:
            tried = subprocess.run(command, input=script, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise Refused(f"it has not answered for {SECONDS:g} s").told() from None
        if tried.returncode != 0 and "QOS policy" not in tried.stderr:
            raise Refused(last_line(tried.stderr)).told()

    def submit(self, folder: Folder, name: str, numbers: Sequence[int], at_once: int) -> list[str]:
        """See :meth:`Queue.submit`: an array, where there are several."""
        import submitit

        executor = submitit.SlurmExecutor(folder.path / "submitit")
        executor.update_parameters(**self._parameters, job_name=name, array_parallelism=at_once)
        return [job.job_id for job in submitted(executor, folder, numbers)]

    def at_work(self) -> Mapping[str, str] | None:
        """See :meth:`Queue.at_work`."""
        said = _said("squeue", "--noheader", "--array", f"--user={os.getuid()}", "--format=%i %j")
        return None if said is None else dict(line.split(maxsplit=1) for line in said.splitlines() if " " in line)

    def waiting(self) -> str:
        """See :meth:`Queue.waiting`."""
        said = _said("squeue", "--noheader", f"--user={os.getuid()}", "--states=PENDING", "--format=%j %r") or ""
        reasons = [line.split(maxsplit=1)[1] for line in said.splitlines() if line.startswith(NAME)]
        return ", ".join(dict.fromkeys(reasons))

    def ending(self, job: str) -> Ending:
        """See :meth:`Queue.ending`: for some minutes the controller knows, then accounting, where there is any."""
        said = _said("scontrol", "--oneliner", "show", "job", job) or ""
        state, code = (re.search(rf"\b{name}=(\S+)", said) for name in ("JobState", "ExitCode"))
        if state and code:
            return _ending(job, state[1], code[1])
        kept = _said("sacct", "--allocations", "--noheader", "--parsable2", "--format=State,ExitCode", f"--jobs={job}")
        if kept and "|" in kept:
            return _ending(job, *kept.splitlines()[0].split("|")[:2])
        return Ending(f"its Slurm job {job} ended, and Slurm does not say how")

    def cancel(self, jobs: Iterable[str]) -> None:
        """See :meth:`Queue.cancel`."""
        ids = list(jobs)
        for start in range(0, len(ids), 100):
            _said("scancel", *ids[start : start + 100])

    def settle(self) -> None:
        """Nothing is of this process."""


def _ending(job: str, state: str, code: str) -> Ending:
    exit_code, _, number = code.partition(":")
    if number in ("", "0") and exit_code.isdigit() and int(exit_code) > 128:  # As a shell tells it.
        number = str(int(exit_code) - 128)
    with suppress(ValueError):
        number = signal.Signals(int(number)).name
    how = f", by {number}" if number not in ("", "0") else f", with exit code {exit_code}" if exit_code != "0" else ""
    if state == "TIMEOUT":
        return Ending(f"its Slurm job {job} ended as TIMEOUT: it takes longer than hydra.launcher.time", late=True)
    return Ending(f"its Slurm job {job} ended as {state}{how}")


def _said(*command: str) -> str | None:
    """What a command of Slurm says; None where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
