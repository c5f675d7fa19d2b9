"""The plan: the ordered, distinct points of a sweep.

In come typed settings and readings, out goes a :class:`Plan`. Nothing here trains, stores or prints.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sweep.plan.point import Point, Value, as_typed
from sweep.problem.choice import problems
from sweep.problem.problem import Problem, check_dtype, parameter_names
from sweep.problem.readings import Readings
from sweep.settings.schema import Data, DType, Settings

ALWAYS_SHOWN = ("lr", "scale", "epochs")


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
    problems : what the readings of each fingerprint pose, with the theory that is found of it once; made from
        ``readings`` where they are not of those.
    """

    points: tuple[Point, ...]
    readings: Mapping[str, Readings]
    tolerance: float
    name: str | None = None
    duplicates: int = 0
    problems: Mapping[str, Problem] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.problems.keys() != self.readings.keys():
            object.__setattr__(self, "problems", problems(self.readings))

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
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that a run ends at, in order."""
        return parameter_names(next(iter(self.problems.values())))

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
        values = self.cells(point)
        return " ".join(f"{name}={as_typed(values[name])}" for name in self.shown if values[name] is not None)

    def cells(self, point: Point) -> dict[str, Value]:
        """The columns of ``point``, its readings by the name that tables have for them."""
        return point.columns() | {"data": self.label(point.data)}

    def label(self, fingerprint: str) -> str:
        """What tables call the data of ``fingerprint``: its name, told apart where another has the same."""
        name = self.readings[fingerprint].name
        alone = sum(data.name == name for data in self.readings.values()) == 1
        return name if alone else f"{name} {fingerprint[:6]}"

    @property
    def longest(self) -> int:
        """How many updates the point asks for that asks for most."""
        return max(point.epochs for point in self.points)

    @property
    def total_epochs(self) -> int:
        """How many updates all points ask for together."""
        return sum(point.epochs for point in self.points)


def make(settings: Sequence[Settings], read: Callable[[Data], Readings]) -> Plan:
    """Fold ``settings`` to distinct points.

    Parameters
    ----------
    settings : at least one; what belongs to the whole sweep is taken from the first.
    read : from data settings to readings; called once for each distinct ``Data``.

    Raises
    ------
    BadInput : from ``read``, or where a point's dtype cannot tell its readings apart, or hold their losses.
    """
    sources: dict[tuple[object, ...], Readings] = {}
    readings: dict[str, Readings] = {}
    points: dict[str, Point] = {}
    checked: dict[tuple[str, DType], None] = {}
    for each in settings:
        source = tuple(vars(each.data).values())
        if source not in sources:
            sources[source] = read(each.data)
        data = sources[source]
        if (data.fingerprint, each.dtype) not in checked:
            data.check_dtype(each.dtype)
            checked[data.fingerprint, each.dtype] = None
            readings.setdefault(data.fingerprint, data)
        point = Point.of(each, data.fingerprint)
        points.setdefault(point.key, point)
    first = settings[0]
    folded = len(settings) - len(points)
    plan = Plan(tuple(points.values()), readings, first.outcome.tolerance, first.name, folded)
    for fingerprint, dtype in checked:
        check_dtype(plan.problems[fingerprint], dtype, plan.tolerance)
    return plan
