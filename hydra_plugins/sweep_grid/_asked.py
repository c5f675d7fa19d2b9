"""What of the engine that a command asks for the cost of a sweep depends on."""

from typing import Any

from sweep.cost.asked import BATCH, PROCESSES, Asked
from sweep.engines import cores, slurm_asked


def of(launcher: Any, name: str) -> Asked:
    """Of ``launcher``, which ``hydra/launcher=`` calls ``name``; how many workers a cluster has is not asked."""
    if name == BATCH:
        return Asked(name)
    if name == PROCESSES:
        return Asked(name, cores.workers(launcher.workers))
    if name == "sweep_ray":
        return Asked(name, launcher.workers or (0 if launcher.address else cores.cores()), here=not launcher.address)
    if name == "sweep_slurm":
        found = slurm_asked.Asked(**launcher.asked)
        return Asked(name, found.at_once * found.cpus, found.executor == "local", 60 * found.minutes)
    return Asked(name, here=False)
