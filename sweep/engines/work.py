"""What is shipped to a worker, as plain data, and what a worker does with it.

A worker has the readings once; then points come, chunk by chunk. Problems are made where they train, from readings and
what the plan knows of models, so nothing but data crosses.
"""

import pickle
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sweep.data.readings import Readings
from sweep.errors import BadInput, raised
from sweep.models import session
from sweep.models.facts import Facts
from sweep.models.spec import parsed, targets
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.provenance import here
from sweep.training.curve import Result
from sweep.training.execute import isolated


@dataclass(frozen=True)
class Kit:
    """What a worker has from the beginning.

    Parameters
    ----------
    readings : by fingerprint.
    facts : of models.
    session : what of the driver's own session, as of a notebook, its models and functions are; by cloudpickle.
    """

    readings: Mapping[str, Readings]
    facts: Mapping[Task, Facts]
    session: bytes = b""

    @classmethod
    def of(cls, asked: Mapping[Task, Problem]) -> "Kit":
        """For all points of the problems ``asked``."""
        readings = {task.data: problem.prepared.readings for task, problem in asked.items()}
        facts = {task: problem.facts for task, problem in asked.items()}
        return cls(readings, {task: each for task, each in facts.items() if each is not None}, _session(asked))


def _session(tasks: Iterable[Task]) -> bytes:
    """What ``tasks`` name of the session itself, by value; nothing where they name nothing of it.

    Raises
    ------
    BadInput : it holds what cannot leave this process.
    """
    named = targets([parsed(text) for task in tasks for text in (task.model, task.loss)])
    names = sorted({session.name_of(each) for each in named if session.is_of(each)})
    if not names:
        return b""
    import cloudpickle

    found = {name: getattr(sys.modules[session.MAIN], name) for name in names}
    try:
        shipped: bytes = cloudpickle.dumps(found)
    except raised() as error:  # Whatever a class of anybody raises.
        raise BadInput(
            f"{session.MAIN}.{names[0]}: cannot be sent to another process: {type(error).__name__}: {error}",
            "functions and classes that use what pickle takes",
            "make what they use within them, or leave hydra/launcher out",
        ) from error
    return shipped


class Bench:
    """Where a worker makes problems, and keeps them: what a model is found to be is found once."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        if kit.session:
            session.put(pickle.loads(kit.session))
        self._problems: dict[Task, Problem] = {}

    def prepare(self, points: Sequence[Point]) -> None:
        """Make what ``points`` pose, their models tried."""
        new = dict.fromkeys(point.task for point in points if point.task not in self._problems)
        self._problems |= problems(self._kit.readings, new, self._kit.facts)
        for task in new:
            try:
                _ = self._problems[task].work
            except raised():  # Its runs fail with it.
                continue

    def results_of(self, points: Sequence[Point]) -> list[Result]:
        """One a point, in order, each saying where; a point that raises, alone, is a failure and no other's."""
        from sweep.training.compute import compute

        return [replace(each, where=here()) for each in isolated(points, self._problems, compute)]
