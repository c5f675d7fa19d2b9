"""From Hydra's composed configurations to typed settings; and the pieces of Hydra's setup that need code."""

import copy
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_store import ConfigNode, ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf

from sweep.errors import BadInput
from sweep.outputs import check_here
from sweep.redaction import masked
from sweep.settings import called, defaults, grammar, text_in_files
from sweep.settings.conf_files import conf_folder
from sweep.settings.hydra_internals import apply_overrides, own_hydra
from sweep.settings.hydra_memory import remembered
from sweep.settings.keys import KEYS, SET_BY_GROUP, refusal, validate
from sweep.settings.refusals import unknown_key
from sweep.settings.schema import LISTS, OWN_KEYS, Settings, Tracking, environment, takes_text
from sweep.settings.verbs import verbs_help

OPEN = ("tracking.tags", "grid", *OWN_KEYS)
"""Keys below which a user names keys of his own."""

FROM_ENVIRONMENT = re.compile(r"\$\{(?:sweep|oc)\.env:[^${},]*(?:,\s*([^${}]*))?\}")
"""A value of the environment, with its default."""


def register() -> None:
    """Tell Hydra the schema and the resolvers that ``conf/`` names. Calling it twice does no harm."""
    ConfigStore.instance().repo[_schema().name] = _schema()
    OmegaConf.register_new_resolver("sweep.env", environment, replace=True)
    OmegaConf.register_new_resolver("sweep.keys", keys_help, replace=True)
    OmegaConf.register_new_resolver("sweep.verbs", verbs_help, replace=True)


@cache
def _schema() -> ConfigNode:
    """One a process: what is composed of it is known again."""
    return ConfigNode(
        "settings_schema.yaml", OmegaConf.structured(Settings), group=None, package=None, provider="sweep"
    )


def without_hydra(config: DictConfig) -> DictConfig:
    """A copy of ``config`` that holds the application's keys alone, typed as :class:`Settings`."""
    own = OmegaConf.masked_copy(config, [str(key) for key in config if key != "hydra"])
    typed = OmegaConf.merge(_schema().node, own)
    assert isinstance(typed, DictConfig)
    OmegaConf.set_struct(typed, True)
    return typed


def settings(config: DictConfig) -> Settings:
    """Typed settings of a composed configuration, not yet validated.

    Raises
    ------
    BadInput : a mandatory key has no value, or there is a key that the schema does not have.
    """
    return built(without_hydra(config))


def built(own: DictConfig) -> Settings:
    """The same, of what :func:`without_hydra` made."""
    missing = sorted(OmegaConf.missing_keys(own))
    missing = [name for key in missing for name in [below for below in KEYS if below.startswith(f"{key}.")] or [key]]
    if kind := next((name for name in missing if name in SET_BY_GROUP), None):
        group, known = kind.partition(".")[0], KEYS[kind].allowed
        what = f"{group}=NAME: the file of that name says nothing of what it builds on"
        first = {"problem": "torch", "data": "csv"}.get(group) or known.partition(",")[0]
        raise BadInput(what, f"defaults: [NAME], NAME one of {known}", f"begin the file with defaults: [{first}]")
    if missing:
        raise BadInput(
            f"{', '.join(missing)} must be given",
            KEYS[missing[0]].allowed if missing[0] in KEYS else "a value",
            f"add {' '.join(f'{key}=…' for key in missing)}",
        )
    for key, value in _leaves(OmegaConf.to_container(own, resolve=False)):
        if (parent := key.rpartition(".")[0]) in LISTS:
            raise refusal(parent, OmegaConf.select(own, parent))
        if key not in KEYS and not key.startswith(OPEN):  # A + adds any key below one of the schema's.
            raise unknown_key(key)
        for default in FROM_ENVIRONMENT.findall(value) if isinstance(value, str) and takes_text(key) else ():
            if default != str(read := grammar.reading(default)) and not isinstance(read, str):
                raise BadInput(f"{key}: {value} reads {default} as {read}", "text in quotes", f'write "{default}"')
    found = OmegaConf.to_object(own)
    assert isinstance(found, Settings)
    return found


def interpolations(own: DictConfig) -> list[str]:
    """The texts in ``own``, which :func:`without_hydra` made, that may change with other keys: they are computed."""
    leaves = _leaves(OmegaConf.to_container(own, resolve=False))
    return [value for _, value in leaves if isinstance(value, str) and "${" in FROM_ENVIRONMENT.sub("", value)]


def keys_help() -> str:
    """The keys with their meaning and range, as ``--help`` shows them."""
    width = max(len(name) for name in KEYS)
    return "\n".join(
        f"  {name:<{width}}  {key.meaning}: {key.allowed}" for name, key in KEYS.items() if name not in SET_BY_GROUP
    )


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Full key and value of everything in ``node`` that holds nothing below it; a list's values have its key."""
    if isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _leaves(child, f"{key}.{name}" if key else str(name))
    elif isinstance(node, list) and node:
        for child in node:
            yield from _leaves(child, key)
    else:
        yield key, node


