"""Settings by the key a user types, as ``init.w``: a value read, or settings with other values in some places."""

import copy
from collections.abc import Mapping
from functools import reduce
from typing import Any

from sweep.settings.schema import Settings


def get(settings: Settings, key: str) -> Any:
    """The value of ``key``."""
    return reduce(getattr, key.split("."), settings)


def replaced(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """A copy of ``settings`` with ``values`` by key, which shares everything else with it."""
    changed = copy.copy(settings)
    for key, value in values.items():
        parent, _, leaf = key.rpartition(".")
        owner = copy.copy(getattr(changed, parent)) if parent else changed
        setattr(owner, leaf, value)
        if parent:
            setattr(changed, parent, owner)
    return changed
