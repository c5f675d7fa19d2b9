"""What a user says of a model or a loss: a name, or a class or function with its arguments, as plain data.

In a point it is one text, which tells types apart; on a command line each argument is a key of its own.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sweep.errors import BadInput
from sweep.settings.ranges import TEXT

Spec = str | Mapping[str, Any]
"""A word; or arguments by name: null, true, numbers, texts, lists, mappings; ``_target_`` names a class or function."""

TARGET = "_target_"
"""As Hydra's users name what is to be called."""

MOST_LETTERS, MOST_OF_ONE, MOST_OF_KEY = 16_000, 500, 250
"""Of a model with its arguments as a text, which stands in a plan once a point; of one argument; and of its key."""

MOST_ARGUMENTS = 40
"""Of a model, and of a loss: MLflow takes 100 params of a run at once."""

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)


def canonical(spec: Any) -> str:
    """One text for each spec: the same for the same names and values, whatever their order; 8, 8.0 and "8" differ.

    Raises
    ------
    TypeError, ValueError : a value is none of those that a :data:`Spec` has.
    """
    return json.dumps(spec, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parsed(text: str) -> Any:
    """What :func:`canonical` was given.

    Raises
    ------
    ValueError
    """
    return json.loads(text)


def flat(key: str, spec: Any) -> Iterator[tuple[str, Any]]:
    """Each argument with the key that sets it, as ``problem.model.width``; a list has one, whatever it holds."""
    if isinstance(spec, Mapping) and spec:
        for name, below in spec.items():
            yield from flat(f"{key}.{name}", below)
    else:
        yield key, spec


def targets(spec: Any) -> tuple[str, ...]:
    """The classes and functions that it names, at any depth, each once."""
    return tuple(dict.fromkeys(_targets(spec)))


def _targets(spec: Any) -> Iterator[str]:
    if isinstance(spec, Mapping):
        if TARGET in spec:
            yield str(spec[TARGET])
        for below in spec.values():
            yield from _targets(below)
    elif isinstance(spec, list):
        for each in spec:
            yield from _targets(each)


def check(key: str, spec: Any) -> None:
    """Raise :class:`BadInput` where arguments cannot be kept, or told apart, in a plan.

    Parameters
    ----------
    key : below which they stand.
    """
    for name, value in _leaves(key, spec):
        path = name.removeprefix(f"{key}.") if name != key else "x"
        if not all(NAME.fullmatch(part) for part in path.split(".")):
            raise BadInput(f"{name}: no name of an argument", "letters, digits and _, not a digit first", "rename it")
        if len(name) > MOST_OF_KEY:
            raise BadInput(f"{name[:60]}…: a key of {len(name)} letters", f"{MOST_OF_KEY} letters", "nest it less")
        if value != value:
            raise BadInput(f"{name}=nan: no value of an argument", "any number but nan, and text", "give another")
        if isinstance(value, str) and not TEXT.fullmatch(value):
            raise BadInput(f"{name}: not text on one line", "text on one line", "give another")
        if len(canonical(value)) > MOST_OF_ONE:
            raise BadInput(f"{name}: longer than a run can keep", f"{MOST_OF_ONE} characters", "shorten it")
    if (count := sum(1 for _ in flat(key, spec))) > MOST_ARGUMENTS:
        what = f"{key} has {count:,} arguments, those of nested ones among them"
        raise BadInput(what, f"{MOST_ARGUMENTS} of them; a list counts as one", "set some in code of your own")
    if len(canonical(spec)) > MOST_LETTERS:
        raise BadInput(f"{key}: longer than a plan can keep", f"{MOST_LETTERS:,} characters in all", "shorten it")


def _leaves(key: str, spec: Any) -> Iterator[tuple[str, Any]]:
    """As :func:`flat`, what stands in lists too."""
    for name, value in flat(key, spec):
        yield name, value
        for each in value if isinstance(value, list) else ():
            yield from _leaves(name, each)
