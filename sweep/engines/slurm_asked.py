"""What is asked of Slurm: the keys below ``hydra.launcher``, checked, and as submitit and sbatch call them.

Hydra imports this file at every start, so nothing heavy is imported here.
"""

import re
from dataclasses import dataclass, field
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


@dataclass
class Asked:
    """The keys and their defaults; see docs/engines.md.

    Parameters
    ----------
    workers : jobs at a time; null is 100, or on this machine as many as it has cores.
    executor : ``slurm``, or ``local``: jobs on this machine, without Slurm.
    minutes : that a job is to take.
    time : minutes after which Slurm ends a job; null is the partition's own limit.
    cpus, memory, gpus : of a job; memory in GB, null is the cluster's own.
    partition, account, qos : as ``sbatch`` takes them.
    setup : lines of shell before a job's Python, as ``module load …``.
    options : further parameters of ``sbatch``, by their long names.
    folder : that all nodes see, for the files between the command and its jobs; null is ``outputs/``.

    Raises
    ------
    BadInput : a value is none that can be used.

    Notes
    -----
    Hydra has the keys from the class :class:`hydra_plugins.sweep_grid.SlurmLauncherConf`, which makes no object of it:
    so nothing is checked before a launcher is made. It takes no frozen one, nor any type but those of YAML.
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
    setup: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
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
        for name in self.options:
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
            return {"timeout_min": FOREVER, "gpus_per_node": self.gpus, "setup": self.setup}
        return {
            "time": self.time,
            "nodes": 1,
            "cpus_per_task": self.cpus,
            "mem": None if self.memory is None else f"{round(self.memory * 1024)}MB",
            "gpus_per_node": self.gpus or None,
            "partition": self.partition,
            "account": self.account,
            "qos": self.qos,
            "setup": self.setup,
            "use_srun": False,  # A job is one process of one node; and srun gives it one core, whatever was asked for.
            "wckey": None,
            "additional_parameters": {name: value for name, value in self.options.items() if value is not False},
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
