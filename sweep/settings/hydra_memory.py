"""What Hydra has once composed of files is copied the next time, as long as they say what they said.

For a configuration Hydra parses and merges some twenty files, most of them its own, which takes ten times as long as to
copy one. A sweep composes for each step of a structural axis, and a program for each call.

Its private names stand here, and in ``hydra_internals``.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from hydra._internal import config_loader_impl, defaults_list
from hydra._internal import hydra as command
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_repository import CachingConfigRepository, ConfigRepository
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from omegaconf import DictConfig, OmegaConf

MOST = 128
"""How many files are kept, and how many configurations: a program may make ever new ones."""

_files: dict[Any, tuple[Any, ConfigResult | None]] = {}
_configurations: dict[Any, tuple[Any, DictConfig]] = {}


@contextmanager
def remembered() -> Iterator[None]:
    """Meanwhile, Hydra composes of what it has read before; its results are the same.

    Each loader keeps from which files it has composed last, for :func:`sweep.settings.hydra_internals.files_of`.
    """
    read, choices = ConfigRepository.load_config, defaults_list._create_interpolation_map
    merged = ConfigLoaderImpl._compose_config_from_defaults_list

    def load(self: ConfigRepository, config_path: str) -> Any:
        source = self._find_object_source(config_path, ObjectType.CONFIG)
        said = None if source is None else _said(source, config_path)
        if source is None or said is None:
            return read(self, config_path)
        place = source.scheme(), source.provider, source.path, config_path
        key = *place, said if isinstance(said, str) else id(said)
        return _kept(_files, key, said, lambda: read(self, config_path))

    def compose(self: Any, defaults: Any, repo: Any) -> Any:
        parts = [(repo.load_config(each.config_path), _node(each.config_path)) for each in defaults]
        key = tuple(
            (each.config_path, each.package, each.primary, *map(id, part))
            for each, part in zip(defaults, parts, strict=True)
        )
        copies: Any = _Copies(repo)
        config = copy.deepcopy(_kept(_configurations, key, parts, lambda: merged(self, defaults, copies)))
        self.composed = config, defaults
        return config

    def map_of(overrides: Any, listed: Any, self_added: bool) -> DictConfig:
        # It is for interpolations in a list of defaults alone, and takes a fifth of the time.
        return choices(overrides, listed, self_added) if "${" in repr(listed) else OmegaConf.create()

    with ExitStack() as stack:
        for owner, values in (
            (ConfigRepository, {"load_config": load}),
            (config_loader_impl, {"CachingConfigRepository": _Repository}),
            (ConfigLoaderImpl, {"_compose_config_from_defaults_list": compose}),
            (defaults_list, {"_create_interpolation_map": map_of}),
        ):
            stack.enter_context(_instead(owner, **values))
        yield


@contextmanager
def composed_once(look: Callable[[DictConfig], None]) -> Iterator[None]:
    """Meanwhile, Hydra shows the configuration it has composed for a command to ``look``, before it calls any of it.

    It does not compose it a first time to find its mode: each has ``--multirun``, which says it.
    """

    class Shown(Callbacks):  # The first that Hydra makes of a configuration; plugins come after.
        def __init__(self, config: DictConfig | None = None) -> None:
            if config is not None:
                look(config)
            super().__init__(config)

    with _instead(command, Callbacks=Shown), _instead(command.Hydra, get_mode=lambda *_, **__: None), remembered():
        yield


class _Repository(CachingConfigRepository):
    """Hydra's, but for a copy of all that is registered; other sources are set in a list of their own."""

    def __init__(self, delegate: Any) -> None:
        self.delegate = copy.copy(delegate)
        self.cache = {}


class _Copies:
    """A repository whose files may be changed: Hydra merges into what it has read."""

    def __init__(self, repo: Any) -> None:
        self._repo = repo
        self.get_schema_source = repo.get_schema_source

    def load_config(self, config_path: str) -> Any:
        return copy.deepcopy(self._repo.load_config(config_path))


def _kept(known: dict[Any, tuple[Any, Any]], key: Any, parts: Any, make: Any) -> Any:
    """What is known by ``key``, or is made now; as long as it is, ``parts`` live, whose numbers are in the key."""
    if key not in known:
        made = make()
        if len(known) >= MOST:
            known.clear()
        known[key] = parts, made
    return known[key][1]


def _said(source: ConfigSource, config_path: str) -> str | ConfigNode | None:
    """All that a result of ``source`` is made of; None where that is not known."""
    name = ConfigSource._normalize_file_name(config_path)
    if source.scheme() == "structured":
        return _node(config_path)
    if source.scheme() == "pkg" and source.path == "hydra.conf":
        return ""  # It comes with Hydra, and stays.
    if source.scheme() != "file":
        return None
    try:
        return Path(source.path, name).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None  # Hydra says what is wrong with it.


def _node(config_path: str) -> ConfigNode | None:
    """What is registered as ``config_path``."""
    try:
        return ConfigStore.instance()._load(ConfigSource._normalize_file_name(config_path))
    except ConfigLoadError:
        return None


@contextmanager
def _instead(owner: Any, **values: Any) -> Iterator[None]:
    """Meanwhile, ``owner`` has other ``values``."""
    before = {name: getattr(owner, name) for name in values}
    for name, value in values.items():
        setattr(owner, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)
