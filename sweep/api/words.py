"""From what a call was given to what a command takes: override words, and a grid as a file has it.

So a call and a command go down one road from here on. Whatever is callable becomes its dotted name.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from os import PathLike, fspath
from typing import Any

import numpy as np

from sweep.errors import BadInput
from sweep.models import session
from sweep.settings import grammar
from sweep.settings.schema import GROUPS, OWN_KEYS

KIND, TARGET = "kind", "_target_"


def words(settings: Mapping[str, Any]) -> list[str]:
    """Override words of Hydra, one for each of ``settings``; a mapping has the keys below its own.

    Raises
    ------
    BadInput : a value that no key takes, as a list where an axis is meant.
    """
    return [grammar.as_typed(f"{key}={grammar.exact(value)}") for key, value in _flat(settings)]


def grid(axes: Mapping[str, Any]) -> dict[str, Any]:
    """``axes`` as a grid file has them: lists, lists of mappings, and spaced axes.

    Raises
    ------
    BadInput : a key that is no text, or a value that no key takes.
    """
    odd = next((key for key in axes if not isinstance(key, str)), None)
    if odd is not None:
        raise BadInput(f"grid: {odd!r} is no key", "the names of settings, as lr", "write it as text")
    found = {key: plain(value, key) for key, value in axes.items()}
    return {_named(key, axes[key]): value for key, value in found.items()}


def plain(value: Any, key: str) -> Any:
    """``value`` of ``key`` as YAML could have it: of arrays, ranges and paths their values, of code its name.

    Raises
    ------
    BadInput : it is nothing of the kind.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, Mapping):
        return {str(name): plain(below, f"{key}.{name}") for name, below in value.items()}
    if callable(value):
        return name_of(value, key)
    if hasattr(value, "tolist"):  # Of NumPy and pandas.
        return plain(value.tolist(), key)
    if isinstance(value, list | tuple | range | set | frozenset) or hasattr(value, "__iter__"):
        return [plain(each, key) for each in value]
    what = f"{key}: a value of type {type(value).__name__}"
    raise BadInput(
        what, "numbers, text, None, lists of these; classes and functions by themselves", "give one of these"
    )


def name_of(found: Callable[..., Any], key: str) -> str:
    """The dotted name by which ``found`` is found again.

    Raises
    ------
    BadInput : there is none, as of a lambda, or of what was defined within a function.
    """
    module = str(getattr(found, "__module__", "") or "")
    name = str(getattr(found, "__qualname__", "") or "")
    if not module or not name or "<" in name:
        what = f"{key}: {name or repr(found)} has no name by which it is found again"
        step = (
            f"define it by a name in {'the notebook' if module == session.MAIN else 'a module'}, outside of functions"
        )
        raise BadInput(what, "a class or a function with a name of its own", step)
    return f"{module}.{name}"


def _flat(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each key with its plain value; ``kind`` of a group is the group's choice, and comes first."""
    for key, value in settings.items():
        key = _named(key, value)
        if not isinstance(value, Mapping) or key == "tracking.tags":
            found = plain(value, key)
            if isinstance(found, list) and key != "data.input" and not key.startswith(OWN_KEYS):
                what = f"{key}: a list of {len(found)} values is an axis"
                raise BadInput(
                    what, "one value; axes in the first argument", f"sweep.run({{{key!r}: [...], ...}}, ...)"
                )
            yield key, found
            continue
        below = dict(value)
        if key in GROUPS and KIND in below:
            yield key, plain(below.pop(KIND), key)
        yield from _flat({f"{key}.{name}": each for name, each in below.items()})


def _named(key: str, value: Any) -> str:
    """``key``, or where a model, loss or function is given as code, the key of its name."""
    values = value if isinstance(value, list | tuple) else [value]
    is_code = any(callable(each) for each in values)
    return f"{key}.{TARGET}" if is_code and key in OWN_KEYS else key
