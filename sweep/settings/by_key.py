"""Settings by the key a user types, as ``init.w``: a value read, or settings with other values in some places."""

import copy
from collections.abc import Mapping
from functools import reduce
from typing import Any

from sweep.settings.schema import Settings


def get(settings: Settings, key: str) -> Any:
    """The value of ``key``."""
    return reduce(_below, key.split("."), settings)


def replaced(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """A copy of ``settings`` with ``values`` by key, which shares everything else with it."""
    changed = copy.copy(settings)
    copied: dict[str, Any] = {"": changed}
    for key, value in values.items():
        parent, _, leaf = key.rpartition(".")
        _put(_copied(copied, parent), leaf, value)
    return changed


def _copied(copied: dict[str, Any], key: str) -> Any:
    """What stands under ``key``, copied at its first use and put into a copy of what holds it."""
    if key not in copied:
        parent, _, leaf = key.rpartition(".")
        owner = _copied(copied, parent)
        copied[key] = copy.copy(_below(owner, leaf))
        _put(owner, leaf, copied[key])
    return copied[key]


def _below(owner: Any, name: str) -> Any:
    """What ``owner`` holds under ``name``; arguments of a model are in mappings, which may not have it yet."""
    return owner.get(name, {}) if isinstance(owner, dict) else getattr(owner, name)


def _put(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        setattr(owner, name, value)
