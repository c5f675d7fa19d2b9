"""A call from Python, as the command's sweeper has it: settings, an engine, and what of that its cost depends on."""

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.utils import instantiate

from hydra_plugins.sweep_grid import _asked
from hydra_plugins.sweep_grid._expand import expand
from sweep.cost.asked import Asked
from sweep.engines.engine import Engine
from sweep.engines.launchers import LAUNCHERS
from sweep.errors import BadInput
from sweep.settings import composition
from sweep.settings.schema import Settings


def asked(
    overrides: Sequence[str], axes: Mapping[str, Any], config_dir: str | None
) -> tuple[list[Settings], Engine, Asked]:
    """What ``overrides``, and ``axes`` as of a grid file, ask for.

    Raises
    ------
    BadInput, or Hydra's own composition errors.
    """
    with composition.composed(overrides, axes, config_dir) as (loader, config):
        name = str(config.hydra.runtime.choices["hydra/launcher"])
        if name not in LAUNCHERS:
            what = f"engine={name}: a launcher of Hydra's own works in python -m sweep alone"
            raise BadInput(what, ", ".join(sorted(LAUNCHERS)), "give one of these, or leave engine out")
        settings = expand(loader, config, overrides)
        launcher = instantiate(config.hydra.launcher)
        return settings, launcher.engine(settings), _asked.of(launcher, name)
