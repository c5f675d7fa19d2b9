"""Axes: what the command line and a grid file ask to vary, as lists of Hydra overrides with one value each."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.override_parser.types import Override, OverrideType, RangeSweep, Sweep, ValueType

from sweep.errors import BadInput
from sweep.settings import WHOLE_SWEEP

MOST_POINTS = 10_000_000
"""A grid beyond this is refused before it is expanded: at about 250 bytes a curve point, no store would hold it."""

SPACED = {"from", "to", "points", "spacing"}


@dataclass(frozen=True)
class Axis:
    """One axis of a grid: ``steps`` holds, for each of its values, the overrides that set it (several where paired)."""

    keys: tuple[str, ...]
    steps: Sequence[tuple[Override, ...]]


def from_command_line(overrides: Sequence[Override]) -> list[Axis]:
    """The axes among ``overrides``; of a key given twice the last wins, as in Hydra."""
    last = {override.get_key_element(): override for override in overrides}
    axes = []
    for key, override in last.items():
        if not override.is_sweep_override():
            continue
        if not override.is_discrete_sweep():
            raise BadInput(
                f"{override.input_line}: an interval has no list of values",
                "a list, range(…) or choice(…)",
                f"as {key}=range(start,stop,step), or a grid file with {{from, to, points, spacing}}",
            )
        _refuse_if_endless(override)
        axes.append(
            Axis((override.key_or_group,), [(_single(override, value),) for value in override.sweep_iterator()])
        )
    for axis in axes:
        _refuse_whole_sweep_keys(axis)
    return axes


def from_grid(grid: Mapping[str, Any], given: Sequence[Override]) -> list[Axis]:
    """The axes of a grid file that the command line leaves standing.

    A list is an axis of its key; a list of mappings a paired axis, whose name is only a label; a mapping with ``from``,
    ``to``, ``points`` and ``spacing`` a spaced axis; anything else a single value.

    Raises
    ------
    BadInput : the file's form is wrong, or the command line gives some keys of a pair but not all.
    """
    on_command_line = {override.key_or_group for override in given}
    axes = []
    for name, spec in grid.items():
        axis = _axis(str(name), spec)
        _refuse_whole_sweep_keys(axis)
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


def _axis(name: str, spec: Any) -> Axis:
    if isinstance(spec, Mapping):
        return Axis((name,), [(_override(name, value),) for value in _spaced(name, spec)])
    values = spec if isinstance(spec, Sequence) and not isinstance(spec, str) else [spec]
    if not values:
        raise _malformed(name, spec)
    if not any(isinstance(value, Mapping) for value in values):
        if any(isinstance(value, Sequence) and not isinstance(value, str) for value in values):
            raise _malformed(name, spec)
        return Axis((name,), [(_override(name, value),) for value in values])
    keys = tuple(values[0]) if isinstance(values[0], Mapping) else ()
    if not keys or any(not isinstance(value, Mapping) or set(value) != set(keys) for value in values):
        raise BadInput(
            f"grid: the pairs of {name} do not all set the same keys",
            "mappings with the same keys, as {lr: 1, scale: 1}",
            "complete them",
        )
    return Axis(keys, [tuple(_override(key, value[key]) for key in keys) for value in values])


def _spaced(name: str, spec: Mapping[str, Any]) -> Iterator[float]:
    """Values from ``from`` to ``to``, both included, to 12 significant digits, so that decades are exact."""
    numbers = [spec.get("from"), spec.get("to"), spec.get("points")]
    if set(spec) != SPACED or not all(isinstance(n, int | float) and math.isfinite(n) for n in numbers):
        raise _malformed(name, dict(spec))
    start, stop, points, spacing = float(spec["from"]), float(spec["to"]), spec["points"], spec["spacing"]
    if not isinstance(points, int) or not 2 <= points <= MOST_POINTS or spacing not in ("log", "linear"):
        raise _malformed(name, dict(spec))
    if spacing == "log" and not (start > 0 and stop > 0):
        raise _malformed(name, dict(spec))
    for step in range(points):
        part = step / (points - 1)
        value = start * (stop / start) ** part if spacing == "log" else start + (stop - start) * part
        yield float(f"{value:.12g}")


def _malformed(name: str, spec: object) -> BadInput:
    return BadInput(
        f"grid: {name}: {spec} is no axis",
        "a list of values; a list of mappings for keys that go together; or"
        " {from: 1e-5, to: 1e-1, points: 41, spacing: log} (or linear; at least 2 points; log needs both > 0)",
        "correct the grid file",
    )


def _override(key: str, value: Any) -> Override:
    return Override(OverrideType.CHANGE, key, ValueType.ELEMENT, value, input_line=f"{key}={value}")


def _single(sweep: Override, value: Any) -> Override:
    text = Override._get_value_element_as_str(value)
    return Override(
        sweep.type, sweep.key_or_group, ValueType.ELEMENT, value, sweep.package, f"{sweep.get_key_element()}={text}"
    )


def _refuse_whole_sweep_keys(axis: Axis) -> None:
    for key in axis.keys:
        if key.startswith("hydra") or key.partition(".")[0] in WHOLE_SWEEP:
            raise BadInput(
                f"{key} belongs to the sweep as a whole and cannot be an axis",
                f"one value of {key}",
                "run one sweep for each value",
            )


def _refuse_if_endless(override: Override) -> None:
    count = size(override)
    if not 0 < count <= MOST_POINTS:
        raise BadInput(
            f"{override.input_line} has {count:,} values", f"1 to {MOST_POINTS:,} values", "use a larger step"
        )


def size(override: Override) -> int:
    """How many values a sweep override has, without expanding it; 0 for a range that never reaches its end."""
    value = override.value()
    assert isinstance(value, Sweep)
    if not isinstance(value, RangeSweep):
        return sum(1 for _ in override.sweep_iterator())
    assert value.start is not None, "the grammar demands it"
    assert value.stop is not None, "the grammar demands it"
    span, step = value.stop - value.start, value.step
    numbers = (span, step)
    if not all(map(math.isfinite, numbers)) or step == 0 or span / step <= 0:
        return 0
    return math.ceil(span / step)
