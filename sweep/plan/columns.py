"""The columns that tables have of points: which settings, and their values, such that those of two points differ."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sweep.plan.point import LATER, OPTIONAL, SPECS, Point, Value, as_typed, is_said
from sweep.plan.shown import told_apart

NULL = "null"
"""What is shown of a setting of which null is a value."""

ALWAYS_SHOWN = ("lr", "scale", "epochs")


@dataclass(frozen=True)
class Columns:
    """Of several points.

    Parameters
    ----------
    values : the distinct values of each setting in the order asked for, those of points that do not use it left out. A
        setting that came later is not there where all points have what points had before.
    partial : arguments that some models have and others have not.
    alike : arguments of which distinct values would look alike, as 8 and 8.0.
    """

    values: dict[str, tuple[Value, ...]]
    partial: frozenset[str]
    alike: frozenset[str]

    @classmethod
    def of(cls, points: Sequence[Point]) -> Self:
        """The columns of ``points``."""
        found: dict[str, dict[tuple[type, Value], Value]] = defaultdict(dict)
        counts: Counter[str] = Counter()
        said: set[str] = set()
        for point in points:
            for name, value in point.columns().items():
                own = found[name]
                if value is None and name in OPTIONAL:
                    own.setdefault((type(None), NULL), NULL)
                elif value is not None:
                    if name not in said and is_said(point, name, value):
                        said.add(name)
                    own.setdefault((type(value), value), value)
                    counts[name] += 1
        values = {name: tuple(own.values()) for name, own in found.items() if name not in LATER or name in said}
        partial, alike = set(), set()
        for key, declared in SPECS.items():
            using = sum(1 for point in points if declared.used(point))
            for name in values:
                if name == key or name.startswith(f"{key}."):
                    texts = {as_typed(each) for each in values[name]}
                    partial |= {name} if counts[name] < using else set()
                    alike |= {name} if min(len({*values[name]}), len(texts)) < len(values[name]) else set()
        apart = {name: tuple(map(told_apart, values[name])) for name in alike}
        return cls({**values, **apart}, frozenset(partial), frozenset(alike))

    @property
    def varying(self) -> tuple[str, ...]:
        """The settings that differ between the points that use them, in the order of :meth:`Point.columns`.

        What a user's code is and takes is nothing that anybody types: where it differs, so does what names the code.
        """
        differ = (name for name, values in self.values.items() if len(values) > 1 or name in self.partial)
        return tuple(name for name in differ if name not in ("code", "takes"))

    @property
    def shown(self) -> tuple[str, ...]:
        """The settings that tell points apart in tables and names: lr, scale and epochs, and whatever else varies."""
        varying = {*self.varying, *(name for name in ALWAYS_SHOWN if self.values[name])}
        return tuple(name for name in self.values if name in varying)

    def cells(self, point: Point) -> dict[str, Value]:
        """What ``point`` has in each column."""
        own = point.columns()
        cells = {
            name: told_apart(value) if (value := own.get(name)) is not None and name in self.alike else value
            for name in self.values
        }
        return cells | {name: NULL for name in OPTIONAL if name in cells and cells[name] is None}
