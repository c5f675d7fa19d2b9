"""The plan: the ordered, distinct points of a sweep.

In come typed settings and readings, out goes a :class:`Plan`. Nothing here trains, stores or prints.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sweep.data import sources
from sweep.data.readings import Readings
from sweep.models.spec import canonical
from sweep.plan import own_code, usage
from sweep.plan.columns import Columns
from sweep.plan.labels import briefs, data_labels, differing
from sweep.plan.numbers import Numbers
from sweep.plan.point import Point, Value, as_typed
from sweep.problem.checks import check_batch, check_dtype
from sweep.problem.choice import problems
from sweep.problem.problem import (
    Problem,
)
from sweep.problem.task import Task, is_labelled
from sweep.settings.schema import Data, DType, Settings, is_argument

TRAINER = "problem.function._target_"
"""The setting that every training function has."""


@dataclass(frozen=True)
class Plan(Numbers):
    """What a sweep is about to do.

    Parameters
    ----------
    points : distinct by key, in the order asked for.
    readings : the data of each fingerprint that a point names.
    tolerance : when a run counts as converged.
    name : the user's label, or None.
    duplicates : how many points were asked for more than once and folded.
    unused : settings in which some of those differed, as their points do not use them.
    problems : what each task of the points poses, with the theory that is found of it once; made from ``readings``
        where one is missing.
    """

    points: tuple[Point, ...]
    readings: Mapping[str, Readings]
    tolerance: float
    name: str | None = None
    duplicates: int = 0
    unused: tuple[str, ...] = ()
    problems: Mapping[Task, Problem] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.problems.keys() >= (tasks := dict.fromkeys(point.task for point in self.points)).keys():
            object.__setattr__(self, "problems", problems(self.readings, tasks))

    def problem(self, point: Point) -> Problem:
        """What ``point`` minimises, of the plan or not, on readings that the plan has."""
        task = point.task
        return self.problems[task] if task in self.problems else problems(self.readings, [task])[task]

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
    def _columns(self) -> Columns:
        return Columns.of(self.points)

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """See :attr:`Columns.varying`."""
        return self._columns.varying

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """See :attr:`Columns.shown`."""
        return self._columns.shown

    @cached_property
    def fixed(self) -> dict[str, Value]:
        """The value of each setting that is not shown; None where no point uses it."""
        return {name: next(iter(values), None) for name, values in self.values.items() if name not in self.shown}

    @property
    def values(self) -> dict[str, tuple[Value, ...]]:
        """See :class:`Columns`."""
        return self._columns.values

    def asked(self, name: str) -> list[Any]:
        """The distinct values of a setting as a configuration has them: an argument may be null, or a list."""
        if not is_argument(name):
            return list(self.values[name])
        found = (own[name] for point in self.points if name in (own := point.overrides()))
        return list({canonical(each): each for each in found}.values())

    def setting(self, point: Point) -> str:
        """The settings that tell ``point`` from the others, as a person would type them; of none, what trains it."""
        values = self.cells(point)
        told = " ".join(f"{name}={as_typed(values[name])}" for name in self.shown if values[name] is not None)
        return told or f"{TRAINER}={as_typed(values[TRAINER])}"

    def cells(self, point: Point) -> Mapping[str, Value]:
        """The columns of ``point``, its readings by the name that tables have for them."""
        if point.key not in self._cells:  # A report asks several times for each.
            cells = self._columns.cells(point)
            self._cells[point.key] = cells | {"data": self.data_label(point.data)} if "data" in cells else cells
        return self._cells[point.key]

    @cached_property
    def _cells(self) -> dict[str, Mapping[str, Value]]:
        return {}

    def brief_cells(self, point: Point) -> dict[str, str]:
        """The columns of ``point`` that are shown, as text; floats to four digits, or as many as tell them apart."""
        cells = self.cells(point)
        return {name: self._briefs[name].get(cells[name]) or as_typed(cells[name]) for name in self.shown}

    @cached_property
    def _briefs(self) -> Mapping[str, Mapping[Value, str]]:
        return {name: briefs(self.values[name]) for name in self.shown}

    @cached_property
    def first(self) -> Mapping[Task, Point]:
        """Of each task, the first point."""
        return {point.task: point for point in reversed(self.points)}

    def label(self, task: Task) -> str:
        """What tables call ``task``: its data, and what tells it from other tasks on that."""
        return ", ".join([self.data_label(task.data), *self.apart(task)])

    def apart(self, task: Task) -> list[str]:
        """The settings that tell ``task`` from other tasks on its data, as a person would type them."""
        return list(differing(task, self._tasks_of[task.data]))

    def data_label(self, fingerprint: str) -> str:
        """What tables call the data of ``fingerprint``: its name; of several of a name, what tells them apart too."""
        return self._data_labels[fingerprint]

    @cached_property
    def _tasks_of(self) -> Mapping[str, Sequence[Task]]:
        found: dict[str, list[Task]] = defaultdict(list)
        for task in self.tasks:
            found[task.data].append(task)
        return found

    @cached_property
    def _data_labels(self) -> Mapping[str, str]:
        return data_labels(self.readings)

    @property
    def total_epochs(self) -> int:
        """How many epochs all points ask for together, those left out that do not say."""
        return sum(point.epochs for point in self.points if Point.DECLARED["epochs"].used(point))


def make(settings: Sequence[Settings], read: Callable[[Data, bool | None], Readings]) -> Plan:
    """Fold ``settings`` to distinct points.

    Parameters
    ----------
    settings : at least one; what belongs to the whole sweep is taken from the first.
    read : from data settings, and whether their target is labels of classes (None: where it is text), to readings;
        called once for each pair.

    Raises
    ------
    BadInput : from ``read``, or where a point's dtype cannot tell its readings apart, or hold their losses.
    """
    known: dict[tuple[object, ...], Readings] = {}
    readings: dict[str, Readings] = {}
    points: dict[str, Point] = {}
    unused: dict[str, None] = {}
    checked: dict[tuple[Task, DType], None] = {}
    posed: dict[str, tuple[str, str]] = {}
    for each in settings:
        said = f"{each.problem}"
        if said not in posed:
            own_code.check(each.problem)
            posed[said] = own_code.fingerprint(each.problem), own_code.taken(each.problem)
        labelled = is_labelled(each.problem)
        source = sources.identity(each.data, labelled)
        if source not in known:
            known[source] = read(each.data, labelled)
        data = known[source]
        point = Point.of(each, data.fingerprint, *posed[said])
        # What a function computes in, and of what, is its own matter.
        if (point.task, point.dtype) not in checked and not usage.is_function(point):
            data.check_dtype(point.dtype)
            checked[point.task, point.dtype] = None
        readings.setdefault(data.fingerprint, data)
        if (first := points.setdefault(point.key, point)) is not point:
            unused.update(dict.fromkeys(first.differing(point)))
    whole = settings[0]
    folded = len(settings) - len(points)
    plan = Plan(tuple(points.values()), readings, whole.outcome.tolerance, whole.name, folded, tuple(unused))
    batched = (each for each in plan.points if not usage.is_function(each))
    for point in {(each.task, each.batch_size): each for each in batched}.values():
        check_batch(plan.problem(point), point.batch_size)
    for task, dtype in checked:
        check_dtype(plan.problems[task], dtype, plan.tolerance)
    # What was imported meanwhile is what was read.
    own_code.check_unchanged(settings, [code for code, _ in posed.values()])
    return plan
