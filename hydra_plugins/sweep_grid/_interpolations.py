"""Interpolations: which axes a value in a configuration, or on an axis, may be computed from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hydra_plugins.sweep_grid._axes import Axis
from sweep.settings.hydra_internals import unparsed_value

NAMES = re.compile(r"(?<=[{,:\s])\.*[^\W\d][\w.]*")
"""What an interpolation may name: keys, relative ones with a dot before them; resolvers and words too."""

OWN_RESOLVER = re.compile(r"\$\{\s*(?!oc\.|sweep\.)[\w.]+\s*:")
"""One that somebody else registered: it may read any key."""


@dataclass(frozen=True)
class Depends:
    """Some values depend on these axes, for each step of which Hydra must compose."""

    on: list[Axis]


def texts(axis: Axis) -> list[str]:
    """The values on ``axis`` that hold an interpolation."""
    values = (str(unparsed_value(override)) for step in axis.steps for override in step)
    return [value for value in values if "${" in value]


def may_read(texts: Iterable[str], axis: Axis) -> bool:
    """Whether an interpolation in ``texts`` may read a key of ``axis``."""
    named: set[str] = set()
    for text in texts:
        if OWN_RESOLVER.search(text):
            return True
        named.update(NAMES.findall(text))
    return any(
        name.startswith((".", f"{key}.")) or f"{key}.".startswith(f"{name}.") for name in named for key in axis.keys
    )