@contextmanager
def composed(
    overrides: Sequence[str], grid: Mapping[str, Any], folder: str | None = None
) -> Iterator[tuple[ConfigLoader, DictConfig]]:
    """What Hydra's command makes of ``overrides``, and the loader that did; Hydra is the caller's own again afterwards.

    Parameters
    ----------
    grid : axes as a grid file has them; nothing where ``overrides`` name one. folder : as of ``--config-dir``.
    """
    check_here()
    with own_hydra(), remembered():
        register()
        with initialize_config_dir(conf_folder(), version_base="1.3"):
            further = [f"hydra.searchpath=[{grammar.literal(f'file://{Path(folder).resolve()}')}]"] if folder else []
            single = [
                word for word in overrides if not OverridesParser.create().parse_override(word).is_sweep_override()
            ]
            config = compose("config", [*single, *further], return_hydra_config=True)
            called.check(config)
            if grid:
                OmegaConf.update(config, "grid", dict(grid), force_add=True)
            yield GlobalHydra.instance().config_loader(), config


def tracking(overrides: Sequence[str]) -> Tracking:
    """The tracking settings that ``conf/``, the environment and ``overrides`` (``tracking.KEY=VALUE``) give.

    Raises
    ------
    BadInput, or Hydra's own composition errors.
    """
    for override in overrides:
        if not override.startswith(("tracking.", "tracking=")):
            raise BadInput(
                f"{override}: not a key of this command",
                ", ".join(key for key in KEYS if key.startswith("tracking")),
                "leave it out",
            )
    check_here()
    with own_hydra(), remembered():
        register()
        words = [grammar.as_typed(override) for override in overrides]
        with suppress(Exception):  # Whatever it is that cannot be, Hydra comes to it, and says it in its own words.
            given = OverridesParser.create().parse_overrides(words)
            if all(_is_a_value(each) for each in given):
                return _read(given).tracking
        with initialize_config_dir(conf_folder(), version_base="1.3"):
            config = compose("config", words, return_hydra_config=True)
            text_in_files.Files(GlobalHydra.instance().config_loader()).check(config)
            return validate(settings(config)).tracking


def _is_a_value(word: Override) -> bool:
    """Whether ``word`` gives one value to a key that has one already."""
    return word.type is OverrideType.CHANGE and not word.is_sweep_override() and word.key_or_group in KEYS


def _read(given: Sequence[Override]) -> Settings:
    """What Hydra would compose of values for keys, read from ``conf/`` itself, which takes a third of the time."""
    files = Path(conf_folder()).rglob("*.yaml")
    own = copy.deepcopy(_defaults(frozenset((file, file.stat().st_mtime_ns) for file in files)))
    apply_overrides(given, own)
    return validate(built(own))


@lru_cache(maxsize=4)  # A program that reads many sweeps asks for each where they are.
def _defaults(files: frozenset[tuple[Path, int]]) -> DictConfig:
    """What ``conf/`` says where nothing is given, its texts checked; of ``files``, each with when it was changed."""
    places = defaults.files()
    for file, package in places.items():
        text_in_files.check(file, package)
    config = defaults.merged(places)
    del config.defaults
    return without_hydra(config)


def tracking_overrides(tracking: Tracking) -> list[str]:
    """The words that name the store of ``tracking`` on a command line, but for a password in its URI.

    No words where a command would find the store anyway.
    """
    with own_hydra():
        register()
        bare = OmegaConf.load(Path(conf_folder()) / "tracking" / "local.yaml")
        OmegaConf.resolve(bare)
    overrides = []
    if tracking.uri != OmegaConf.select(bare, "uri"):
        overrides.append(f"tracking.uri={grammar.word(masked(tracking.uri))}")
    if tracking.experiment != OmegaConf.select(bare, "experiment"):
        overrides.append(f"tracking.experiment={grammar.word(tracking.experiment)}")
    return [shlex.quote(override) for override in overrides]


def to_yaml(settings: Settings, varying: Mapping[str, Sequence[Any]]) -> str:
    """The resolved configuration of a sweep: every key, with the list of its values where it varies; no secrets."""
    values = OmegaConf.create(asdict(settings))
    values.tracking.uri = masked(settings.tracking.uri)
    for key in sorted(varying, key=lambda key: key.count(".")):
        if "." in key and OmegaConf.is_list(OmegaConf.select(values, key.rpartition(".")[0])):
            values[key] = list(varying[key])  # As of a function beside mse: what stands above is an axis itself.
        else:
            OmegaConf.update(values, f"{key}.kind" if f"{key}.kind" in SET_BY_GROUP else key, list(varying[key]))
    return OmegaConf.to_yaml(values)
