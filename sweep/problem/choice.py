"""Which problem a task poses."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sweep.data.readings import Readings
from sweep.errors import BadInput
from sweep.problem.line import Line
from sweep.problem.linear import Linear
from sweep.problem.logistic import Logistic
from sweep.problem.prepared import Prepared, prepare
from sweep.problem.problem import Problem
from sweep.problem.task import CLASSIFY, Task
from sweep.settings.schema import STARTS, ProblemKind, Settings, Start

KINDS: Mapping[ProblemKind, Callable[[Prepared], Problem]] = {
    ProblemKind.line: Line,
    ProblemKind.linear: Linear,
    ProblemKind.logistic: Logistic,
}


def refuse_starts(given: Iterable[str], points: Sequence[Settings]) -> None:
    """Raise :class:`BadInput` where a start cannot be as it is given.

    Parameters
    ----------
    given : the keys that a user gave.
    """
    for point in points:
        if point.start is Start.given and point.problem.kind is not ProblemKind.line:
            what = f"start=given: problem={point.problem.kind} has no keys to give one by"
            raise BadInput(what, "start=random", "leave start out, or choose problem=line")
    starts = sorted(key for key in given if key == "init" or key in STARTS)
    if starts and not any(point.start is Start.given for point in points):
        key, first = starts[0], points[0]
        how = f"problem={first.problem.kind} start={first.start}"
        raise BadInput(f"{key}: not used by {how}", "problem=line with start=given", f"leave {key} out")


def problems(readings: Mapping[str, Readings], tasks: Iterable[Task]) -> dict[Task, Problem]:
    """The problem of each of ``tasks``, whose readings are found by their fingerprint."""
    found = {}
    for task in dict.fromkeys(tasks):
        data = readings[task.data]
        if task.problem in CLASSIFY and not data.classes:
            raise BadInput(
                f"problem={task.problem}: the target of {data.name} is a quantity",
                "a column of classes, as text or whole numbers",
                "choose such data, or problem=linear",
            )
        found[task] = KINDS[task.problem](prepare(data, task))
    return found
