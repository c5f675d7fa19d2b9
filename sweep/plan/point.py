"""What a point is, declared once.

A further setting that can change a run's numbers is a further field of :class:`Point`. Its key, its columns in tables
and files, its row in ``plan.json``, the override that a foreign launcher gets, and which runs share a tensor or a
trajectory all follow from what its declaration says; ``tests/plan/test_point.py`` walks the declarations.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cached_property
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from sweep.settings import by_key
from sweep.settings.schema import STARTS, DType, Gradient, Settings

KEY_SCHEMA = 1
"""Part of every key. Raise it only when a run's numbers change although its settings do not."""

Value = float | int | str | None


class Sharing(Enum):
    """How much of their training two runs may share although a setting of theirs differs."""

    NOTHING = "each value trains in a tensor of its own"
    TENSOR = "each row of a tensor may have another value"
    TRAJECTORY = "a run with a smaller value is the exact prefix of one with a larger: epochs alone"


@dataclass(frozen=True)
class Declared:
    """What a field of :class:`Point` says of itself.

    Parameters
    ----------
    keys : the settings that it holds, as a user types them; several where its value is a tuple of as many.
    sharing : how much of their training runs may share that differ in it.
    used_if : whether a point uses it; None: always. Where not, it parts no keys and no batches, and no table shows it.
    told_by : from the value to what of it tells points apart, and is shown and stored; None: all of it.
    null_in_key : it is in the key as null where it is not used; a later field is left out there.
    """

    keys: tuple[str, ...]
    sharing: Sharing = Sharing.NOTHING
    used_if: "Callable[[Point], bool] | None" = None
    told_by: Callable[[Any], Any] | None = None
    null_in_key: bool = False

    def used(self, point: "Point") -> bool:
        """Whether ``point`` uses it."""
        return self.used_if is None or self.used_if(point)

    def identity(self, value: Any) -> Any:
        """What of ``value`` tells points apart."""
        return value if self.told_by is None else self.told_by(value)


def _delta_is_used(point: "Point") -> bool:
    return point.gradient is Gradient.finite_difference


def _device_type(device: str) -> str:
    return device.partition(":")[0]


@dataclass(frozen=True)
class Point:
    """One assignment of every setting that can change a run's numbers; ``data`` is the fingerprint of the readings."""

    lr: Annotated[float, Declared(("lr",), sharing=Sharing.TENSOR)]
    scale: Annotated[float, Declared(("scale",), sharing=Sharing.TENSOR)]
    epochs: Annotated[int, Declared(("epochs",), sharing=Sharing.TRAJECTORY)]
    init: Annotated[tuple[float, ...], Declared(STARTS, sharing=Sharing.TENSOR)]
    gradient: Annotated[Gradient, Declared(("gradient",), told_by=str)]
    delta: Annotated[float, Declared(("delta",), used_if=_delta_is_used, null_in_key=True)]
    dtype: Annotated[DType, Declared(("dtype",), told_by=str)]
    device: Annotated[str, Declared(("device",), told_by=_device_type)]
    data: Annotated[str, Declared(("data",))]

    @classmethod
    def of(cls, settings: Settings, fingerprint: str) -> "Point":
        """The point that ``settings`` ask for, on readings of that fingerprint."""
        return cls._from(lambda key: by_key.get(settings, key) if key != "data" else fingerprint)

    @classmethod
    def from_stored(cls, row: Mapping[str, Any]) -> "Point":
        """The point that :meth:`stored` was given; of its device, the type.

        Raises
        ------
        KeyError, ValueError : a setting is missing, or is none.
        """
        return cls._from(row.__getitem__)

    @classmethod
    def _from(cls, value_of: Callable[[str], Any]) -> "Point":
        values: dict[str, Any] = {}
        for name, declared in DECLARED.items():
            given = tuple(map(value_of, declared.keys))
            values[name] = given if name in _TUPLES else _ENUMS[name](given[0]) if name in _ENUMS else given[0]
        return cls(**values)

    @cached_property
    def key(self) -> str:
        """Hash of the typed values (32 hex digits).

        Not the difference from defaults, so no edit of a default changes what an old key means; floats enter exactly,
        a value that the point does not use does not enter; of the device, only its type.
        """
        document: dict[str, Any] = {"schema": KEY_SCHEMA}
        for name, declared in DECLARED.items():
            if declared.used(self):
                document[name] = _exactly(declared.identity(getattr(self, name)))
            elif declared.null_in_key:
                document[name] = None
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Value]:
        """Every setting under the key a user gives it, ``data`` as its fingerprint; None where it is not used."""
        values = self.stored()
        for declared in _CONDITIONAL:
            if not declared.used(self):
                values.update(dict.fromkeys(declared.keys))
        return values

    def stored(self) -> dict[str, Value]:
        """As :meth:`columns`, with the values that are not used too: :meth:`from_stored` reads them back exactly.

        But for what is no part of a point's identity: of a device, its number.
        """
        values: dict[str, Value] = {}
        for name, declared in DECLARED.items():
            value = declared.identity(getattr(self, name))
            if name in _TUPLES:
                values.update(zip(declared.keys, value, strict=True))
            else:
                values[declared.keys[0]] = value
        return values

    def overrides(self) -> dict[str, Value]:
        """The settings that make Hydra compose this point, but for its readings; exact, a device's number included."""
        values: dict[str, Value] = {}
        for name, declared in DECLARED.items():
            if name != "data" and declared.used(self):
                value = getattr(self, name)
                values.update(zip(declared.keys, value if name in _TUPLES else (value,), strict=True))
        return values

    @property
    def batch(self) -> tuple[Any, ...]:
        """What all rows of a tensor must share."""
        return self._used(Sharing.NOTHING)

    @property
    def trajectory(self) -> tuple[Any, ...]:
        """What tells a row of a batch from another: runs that have this in common too are one trajectory."""
        return self._used(Sharing.TENSOR)

    def _used(self, sharing: Sharing) -> tuple[Any, ...]:
        return tuple(
            getattr(self, name) if declared.used(self) else None
            for name, declared in DECLARED.items()
            if declared.sharing is sharing
        )


_HINTS = get_type_hints(Point, include_extras=True)
_TYPES = {each.name: get_args(_HINTS[each.name])[0] for each in fields(Point)}

DECLARED: Mapping[str, Declared] = {name: get_args(_HINTS[name])[1] for name in _TYPES}
"""By the name of a field, what it says of itself."""

_TUPLES = {name for name, of in _TYPES.items() if get_origin(of) is tuple}
_ENUMS = {name: of for name, of in _TYPES.items() if isinstance(of, type) and issubclass(of, Enum)}
_CONDITIONAL = [declared for declared in DECLARED.values() if declared.used_if is not None]

FLOATS = tuple(
    key for name, each in DECLARED.items() if _TYPES[name] in (float, tuple[float, ...]) for key in each.keys
)
"""Keys whose values are floats."""

TEXTS = tuple(key for name, each in DECLARED.items() if name in _ENUMS or _TYPES[name] is str for key in each.keys)
"""Keys whose values are text."""


def _exactly(value: Any) -> Any:
    """``value`` for JSON, every bit of a float included."""
    if isinstance(value, tuple):
        return [_exactly(each) for each in value]
    return value.hex() if isinstance(value, float) else value


def as_typed(value: Value) -> str:
    """A setting's value as a person would type it, so that it reads back exactly; nothing for None."""
    if value is None:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
