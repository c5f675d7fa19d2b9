"""Who takes part. Each peer is a program of its own, written as its users would write it today."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.grid import Grid
from benchmarks.process import Usage, measure, python


@dataclass(frozen=True)
class Peer:
    """A program that runs a grid.

    Parameters
    ----------
    name : as in the tables.
    command : arguments of Python, before those of the grid.
    needs : packages that must be importable.
    store : the SQLite file it leaves, in the folder that it runs in.
    first_step : the step at which it stores the loss before the first update.
    """

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    store: str = "mlflow.db"
    first_step: int = 0

    @property
    def missing(self) -> list[str]:
        """The packages it needs that are not installed."""
        return [package for package in self.needs if find_spec(package) is None]

    def run(self, grid: Grid, folder: Path, thinned: bool = False) -> Usage:
        """Run ``grid`` in the empty ``folder``, and check what was stored.

        Raises
        ------
        RuntimeError : the program failed, or stored something else than it should.
        """
        usage = measure(python(*self.command, *grid.arguments), folder)
        how = (str(folder / self.store), str(self.first_step), "thinned" if thinned else "whole")
        measure(python("-m", "benchmarks.stored", *how, *grid.arguments), folder)
        return usage


def _script(module: str, *arguments: str) -> tuple[str, ...]:
    return ("-m", f"benchmarks.peers.{module}", *arguments)


OURS = Peer("sweep", ("-m", "sweep"), store="outputs/mlflow.db")
FLOOR = Peer("floor", _script("floor"))
PEERS = {
    "hydra-log-metric": Peer("Hydra + log_metric an epoch", _script("hydra_log_metric", "-m")),
    "hydra-log-batch": Peer("Hydra + log_batch", _script("hydra_log_batch", "-m")),
    "hydra-joblib": Peer(
        "Hydra joblib + log_batch",
        _script("hydra_joblib", "-m", "hydra/launcher=joblib", "hydra.launcher.n_jobs=2"),
        ("hydra_plugins.hydra_joblib_launcher",),
    ),
    "optuna": Peer("Optuna GridSampler + log_batch", _script("optuna_grid"), ("optuna",)),
    "ray": Peer("Ray Tune + MLflowLoggerCallback", _script("ray_tune"), ("ray.tune",), first_step=1),
}
"""Ray's callback gives the first result step 1, whatever ``timesteps_total`` says: 0 counts as not given there."""
