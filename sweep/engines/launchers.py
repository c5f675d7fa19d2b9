"""Our launchers, which say where points train, and the keys of each: ``hydra/launcher=NAME hydra.launcher.KEY=VALUE``.

Known without Hydra; the plugin ``hydra_plugins/sweep_grid`` tells Hydra of them.
"""

from dataclasses import dataclass
from typing import Any

from sweep.engines.slurm_asked import Asked as SlurmAsked

PLUGIN = "hydra_plugins.sweep_grid"


@dataclass
class BatchLauncherConf:
    """``hydra/launcher=batch``: in this process."""

    _target_: str = f"{PLUGIN}.BatchLauncher"


@dataclass
class ProcessesLauncherConf:
    """``hydra/launcher=processes``; ``workers`` null is one for each core that it may use, or GPU that is asked."""

    _target_: str = f"{PLUGIN}.ProcessesLauncher"
    workers: int | None = None


@dataclass
class SlurmLauncherConf(SlurmAsked):
    """``hydra/launcher=sweep_slurm``."""

    _target_: str = f"{PLUGIN}.SlurmLauncher"


@dataclass
class RayLauncherConf:
    """``hydra/launcher=sweep_ray``; ``address`` null is a cluster of this machine that ends with the sweep."""

    _target_: str = f"{PLUGIN}.RayLauncher"
    address: str | None = None
    workers: int | None = None


LAUNCHERS: dict[str, Any] = {
    "batch": BatchLauncherConf,
    "processes": ProcessesLauncherConf,
    "sweep_slurm": SlurmLauncherConf,
    "sweep_ray": RayLauncherConf,
}
"""By name, the keys of each launcher with their defaults."""
