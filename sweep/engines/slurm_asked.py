"""What is asked of Slurm: the keys below ``hydra.launcher``, checked, and as submitit and sbatch call them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sweep.engines import cores
from sweep.errors import BadInput

WORKERS = 100
"""Jobs at a time, where no number is asked for."""

EXECUTORS = ("slurm", "local")

OURS = frozenset(
    [
        "account",
        "array",
        "chdir",
        "cpus-per-task",
        "error",
        "gpus",
        "gpus-per-node",
        "job-name",
        "mem",
        "nodes",
        "ntasks",
        "ntasks-per-node",
        "open-mode",
        "output",
        "parsable",
        "partition",
        "qos",
        "test-only",
        "time",
        "wait",
        "wrap",
    ]
)
"""Parameters of sbatch that have keys of their own, or without which jobs are not found again."""

FOREVER = 60 * 24 * 365
"""Minutes that a job on this machine may take: nobody waits for its end but its driver."""


@dataclass(frozen=True)
class Asked:
    """Checked; of :class:`hydra_plugins.sweep_grid.SlurmLauncherConf`, which says what each is.

    Raises
    ------
    BadInput : a value is none that can be used.
    """

    workers: int | None = None
    executor: str = "slurm"
    minutes: float = 10.0
    time: int | None = 60
    cpus: int = 1
    memory: float | None = None
    gpus: int = 0
    partition: str | None = None
    account: str | None = None
    qos: str | None = None
    setup: Sequence[str] = ()
    options: Mapping[str, Any] | None = None
    folder: str | None = None

    def __post_init__(self) -> None:
        if self.executor not in EXECUTORS:
            raise _refused("executor", self.executor, "slurm, or local: jobs on this machine, without Slurm")
        _within("workers", self.workers, 1, cores.MOST)
        _within("time", self.time, 1, 60 * 24 * 366)
        _within("cpus", self.cpus, 1, cores.MOST)
        _within("gpus", self.gpus, 0, 1)
        _within("memory", self.memory, 0.1, 1e5)
        _within("minutes", self.minutes, 0.01, 60 * 24 * 366)
        if self.time is not None and self.minutes >= self.time:
            raise _refused("minutes", f"{self.minutes:g}", f"less than hydra.launcher.time={self.time}")
        for name in self.options or ():
            if not re.fullmatch(r"[a-z][a-z-]+", str(name)) or name in OURS:
                raise _refused(
                    "options", f"{{{name}: …}}", "long names of what sbatch takes, as constraint, that have no own key"
                )

    @property
    def at_once(self) -> int:
        """Jobs at a time."""
        return self.workers or (WORKERS if self.executor == "slurm" else cores.cores())

    def parameters(self) -> dict[str, Any]:
        """As submitit's executor takes them."""
        if self.executor == "local":
            return {"timeout_min": FOREVER, "gpus_per_node": self.gpus, "setup": list(self.setup)}
        more = dict(self.options or {})
        return {
            "time": self.time,
            "nodes": 1,
            "cpus_per_task": self.cpus,
            "mem": None if self.memory is None else f"{round(self.memory * 1024)}MB",
            "gpus_per_node": self.gpus or None,
            "partition": self.partition,
            "account": self.account,
            "qos": self.qos,
            "setup": list(self.setup),
            "use_srun": False,  # A job is one process of one node; and srun gives it one core, whatever was asked for.
            "wckey": None,
            "additional_parameters": {name: value for name, value in more.items() if value is not False},
        }


def _within(name: str, value: float | None, least: float, most: float) -> None:
    if value is not None and not least <= value <= most:
        kind = "a whole number" if isinstance(least, int) else "a number"
        raise _refused(name, f"{value:g}", f"{kind} from {least:g} to {most:,.10g}")


def _refused(name: str, value: str, allowed: str) -> BadInput:
    return BadInput(
        f"hydra.launcher.{name}={value} is not allowed",
        allowed,
        f"give another hydra.launcher.{name}=…, or leave it out",
    )
