"""Text in configuration files that YAML reads as something else, as 1.10, 2026_11_25 or NO: refused, with the quotes.

In come Hydra's loader and a configuration it composed; what is read again are the files that it was composed from.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from sweep.errors import BadInput
from sweep.settings.hydra_internals import files_of, yaml_loader
from sweep.settings.schema import takes_text

READ_ANEW = tuple(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool"))


class Files:
    """The files of ``conf/`` and of folders of the user's own that configurations are composed from.

    Parameters
    ----------
    loader : Hydra's, which composed them.
    """

    def __init__(self, loader: ConfigLoader) -> None:
        self._loader = loader
        self._seen: set[str] = set()

    def check(self, config: DictConfig) -> None:
        """Refuse ``config`` where a text is not what its file says; each choice of files is read once.

        Parameters
        ----------
        config : with Hydra's own keys, which say how it was composed.

        Raises
        ------
        BadInput : naming the first such text with its file and line.
        """
        if (choices := str(config.hydra.runtime.choices)) in self._seen:
            return
        self._seen.add(choices)
        for file, package in files_of(self._loader, config):
            check(file, package)


def check(file: Path, package: str) -> None:
    """Refuse a ``file``, whose keys are below ``package``, where a text is not what it says; BadInput names it."""
    if found := _read_anew(file.read_text(encoding="utf-8"), package):
        line, key, written, value = found
        raise BadInput(
            f"{file}, line {line}: {key}: YAML reads {written} as {value}",
            "text as it is, in quotes",
            f"write '{written}'",
        )


@lru_cache(maxsize=256)  # Every choice of a grid shares most of its files with the others.
def _read_anew(text: str, package: str) -> tuple[int, str, str, Any] | None:
    """The first text in a file that YAML reads as something else: its line, its key, as it is written, and as what."""
    loader = yaml_loader(text)
    for key, scalar in _scalars(loader.get_single_node(), package):
        if scalar.tag not in READ_ANEW or not takes_text(key):
            continue
        value: Any = loader.construct_object(scalar)
        if str(value) != scalar.value:
            return scalar.start_mark.line + 1, key, scalar.value, value
    return None


def _scalars(node: Node | None, key: str) -> Iterator[tuple[str, ScalarNode]]:
    """Each single value below ``node`` with its full key; those of a list have the key of the list."""
    if isinstance(node, ScalarNode):
        yield key, node
    elif isinstance(node, SequenceNode):
        for child in node.value:
            yield from _scalars(child, key)
    elif isinstance(node, MappingNode):
        for name, child in node.value:
            below = key if name.value == "<<" else f"{key}.{name.value}"
            yield from _scalars(child, below.lstrip("."))
