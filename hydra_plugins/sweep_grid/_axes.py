"""Axes: what the command line and a grid file ask to vary, as lists of Hydra overrides with one value each."""

import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType, ValueType

from hydra_plugins.sweep_grid._listed import listed
from sweep.errors import BadInput
from sweep.settings.hydra_internals import value_text
from sweep.settings.keys import KEYS, LABELS, WHOLE_SWEEP
from sweep.settings.refusals import unknown_key
from sweep.settings.schema import OWN_KEYS, WHOLE_NUMBERS, is_argument, takes_text, whole

SPACED = ("from", "to", "points", "spacing")
PLAIN_KEYS = {*KEYS, *(key.partition(".")[0] for key in KEYS)}


@dataclass(frozen=True)
class Axis:
    """One axis of a grid.

    Parameters
    ----------
    keys : what it sets, several where paired.
    size : how many steps it has, known without making them.
    make : makes the steps.
    """

    keys: tuple[str, ...]
    size: int
    make: Callable[[], Iterable[tuple[Override, ...]]]

    @cached_property
    def steps(self) -> Sequence[tuple[Override, ...]]:
        """For each value of the axis, the overrides that set it."""
        return list(self.make())


def from_command_line(overrides: Sequence[Override]) -> list[Axis]:
    """The axes among ``overrides``."""
    axes = []
    for override in overrides:
        if not override.is_sweep_override():
            continue
        size, values = listed(override)
        axis = Axis((override.key_or_group,), size, partial(_singles, override, values))
        if axis.size == 0:
            raise BadInput(f"{override.input_line} has no values", "an axis of 1 value or more", "correct it")
        _refuse_whole_sweep_keys(axis)
        if override.key_or_group in LABELS:
            what = f"{override.key_or_group} is an axis, and changes nothing of what is trained"
            raise BadInput(what, "one value", "give one value")
        axes.append(axis)
    return axes


def from_grid(grid: Mapping[str, Any], given: Sequence[Override]) -> list[Axis]:
    """The axes of a grid file that the command line leaves standing.

    A list is an axis of its key; a list of mappings a paired axis, whose name is only a label, or a key that holds
    those in the mappings; a mapping with ``from``, ``to``, ``points`` and ``spacing`` a spaced axis; another mapping
    holds the axes of the keys below its name; anything else is a single value.

    Raises
    ------
    BadInput : the file's form is wrong, or the command line gives some keys of a pair but not all.
    """
    on_command_line = {override.key_or_group for override in given}
    axes = []
    for name, spec in _flat(grid):
        axis = _axis(name, spec)
        _refuse_whole_sweep_keys(axis)
        for key in axis.keys:
            if key not in PLAIN_KEYS and not is_argument(key):
                raise unknown_key(key)
        overridden = [key for key in axis.keys if key in on_command_line]
        if not overridden:
            axes.append(axis)
        elif len(overridden) < len(axis.keys):
            rest = [key for key in axis.keys if key not in overridden]
            raise BadInput(
                f"{', '.join(overridden)} on the command line is only a part of the grid's pair {name}"
                f" ({', '.join(axis.keys)})",
                "all keys of a pair, or none",
                f"also give {', '.join(f'{key}=…' for key in rest)}, or leave {', '.join(overridden)} out",
            )
    keys = [key for axis in axes for key in axis.keys]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise BadInput(f"grid: {', '.join(twice)} stands in two axes", "one axis a key", "merge the axes")
    return axes


