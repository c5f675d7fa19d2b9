"""What a point is, declared once.

A further setting that can change a run's numbers is a further field of :class:`Point`. Its key, its columns in tables
and files, its row in ``plan.json``, the override that a foreign launcher gets, and which runs share a tensor or a
trajectory all follow from what its declaration says; ``tests/plan/test_point.py`` walks the declarations.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from sweep.plan.declaration import Declared, Sharing, read_declarations
from sweep.settings import by_key
from sweep.settings.schema import STARTS, DType, Gradient, Settings

KEY_SCHEMA = 1
"""Part of every key. Raise it only when a run's numbers change although its settings do not."""

Value = float | int | str | None


def _delta_is_used(point: "Point") -> bool:
    return point.gradient is Gradient.finite_difference


def _device_type(device: str) -> str:
    return device.partition(":")[0]


@dataclass(frozen=True)
class Point:
    """One assignment of every setting that can change a run's numbers; ``data`` is the fingerprint of the readings."""

    DECLARED: ClassVar[Mapping[str, Declared]]
    """By the name of a field, what it says of itself."""

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
    def of(cls, settings: Settings, fingerprint: str) -> Self:
        """The point that ``settings`` ask for, on readings of that fingerprint."""
        return cls._from(lambda key, before: by_key.get(settings, key) if key != "data" else fingerprint)

    @classmethod
    def from_stored(cls, row: Mapping[str, Any]) -> Self:
        """The point that :meth:`stored` was given, by this release or an earlier one; of its device, the type.

        Raises
        ------
        KeyError, ValueError : a setting is missing, or is none.
        """
        return cls._from(lambda key, before: row[key] if before is None else row.get(key, before))

    @classmethod
    def _from(cls, value_of: Callable[[str, Any], Any]) -> Self:
        """Each field from the values of its keys, and the value that it had before it was there."""
        values: dict[str, Any] = {}
        for name, declared in cls.DECLARED.items():
            values[name] = declared.read(tuple(value_of(key, declared.before) for key in declared.keys))
        return cls(**values)

    @cached_property
    def key(self) -> str:
        """Hash of the typed values (32 hex digits).

        Not the difference from defaults, so no edit of a default changes what an old key means; floats enter exactly,
        a value that the point does not use does not enter; of the device, only its type.
        """
        document: dict[str, Any] = {"schema": KEY_SCHEMA}
        for name, declared in self.DECLARED.items():
            value = declared.identity(getattr(self, name))
            if declared.in_key(self, value):
                document[name] = _exactly(value)
            elif declared.null_in_key:
                document[name] = None
        return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Value]:
        """Every setting under the key a user gives it, ``data`` as its fingerprint; None where it is not used."""
        values = self.stored()
        for declared in self.DECLARED.values():
            if declared.used_if is not None and not declared.used_if(self):
                values.update(dict.fromkeys(declared.keys))
        return values

    def stored(self) -> dict[str, Value]:
        """As :meth:`columns`, with the values that are not used too: :meth:`from_stored` reads them back exactly.

        But for what is no part of a point's identity: of a device, its number.
        """
        values: dict[str, Value] = {}
        for name, declared in self.DECLARED.items():
            value = getattr(self, name) if declared.told_by is None else declared.told_by(getattr(self, name))
            if isinstance(value, tuple):
                values.update(zip(declared.keys, value, strict=True))
            else:
                values[declared.keys[0]] = value
        return values

    def overrides(self) -> dict[str, Value]:
        """The settings that make Hydra compose this point, but for its readings; exact, a device's number included."""
        values: dict[str, Value] = {}
        for name, declared in self.DECLARED.items():
            if name != "data" and declared.used(self):
                value = getattr(self, name)
                values.update(zip(declared.keys, value if isinstance(value, tuple) else (value,), strict=True))
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
            for name, declared in self.DECLARED.items()
            if declared.sharing is sharing
        )


Point.DECLARED = read_declarations(Point)

FLOATS = tuple(key for each in Point.DECLARED.values() if each.holds in (float, tuple[float, ...]) for key in each.keys)
"""Keys whose values are floats."""

TEXTS = tuple(key for each in Point.DECLARED.values() if each.holds is str or each.is_enum() for key in each.keys)
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
