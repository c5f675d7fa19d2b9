"""What a point is, declared once.

A further setting that can change a run's numbers is a further field of :class:`Point`. Its key, its columns in tables
and files, its row in ``plan.json``, the override that a foreign launcher gets, and which runs share a tensor or a
trajectory all follow from what its declaration says; ``tests/plan/test_point.py`` walks the declarations.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import Any, get_origin, get_type_hints

from sweep.settings import paths
from sweep.settings.schema import STARTS, DType, Gradient, Settings

KEY_SCHEMA = 1
"""Part of every key. Raise it only when a run's numbers change although its settings do not."""

Value = float | int | str | None


class Sharing(Enum):
    """What runs may share that differ in a setting."""

    NOTHING = "each value is a batch of its own"
    TENSOR = "each row of a tensor may have another value"
    TRAJECTORY = "a run with a smaller value is the exact prefix of one with a larger"


@dataclass(frozen=True)
class Declared:
    """What a field of :class:`Point` says of itself.

    Parameters
    ----------
    keys : the settings that it holds, as a user types them; several where its value is a tuple of as many.
    sharing : what runs may share that differ in it.
    used : whether a point uses it. Where not, it parts neither keys nor batches, and tables show nothing.
    identity : what of the value tells points apart, and is shown and stored.
    null_in_key : it is in the key as null where it is not used; a later field is left out there.
    """

    keys: tuple[str, ...] = ()
    sharing: Sharing = Sharing.NOTHING
    used: "Callable[[Point], bool]" = lambda point: True
    identity: Callable[[Any], Any] = lambda value: value
    null_in_key: bool = False


def _declared(*keys: str, **says: Any) -> dict[str, Declared]:
    return {"declared": Declared(keys, **says)}


def _delta_is_used(point: "Point") -> bool:
    return point.gradient is Gradient.finite_difference


def _device_type(device: str) -> str:
    return device.partition(":")[0]


@dataclass(frozen=True)
class Point:
    """One assignment of every setting that can change a run's numbers; ``data`` is the fingerprint of the readings."""

    lr: float = field(metadata=_declared("lr", sharing=Sharing.TENSOR))
    scale: float = field(metadata=_declared("scale", sharing=Sharing.TENSOR))
    epochs: int = field(metadata=_declared("epochs", sharing=Sharing.TRAJECTORY))
    init: tuple[float, ...] = field(metadata=_declared(*STARTS, sharing=Sharing.TENSOR))
    gradient: Gradient = field(metadata=_declared("gradient", identity=str))
    delta: float = field(metadata=_declared("delta", used=_delta_is_used, null_in_key=True))
    dtype: DType = field(metadata=_declared("dtype", identity=str))
    device: str = field(metadata=_declared("device", identity=_device_type))
    data: str = field(metadata=_declared("data"))

    @classmethod
    def of(cls, settings: Settings, fingerprint: str) -> "Point":
        """The point that ``settings`` ask for, on readings of that fingerprint."""
        return cls._from(lambda key: paths.get(settings, key) if key != "data" else fingerprint)

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
        return {key: value if declared.used(self) else None for declared, key, value in self._identities()}

    def stored(self) -> dict[str, Value]:
        """As :meth:`columns`, with the values that are not used too: a document that reads back exactly."""
        return {key: value for _, key, value in self._identities()}

    def _identities(self) -> Iterator[tuple[Declared, str, Value]]:
        for name, declared in DECLARED.items():
            value = declared.identity(getattr(self, name))
            if name in _TUPLES:
                yield from ((declared, key, each) for key, each in zip(declared.keys, value, strict=True))
            else:
                yield declared, declared.keys[0], value

    def overrides(self) -> dict[str, Value]:
        """The settings that make Hydra compose this point, but for its readings; exact, a device's number included."""
        values: dict[str, Value] = {}
        for name, declared in DECLARED.items():
            if name != "data" and declared.used(self):
                value = getattr(self, name)
                values.update(zip(declared.keys, value if name in _TUPLES else (value,), strict=True))
        return values

    @cached_property
    def batch(self) -> tuple[Any, ...]:
        """What all rows of a tensor must share."""
        return self._used(Sharing.NOTHING)

    @cached_property
    def trajectory(self) -> tuple[Any, ...]:
        """What tells a row of a batch from another: runs that have this in common too are one trajectory."""
        return self._used(Sharing.TENSOR)

    def _used(self, sharing: Sharing) -> tuple[Any, ...]:
        return tuple(
            getattr(self, name) if declared.used(self) else None
            for name, declared in DECLARED.items()
            if declared.sharing is sharing
        )


DECLARED: Mapping[str, Declared] = {each.name: each.metadata["declared"] for each in fields(Point)}
"""By the name of a field, what it says of itself."""

_TYPES = get_type_hints(Point)
_TUPLES = {name for name in DECLARED if get_origin(_TYPES[name]) is tuple}
_ENUMS = {name: _TYPES[name] for name in DECLARED if isinstance(_TYPES[name], type) and issubclass(_TYPES[name], Enum)}


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
