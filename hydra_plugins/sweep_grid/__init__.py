"""What Hydra finds of sweep: a sweeper that plans, tracks and reports a grid, and a launcher that trains it in batches.

Hydra imports this file at every start, so whatever is heavy stays inside methods and in the ``_`` modules beside it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.errors import CompactHydraException
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, ListConfig, OmegaConf

from sweep.engines.launchers import LAUNCHERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sweep.engines.engine import Engine
    from sweep.errors import BadInput
    from sweep.plan.point import Point
    from sweep.problem.problem import Problem
    from sweep.problem.task import Task
    from sweep.settings.schema import Settings
    from sweep.training.curve import Result


@dataclass
class GridSweeperConf:
    """``hydra/sweeper=grid``."""

    _target_: str = "hydra_plugins.sweep_grid.GridSweeper"


ConfigStore.instance().store(group="hydra/sweeper", name="grid", node=GridSweeperConf, provider="sweep")
for _name, _keys in LAUNCHERS.items():
    ConfigStore.instance().store(group="hydra/launcher", name=_name, node=_keys, provider="sweep")


def _told(refusal: "BadInput") -> CompactHydraException:
    """``refusal`` as an error that Hydra shows as it is, in an application that is not ours, too."""
    error = CompactHydraException(str(refusal))
    error.__cause__ = refusal
    return error


class GridSweeper(Sweeper):
    """Expands the grid and drives the sweep; the launcher only says where points are trained."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra with the composed configuration."""
        from hydra.core.plugins import Plugins

        from sweep.errors import BadInput
        from sweep.settings.schema import Settings

        if OmegaConf.get_type(config) is not Settings:
            raise _told(
                BadInput(
                    "hydra/sweeper=grid: this application is not sweep",
                    "python -m sweep",
                    "choose another sweeper, as hydra/sweeper=basic",
                )
            )
        self.hydra_context, self.config = hydra_context, config
        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        """Run the sweep that the override strings ask for; how it ended is left in ``_ending``."""
        from hydra_plugins.sweep_grid import _asked, _ending, _telling
        from hydra_plugins.sweep_grid._expand import expand
        from sweep import app

        assert self.hydra_context is not None, "Hydra calls setup first"
        assert self.config is not None, "Hydra calls setup first"
        settings = expand(self.hydra_context.config_loader, self.config, arguments)
        launcher = str(self.config.hydra.runtime.choices["hydra/launcher"])
        asked = _asked.of(self.launcher, launcher)
        _ending.exit_code = app.run(settings, self._engine(settings), asked, _telling.chosen())

    def _engine(self, settings: "Sequence[Settings]") -> "Engine":
        """The engine of a launcher of ours; of another, one that launches a job a point."""
        assert self.launcher is not None, "setup made it"
        if isinstance(self.launcher, EngineLauncher):
            return self.launcher.engine(settings)
        from hydra_plugins.sweep_grid import _jobs
        from sweep.engines.engine import Here, refuse_timeout

        refuse_timeout(settings[0])
        return Here(_jobs.compute(self.launcher, settings), jobs=True)


class EngineLauncher(Launcher):
    """A launcher that stands for an engine; :class:`GridSweeper` calls that, and never launches jobs one by one."""

    name: str
    """What ``hydra/launcher=`` calls it."""

    @abstractmethod
    def engine(self, settings: "Sequence[Settings]") -> "Engine":
        """The engine for a sweep of ``settings``; what is heavy is imported once it runs."""

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra; there is nothing to set up."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Refuse: another sweeper would have each point run, and tracked, as a job of its own."""
        from sweep.errors import BadInput

        raise _told(
            BadInput(
                f"hydra/launcher={self.name} works with hydra/sweeper=grid alone, in python -m sweep",
                "hydra/sweeper=grid",
                "leave hydra/sweeper out, or hydra/launcher",
            )
        )


class BatchLauncher(EngineLauncher):
    """Trains points in this process, as batches."""

    name = "batch"

    def engine(self, settings: "Sequence[Settings]") -> "Engine":
        """:func:`sweep.training.compute.compute`: torch is brought in only once there is something to train."""
        from sweep.engines.engine import Here, refuse_timeout

        def computed(points: "Sequence[Point]", problems: "Mapping[Task, Problem]") -> "Sequence[Result]":
            from sweep.training import compute

            return compute.compute(points, problems)

        refuse_timeout(settings[0])
        return Here(computed)


class ProcessesLauncher(EngineLauncher):
    """Trains points in processes of their own, on the cores of this machine."""

    name = "processes"

    def __init__(self, workers: int | None) -> None:
        self.workers = workers

    def engine(self, settings: "Sequence[Settings]") -> "Engine":
        """See :class:`sweep.engines.processes.Processes`."""
        from sweep.engines.processes import Processes

        return Processes(self.workers, settings[0].training.timeout)


class SlurmLauncher(EngineLauncher):
    """Trains points by jobs of a cluster."""

    name = "sweep_slurm"

    def __init__(self, **asked: Any) -> None:
        self.asked: dict[str, Any] = {
            name: OmegaConf.to_container(value) if isinstance(value, ListConfig | DictConfig) else value
            for name, value in asked.items()
        }

    def engine(self, settings: "Sequence[Settings]") -> "Engine":
        """See :class:`sweep.engines.slurm.Slurm`."""
        from sweep.engines.slurm import Slurm
        from sweep.engines.slurm_asked import Asked

        return Slurm(Asked(**self.asked), settings[0].training.timeout)


class RayLauncher(EngineLauncher):
    """Trains points by the workers of a Ray cluster."""

    name = "sweep_ray"

    def __init__(self, address: str | None, workers: int | None) -> None:
        self.address, self.workers = address, workers

    def engine(self, settings: "Sequence[Settings]") -> "Engine":
        """See :class:`sweep.engines.ray_engine.Ray`."""
        from sweep.engines.ray_engine import Ray

        return Ray(self.address, self.workers, settings[0].training.timeout)
