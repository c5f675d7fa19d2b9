"""Find and read modules without importing any: neither the module nor the packages around it."""

import pkgutil
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import SOURCE_SUFFIXES, ModuleSpec, PathFinder
from importlib.util import decode_source
from pathlib import Path
from typing import Any


def prefixes(name: str) -> Iterator[str]:
    """``a.b.c``: ``a``, ``a.b``, ``a.b.c``, each of which an import of the last would import, where it is a module."""
    parts = name.split(".")
    return (".".join(parts[: number + 1]) for number in range(len(parts)))


def found(name: str) -> ModuleSpec | None:
    """Where the module ``name`` is: as it was imported, or else where an import would find it.

    None where there is none; a package without a file of its own has no ``origin``.
    """
    loaded = getattr(sys.modules.get(name), "__spec__", None)
    if isinstance(loaded, ModuleSpec):
        return loaded
    parent = name.rpartition(".")[0]
    if not parent:
        return _looked_for(name, None)
    above = found(parent)
    if above is None or above.submodule_search_locations is None:
        return None
    return _looked_for(name, list(above.submodule_search_locations))


def content(spec: ModuleSpec) -> str | bytes:
    """The source of a module that has a file, decoded as Python does; the bytes of one that is no source.

    Raises
    ------
    OSError : it cannot be read.
    """
    loader: Any = spec.loader
    read: bytes = loader.get_data(spec.origin) if hasattr(loader, "get_data") else Path(spec.origin or "").read_bytes()
    if not str(spec.origin).endswith(tuple(SOURCE_SUFFIXES)):
        return read
    try:
        return decode_source(read)
    except (SyntaxError, UnicodeDecodeError):  # Not in the encoding that it names.
        return read


def _looked_for(name: str, path: list[str] | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        if finder is PathFinder:
            spec = _on_path(name, sys.path if path is None else path)
        elif hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, path, None)
        else:
            spec = None
        if spec is not None:
            return spec
    return None


def _on_path(name: str, path: Iterable[str]) -> ModuleSpec | None:
    """As :class:`PathFinder`, which for a folder without ``__init__.py`` wants that its parent is imported."""
    portions: list[str] = []
    for entry in path:
        finder = pkgutil.get_importer(entry)
        spec = finder.find_spec(name, None) if finder is not None else None
        if spec is None:
            continue
        if spec.loader is not None:
            return spec
        portions.extend(spec.submodule_search_locations or ())
    if not portions:
        return None
    space = ModuleSpec(name, None, is_package=True)
    space.submodule_search_locations = portions
    return space
