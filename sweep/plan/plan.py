"""The plan: the ordered, distinct points of a sweep.

In come typed settings and readings, out goes a :class:`Plan`. Nothing here trains, stores or prints.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sweep.data import sources
from sweep.data.readings import Readings
from sweep.models.facts import Facts
from sweep.plan import own_code
from sweep.plan.labels import data_labels, differing
from sweep.plan.point import LATER, Point, Value, as_typed
from sweep.problem import ends
from sweep.problem.choice import problems
from sweep.problem.problem import MEASURED, WATCHED, Problem, check_dtype, measured, parameter_names, watched
from sweep.problem.task import Task, is_labelled
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
    def parameters_of(self) -> Mapping[Task, tuple[str, ...]]:
        """By task, names of the parameters that a run ends at, in order."""
        return {task: parameter_names(self.problems[task]) for task in self.tasks}

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of any run, in order."""
        return tuple(dict.fromkeys(name for names in self.parameters_of.values() for name in names))

    def told(self, most: int = ends.MOST_NAMED) -> tuple[str, ...]:
        """What tables tell of the parameters of any run, in order; see :func:`sweep.problem.ends.told`."""
        return tuple(dict.fromkeys(name for task in self.tasks for name in ends.names(self.problems[task], most)))

    @cached_property
    def watched(self) -> tuple[str, ...]:
        """What some run follows beside the loss that trains."""
        return tuple(name for name in WATCHED if any(name in watched(problem) for problem in self.problems.values()))

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """What is measured at the end of some run."""
        return tuple(name for name in MEASURED if any(name in measured(problem) for problem in self.problems.values()))

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
        """The distinct values of each setting in the order asked for, those of points that do not use it left out.

        A setting that came later is not there where all points have what points had before.
        """
        rows = [point.columns() for point in self.points]
        names = dict.fromkeys(name for row in rows for name in row)
        found = {name: tuple(dict.fromkeys(v for row in rows if (v := row.get(name)) is not None)) for name in names}
        return {name: values for name, values in found.items() if name not in LATER or {*values} - {LATER[name]}}

    def setting(self, point: Point) -> str:
        """The settings that tell ``point`` from the others, as a person would type them."""
        values = self.cells(point)
        return " ".join(f"{name}={as_typed(values[name])}" for name in self.shown if values[name] is not None)

    def cells(self, point: Point) -> dict[str, Value]:
        """The columns of ``point``, its readings by the name that tables have for them."""
        values = point.columns() | {"data": self.data_label(point.data)}
        return {name: values.get(name) for name in self.values}

    @cached_property
    def first(self) -> Mapping[Task, Point]:
        """Of each task, the first point."""
        return {point.task: point for point in reversed(self.points)}

    @cached_property
    def facts(self) -> dict[Task, Facts]:
        """What is known of each task's model, where it has one."""
        found = {task: self.problems[task].facts for task in self.tasks}
        return {task: facts for task, facts in found.items() if facts}

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The distinct tasks of the points, in order."""
        return tuple(dict.fromkeys(point.task for point in self.points))

    def label(self, task: Task) -> str:
        """What tables call ``task``: its data, and what tells it from other tasks on that."""
        return ", ".join([self.data_label(task.data), *differing(task, self._tasks_of[task.data])])

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
    def longest(self) -> int:
        """How many updates the point asks for that asks for most."""
        return max(point.epochs for point in self.points)

    @property
    def total_epochs(self) -> int:
        """How many updates all points ask for together."""
        return sum(point.epochs for point in self.points)


def make(settings: Sequence[Settings], read: Callable[[Data, bool], Readings]) -> Plan:
    """Fold ``settings`` to distinct points.

    Parameters
    ----------
    settings : at least one; what belongs to the whole sweep is taken from the first.
    read : from data settings, and whether their target is labels of classes, to readings; called once for each pair.

    Raises
    ------
    BadInput : from ``read``, or where a point's dtype cannot tell its readings apart, or hold their losses.
    """
    known: dict[tuple[object, ...], Readings] = {}
    readings: dict[str, Readings] = {}
    points: dict[str, Point] = {}
    unused: dict[str, None] = {}
    checked: dict[tuple[Task, DType], None] = {}
    posed: dict[str, str] = {}
    for each in settings:
        said = f"{each.problem}"
        if said not in posed:
            own_code.check(each.problem)
            posed[said] = own_code.fingerprint(each.problem)
        labelled = is_labelled(each.problem)
        source = sources.identity(each.data, labelled)
        if source not in known:
            known[source] = read(each.data, labelled)
        data = known[source]
        point = Point.of(each, data.fingerprint, posed[said])
        if (point.task, point.dtype) not in checked:
            data.check_dtype(point.dtype)
            checked[point.task, point.dtype] = None
            readings.setdefault(data.fingerprint, data)
        if (first := points.setdefault(point.key, point)) is not point:
            unused.update(dict.fromkeys(first.differing(point)))
    whole = settings[0]
    folded = len(settings) - len(points)
    plan = Plan(tuple(points.values()), readings, whole.outcome.tolerance, whole.name, folded, tuple(unused))
    for task, dtype in checked:
        check_dtype(plan.problems[task], dtype, plan.tolerance)
    return plan
