"""What an engine is to whoever runs a sweep; and the one that needs no other process."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sweep.errors import BadInput
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import Settings
from sweep.training.curve import Compute, Result
from sweep.training.devices import check_devices
from sweep.training.execute import UnderWay, execute, unheard

Chunk = list[tuple[Point, Result]]


class Engine(Protocol):
    """Where points of a sweep are trained."""

    def prepare(self, settings: Sequence[Settings]) -> None:
        """Begin to start what may train points of ``settings``, of which all may turn out to be done; returns at once.

        Whoever calls it, once or more often, calls :meth:`close` in the end.
        """

    def begin(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        """Begin to train ``points``, where that may be: :meth:`run`, asked for the same ones, goes on. Returns at once.

        For points of which surely none is done. Whoever calls it calls :meth:`close` in the end.
        """

    def close(self) -> None:
        """End what was prepared, or begun, and is not needed."""

    def check(self, points: Sequence[Point]) -> None:
        """Raise :class:`sweep.errors.BadInput` where ``points`` cannot be trained there, as on a missing device."""

    def run(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], under_way: UnderWay = unheard
    ) -> Generator[Chunk]:
        """Chunks as they are done, each whole, in any order; every point once. How far it is, ``under_way`` is told.

        An empty one says that there is something new to be told. Closed before its end, it leaves nothing at work.
        """

    @property
    def told(self) -> str:
        """How a run is being shared out, and then how it was, in a sentence; empty where there is nothing to tell."""

    @property
    def workers(self) -> Sequence[Mapping[str, Any]]:
        """What is known of the processes that trained, each kind with their ``count``; none but this one: empty."""


@dataclass(frozen=True)
class Here:
    """Trains chunks one after the other, in the order of the points, by ``compute``.

    Parameters
    ----------
    jobs : ``compute`` trains points side by side, also those of training functions.
    """

    compute: Compute
    jobs: bool = False
    told = ""
    workers: tuple[Mapping[str, Any], ...] = ()

    def prepare(self, settings: Sequence[Settings]) -> None:
        """Nothing takes a while."""

    def begin(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> None:
        """It would keep the driver from going on."""

    def close(self) -> None:
        """Nothing was prepared."""

    def check(self, points: Sequence[Point]) -> None:
        """See :func:`sweep.training.devices.check_devices`."""
        check_devices(points)

    def run(
        self, points: Sequence[Point], problems: Mapping[Task, Problem], under_way: UnderWay = unheard
    ) -> Generator[Chunk]:
        """See :func:`sweep.training.execute.execute`."""
        return execute(points, problems, self.compute, self.jobs, under_way)


def refuse_timeout(settings: Settings) -> None:
    """Raise :class:`BadInput` where a point is to be ended that is at work in this very process."""
    if settings.training.timeout is not None:
        raise BadInput(
            f"training.timeout={settings.training.timeout:g}: a point that trains in this process cannot be ended",
            "null; a number with hydra/launcher=processes, sweep_ray or sweep_slurm",
            "add hydra/launcher=processes, or leave training.timeout out",
        )
