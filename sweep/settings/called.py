"""What Hydra would call of a configuration: its own plugins, and nothing else that is named by a ``_target_``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sweep.errors import BadInput

if TYPE_CHECKING:
    from omegaconf import DictConfig

PLUGINS = ("hydra.launcher", "hydra.sweeper")
"""Each has a ``_target_`` of its own, which is the class of a plugin that is installed, or Hydra refuses it."""


def refuse_targets(config: "DictConfig") -> None:
    """Refuse ``config``, as Hydra composed it, where Hydra itself would call what a ``_target_`` names.

    Raises
    ------
    BadInput : naming the first such key with its value.
    """
    from omegaconf import OmegaConf

    for key in ("hydra.callbacks", *PLUGINS):
        node = OmegaConf.select(config, key)
        for where, value in _targets(OmegaConf.to_container(node, resolve=True) if node else None, key):
            if where not in PLUGINS:
                raise refusal(f"{where}._target_={value}")


def refusal(named: str) -> BadInput:
    """The message for a ``_target_`` of Hydra's own keys that is ``named``, with its value."""
    return BadInput(
        f"{named}: Hydra would call it",
        "a _target_ below problem alone",
        "leave it out; a launcher that is installed is chosen as hydra/launcher=NAME",
    )


def _targets(node: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Each mapping in ``node`` that has a ``_target_``, by its full key."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield key, node["_target_"]
        for name, below in node.items():
            yield from _targets(below, f"{key}.{name}")
    elif isinstance(node, list):
        for place, below in enumerate(node):
            yield from _targets(below, f"{key}.{place}")
