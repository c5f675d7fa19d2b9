"""The plan: the ordered, distinct points of a sweep, each with a key that means the same for ever.

In come typed settings and readings, out goes a :class:`Plan`. Nothing here trains, stores or prints.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sweep.data import Readings
from sweep.settings import PARAMETERS, Data, DType, Gradient, Settings

ALWAYS_SHOWN = ("lr", "scale", "epochs")

Value = float | int | str | None

STARTS = tuple(f"init.{name}" for name in PARAMETERS)

KEY_SCHEMA = 1
"""Part of every key. Raise it only when a run's numbers change although its settings do not."""


@dataclass(frozen=True)
class Point:
    """One assignment of every setting that can change a run's numbers.

    ``init`` holds one start value a parameter, in the order of :data:`sweep.settings.PARAMETERS`; ``data`` is the
    fingerprint of the readings.
    """

    lr: float
    scale: float
    epochs: int
    init: tuple[float, ...]
    gradient: Gradient
    delta: float
    dtype: DType
    device: str
    data: str

    @cached_property
    def key(self) -> str:
        """Hash of the typed values (32 hex digits).

        Not the difference from defaults, so no edit of a default changes what an old key means; floats enter exactly;
        ``delta`` only where the gradient uses it; of the device, only its type.
        """
        canonical = {
            "schema": KEY_SCHEMA,
            "lr": self.lr.hex(),
            "scale": self.scale.hex(),
            "epochs": self.epochs,
            "init": [value.hex() for value in self.init],
            "gradient": str(self.gradient),
            "delta": self.delta.hex() if self.gradient is Gradient.finite_difference else None,
            "dtype": str(self.dtype),
            "device": self.device.partition(":")[0],
            "data": self.data,
        }
        return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()[:32]

    def columns(self) -> dict[str, Value]:
        """Every setting under the name a user gives it, but ``data`` as its fingerprint and ``device`` as its type.

        ``delta`` is None where the gradient does not use it.
        """
        starts = dict(zip(STARTS, self.init, strict=True))
        return {
            "lr": self.lr,
            "scale": self.scale,
            "epochs": self.epochs,
            **starts,
            "gradient": str(self.gradient),
            "delta": self.delta if self.gradient is Gradient.finite_difference else None,
            "dtype": str(self.dtype),
            "device": self.device.partition(":")[0],
            "data": self.data,
        }


def exact(value: Value) -> str:
    """A setting's value as a person would type it, so that it reads back exactly; nothing for None."""
    if value is None:
        return ""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Plan:
    """What a sweep is about to do.

    Parameters
    ----------
    points : distinct by key, in the order asked for.
    readings : the data of each fingerprint that a point names.
    tolerance : when a run counts as converged.
    name : the user's label, or None.
    duplicates : how many points were asked for more than once and folded.
    """

    points: tuple[Point, ...]
    readings: Mapping[str, Readings]
    tolerance: float
    name: str | None = None
    duplicates: int = 0

    @cached_property
    def sweep_id(self) -> str:
        """Hash of the sorted keys and the tolerance (16 hex digits): the same command is the same sweep."""
        text = "\n".join([*sorted(point.key for point in self.points), self.tolerance.hex()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def folder(self) -> str:
        """Name of the sweep's folder under ``outputs/``."""
        return f"{self.name or 'sweep'}-{self.sweep_id[:8]}"

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """The settings that differ between the points that use them, in the order of :meth:`Point.columns`."""
        return tuple(name for name, values in self.values.items() if len(values) > 1)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The settings that tell points apart in tables and names: lr, scale and epochs, and whatever else varies."""
        return tuple(name for name in self.values if name in ALWAYS_SHOWN or name in self.varying)

    @cached_property
    def fixed(self) -> dict[str, Value]:
        """The value of each setting that is not shown; None where no point uses it."""
        return {name: next(iter(values), None) for name, values in self.values.items() if name not in self.shown}

    @cached_property
    def values(self) -> dict[str, tuple[Value, ...]]:
        """The distinct values of each setting in the order asked for, those of points that do not use it left out."""
        rows = [point.columns() for point in self.points]
        return {name: tuple(dict.fromkeys(v for row in rows if (v := row[name]) is not None)) for name in rows[0]}

    def setting(self, point: Point) -> str:
        """The settings that tell ``point`` from the others, as a person would type them."""
        values = point.columns() | {"data": self.label(point.data)}
        return " ".join(f"{name}={exact(values[name])}" for name in self.shown if values[name] is not None)

    def label(self, fingerprint: str) -> str:
        """What tables call the data of ``fingerprint``: its name, told apart where another has the same."""
        name = self.readings[fingerprint].name
        alone = sum(data.name == name for data in self.readings.values()) == 1
        return name if alone else f"{name} {fingerprint[:6]}"

    @property
    def total_epochs(self) -> int:
        """How many updates all points ask for together."""
        return sum(point.epochs for point in self.points)


def make(asked: Sequence[Settings], read: Callable[[Data], Readings]) -> Plan:
    """Fold ``asked`` to distinct points.

    Parameters
    ----------
    asked : at least one; what belongs to the whole sweep is taken from the first.
    read : from data settings to readings; called once for each distinct ``Data``.

    Raises
    ------
    BadInput : from ``read``, or where a point's dtype cannot tell its readings apart.
    """
    sources: dict[tuple[object, ...], Readings] = {}
    readings: dict[str, Readings] = {}
    points: dict[str, Point] = {}
    checked: set[tuple[str, DType]] = set()
    for settings in asked:
        source = tuple(vars(settings.data).values())
        if source not in sources:
            sources[source] = read(settings.data)
        data = sources[source]
        if (data.fingerprint, settings.dtype) not in checked:
            data.check_dtype(settings.dtype)
            checked.add((data.fingerprint, settings.dtype))
            readings.setdefault(data.fingerprint, data)
        point = _point(settings, data.fingerprint)
        points.setdefault(point.key, point)
    first = asked[0]
    return Plan(
        tuple(points.values()), readings, first.outcome.tolerance, first.name, duplicates=len(asked) - len(points)
    )


def _point(settings: Settings, fingerprint: str) -> Point:
    return Point(
        lr=settings.lr,
        scale=settings.scale,
        epochs=settings.epochs,
        init=tuple(getattr(settings.init, name) for name in PARAMETERS),
        gradient=settings.gradient,
        delta=settings.delta,
        dtype=settings.dtype,
        device=settings.device,
        data=fingerprint,
    )
