"""Words of a command line as points: through our expansion, and through Hydra's own composition."""

from collections.abc import Sequence
from pathlib import Path

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.utils import create_config_search_path
from hydra.core.plugins import Plugins
from hydra.types import RunMode

from hydra_plugins.sweep_grid._expand import expand
from sweep.settings import composition
from sweep.settings.conf_files import conf_folder
from sweep.settings.grammar import as_typed
from sweep.settings.hydra_memory import remembered
from sweep.settings.schema import Settings


def loader(extra: Path | None = None) -> ConfigLoaderImpl:
    """Hydra's loader of ``conf/``, and of the folder ``extra`` before it."""
    composition.register()
    Plugins.instance()
    search_path = create_config_search_path(conf_folder())
    if extra is not None:
        search_path.prepend("test", f"file://{extra}")
    return ConfigLoaderImpl(search_path)


def expanded(*arguments: str, extra: Path | None = None) -> list[Settings]:
    """The points that the words of a command line ask for."""
    load = loader(extra)
    words = list(map(as_typed, arguments))
    with remembered():
        master = load.load_configuration("config", words, RunMode.MULTIRUN)
        return expand(load, master, words)


def by_hydra(points: Sequence[Sequence[str]]) -> list[Settings]:
    """The settings that Hydra itself composes for the overrides of each point."""
    load = loader()
    return [composition.settings(load.load_configuration("config", list(each), RunMode.RUN)) for each in points]
