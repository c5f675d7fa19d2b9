"""What Hydra would call of a configuration: its own plugins, with the keys that they have, and nothing else."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from sweep.errors import BadInput, nearest

if TYPE_CHECKING:
    from omegaconf import DictConfig

PLUGINS = ("hydra.launcher", "hydra.sweeper")
"""Each has a ``_target_`` of its own, which is the class of a plugin that is installed, or Hydra refuses it."""


def check(config: "DictConfig") -> None:
    """Refuse ``config``, as Hydra composed it, where Hydra itself would call what a ``_target_`` names.

    And where a launcher would be called with a key that it has not.

    Raises
    ------
    BadInput : naming the first such key.
    """
    from omegaconf import OmegaConf

    for key in ("hydra.callbacks", *PLUGINS):
        node = OmegaConf.select(config, key)
        for where, value in _targets(OmegaConf.to_container(node, resolve=True) if node else None, key):
            if where not in PLUGINS:
                raise refusal(f"{where}._target_={value}")
    launcher = OmegaConf.select(config, "hydra.launcher")
    kind = OmegaConf.get_type(launcher)
    if is_dataclass(kind) and (unknown := launcher.keys() - {each.name for each in fields(kind)} - {"_target_"}):
        raise unknown_argument(min(unknown), kind)


def unknown_argument(name: str, kind: type) -> BadInput:
    """The message for a key of a launcher that there is not; ``kind`` is the dataclass of those there are."""
    known = [each.name for each in fields(kind) if each.name != "_target_"]
    near = nearest(name, known)
    return BadInput(
        f"hydra.launcher.{name}: the launcher has no such key",
        ", ".join(f"hydra.launcher.{each}" for each in known) or "no key: this launcher has none",
        f"did you mean hydra.launcher.{near}?" if near else "leave it out, or choose another hydra/launcher=…",
    )


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
