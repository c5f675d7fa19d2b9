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


@cache
def _primary() -> Any:
    return OmegaConf.load(Path(conf_folder(), "config.yaml"))


@cache
def _groups() -> dict[str, str]:
    """The groups of the list of defaults, each with its choice there."""
    found = [entry for entry in _primary().defaults if OmegaConf.is_dict(entry)]
    return {str(group): name for entry in found for group, name in entry.items() if not group.startswith("override ")}


@cache
def _merged(names: tuple[str, ...]) -> Any:
    """The files of that list in its order, with such choices of the groups; what is Hydra's own is not among them."""
    places = {entry: "" for entry in _primary().defaults if isinstance(entry, str)}
    places |= {f"{group}/{name}": group for group, name in zip(_groups(), names, strict=True)}
    return OmegaConf.merge(*(_placed(name, place) for name, place in places.items()), _primary())


def _placed(name: str, place: str) -> Any:
    """A file at its place, the one that it says or ``place``; nothing where there is no such file."""
    path = Path(conf_folder(), f"{name}.yaml")
    if not path.is_file():
        return OmegaConf.create()
    if said := PACKAGE.search(path.read_text(encoding="utf-8")):
        place = said[1].replace("_global_", "")
    found = OmegaConf.load(path)
    for each in reversed(place.split(".") if place else []):
        found = OmegaConf.create({each: found})
    return found