def _flat(grid: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """``init: {w: [0, 1]}`` is ``init.w: [0, 1]``; arguments of a model are one key each, at any depth."""
    for name, spec in grid.items():
        if isinstance(spec, dict) and (
            name in OWN_KEYS
            or any(f"{name}.{key}" in KEYS for key in spec)
            or (is_argument(name) and not {"points", "spacing"} & {*spec})
        ):
            yield from _flat({f"{name}.{key}": below for key, below in spec.items()})
        else:
            yield name, spec


def _axis(name: str, spec: Any) -> Axis:
    if isinstance(spec, dict):
        start, stop, points, log = _spaced(name, spec)
        return Axis((name,), points, lambda: ((_override(name, v),) for v in _values(name, start, stop, points, log)))
    values = spec if isinstance(spec, list) else [spec]
    if any(isinstance(value, dict) for value in values):
        return _paired(name, values)
    if not values or (any(isinstance(value, list) for value in values) and not is_argument(name)):
        raise _malformed(name, spec)
    return Axis((name,), len(values), lambda: [(_override(name, value),) for value in values])


def _paired(name: str, values: Sequence[Any]) -> Axis:
    """An axis whose entries set several keys.

    Arguments of a model may differ, and keys below one that an entry sets itself, as ``data``.
    """
    entries = [
        {_full(name, str(key)): below for key, below in value.items()} for value in values if isinstance(value, dict)
    ]
    common = [
        {key for key in entry if not is_argument(key) and not any(key.startswith(f"{each}.") for each in entry)}
        for entry in entries
    ]
    if len(entries) < len(values) or not all(entries) or any(keys != common[0] for keys in common):
        raise BadInput(
            f"grid: the pairs of {name} do not all set the same keys",
            "mappings with the same keys, as {lr: 1, scale: 1}; arguments of a model may differ, and keys below a group"
            " that each mapping chooses, as {data: thermometer} and {data: csv, data.path: my.csv}",
            "complete them",
        )
    keys = tuple(dict.fromkeys(key for entry in entries for key in entry))
    return Axis(keys, len(entries), lambda: [tuple(_override(*pair) for pair in entry.items()) for entry in entries])


def _full(name: str, key: str) -> str:
    """``key`` of an entry below ``name``: below that key, where it is one that has it; else a key of its own."""
    full = f"{name}.{key}"
    return full if full in KEYS or is_argument(full) else key


def _spaced(name: str, spec: Mapping[str, Any]) -> tuple[float, float, int, bool]:
    """Start, stop, number of points and whether the spacing is log; an argument is whole where both ends are."""
    if set(spec) != set(SPACED):
        raise _malformed(name, spec)
    start, stop, points, spacing = (spec[key] for key in SPACED)
    if (
        not all(type(end) in (int, float) and abs(end) <= sys.float_info.max for end in (start, stop))
        or not (type(points) is int and points >= 2)
        or not (spacing == "linear" or (spacing == "log" and start > 0 and stop > 0))
    ):
        raise _malformed(name, spec)
    if not is_argument(name):
        start, stop = float(start), float(stop)
    return start, stop, points, spacing == "log"


def _values(name: str, start: float, stop: float, points: int, log: bool) -> Iterator[float]:
    """Both ends included; to 12 significant digits, so that decades are exact; whole for a key that takes no others."""
    rounds = name in WHOLE_NUMBERS or (is_argument(name) and type(start) is type(stop) is int)
    for step in range(points):
        part = step / (points - 1)
        value = float(f"{start * (stop / start) ** part if log else start + (stop - start) * part:.12g}")
        yield round(value) if rounds else value


def _malformed(name: str, spec: object) -> BadInput:
    shown = textwrap.shorten(str(spec), 80, placeholder=" …")
    return BadInput(
        f"grid: {name}: {shown} is no axis",
        "a list of values; a list of mappings for keys that go together; or"
        " {from: 1e-5, to: 1e-1, points: 41, spacing: log} (or linear; at least 2 points; log needs both > 0)",
        "correct the grid file",
    )


def _override(key: str, value: Any) -> Override:
    if takes_text(key) and isinstance(value, int | float):
        value = str(value)
    value = whole(key, value)
    kind = OverrideType.FORCE_ADD if is_argument(key) else OverrideType.CHANGE
    return Override(kind, key, ValueType.ELEMENT, value, input_line=f"{key}={value}")


def _singles(sweep: Override, values: Sequence[Any]) -> Iterator[tuple[Override]]:
    kind, key, package, name = sweep.type, sweep.key_or_group, sweep.package, sweep.get_key_element()
    for value in (whole(key, each) for each in values):
        text = value_text(value)
        yield (Override(kind, key, ValueType.ELEMENT, value, package, f"{name}={text}"),)


def _refuse_whole_sweep_keys(axis: Axis) -> None:
    for key in axis.keys:
        if key.startswith("hydra") or key.partition(".")[0] in WHOLE_SWEEP:
            raise BadInput(
                f"{key} belongs to the sweep as a whole and cannot be an axis",
                f"one value of {key}",
                "run one sweep for each value",
            )
