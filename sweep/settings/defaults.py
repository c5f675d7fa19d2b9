"""What a setting is where nobody gives it: as ``conf/`` says, read without Hydra, whose composition takes a while."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from sweep.settings.conf_files import conf_folder

PACKAGE = re.compile(r"^# @package (\S+)$", re.MULTILINE)


def default(key: str, chosen: Mapping[str, Any]) -> Any:
    """What ``key`` is where nobody gives it; None where it has no value, or stands for several.

    Parameters
    ----------
    chosen : what is given; of its keys those of groups count, as ``problem`` and ``optimizer``.
    """
    groups = _groups()
    if key in groups:
        return groups[key]
    config = _merged(tuple(str(chosen.get(group, name)) for group, name in groups.items()))
    found = OmegaConf.select(config, key, throw_on_missing=False)
    return None if OmegaConf.is_config(found) else found


def files() -> dict[Path, str]:
    """The files of ``conf/`` that say what is where nothing is given, each with the key that its own are below."""
    primary = _read()
    return _places(primary, tuple(_groups_of(primary).values()))


def merged(places: Mapping[Path, str]) -> Any:
    """The files of ``places``, each at its key, in their order."""
    return OmegaConf.merge(*(_placed(path, place) for path, place in places.items()))


def _file() -> Path:
    return Path(conf_folder(), "config.yaml")


def _read() -> Any:
    return OmegaConf.load(_file())


_primary = cache(_read)
"""The first file of ``conf/``, which lists the others."""


@cache
def _groups() -> dict[str, str]:
    return _groups_of(_primary())


def _groups_of(primary: Any) -> dict[str, str]:
    """The groups of the list of defaults, each with its choice there."""
    found = [entry for entry in primary.defaults if OmegaConf.is_dict(entry)]
    return {str(group): name for entry in found for group, name in entry.items() if not group.startswith("override ")}


@cache
def _merged(names: tuple[str, ...]) -> Any:
    return merged(_places(_primary(), names))


def _places(primary: Any, names: tuple[str, ...]) -> dict[Path, str]:
    """The files of the list of defaults in its order, with such choices of the groups; none of Hydra's own."""
    places = {entry: "" for entry in primary.defaults if isinstance(entry, str)}
    places |= {f"{group}/{name}": group for group, name in zip(_groups_of(primary), names, strict=True)}
    found = {Path(conf_folder(), f"{name}.yaml"): place for name, place in places.items()}
    return {path: _said(path, place) for path, place in found.items() if path.is_file()} | {_file(): ""}


def _said(path: Path, place: str) -> str:
    """The place that a file says itself, or ``place``."""
    said = PACKAGE.search(path.read_text(encoding="utf-8"))
    return said[1].replace("_global_", "") if said else place


def _placed(path: Path, place: str) -> Any:
    found = OmegaConf.load(path)
    for each in reversed(place.split(".") if place else []):
        found = OmegaConf.create({each: found})
    return found
