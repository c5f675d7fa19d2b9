"""What comes back of a chunk that was given to a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from sweep.plan.point import Point
from sweep.training.curve import NOTHING, Failure, Leavings, Result


@dataclass(frozen=True)
class Chunk:
    """Points that are trained together.

    Parameters
    ----------
    tries : how often a worker was lost over exactly these points, or over more with these among them.
    number : that no other has, to tell it by where its points are not at hand.
    """

    points: Sequence[Point]
    tries: int = 0
    number: int = field(default_factory=count().__next__, compare=False)


@dataclass(frozen=True)
class Partly:
    """Of the work on the chunk a ``share`` is done, within [0, 1]."""

    share: float


@dataclass(frozen=True)
class Done:
    """One result a point, in order, after so many ``seconds`` of training."""

    results: list[Result]
    seconds: float


@dataclass(frozen=True)
class Lost:
    """The worker ended over the chunk.

    Parameters
    ----------
    kind, message : as a failure has them, where it was a single point.
    again : whether the same may end otherwise a second time.
    where : as a failure has it: whoever knows the worker adds it.
    output : what a training function had printed until then.
    """

    kind: str
    message: str
    again: bool
    where: Mapping[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def failure(self) -> Failure:
        """What comes of the last point over which the worker was lost."""
        leavings = Leavings(self.output) if self.output else NOTHING
        return Failure(self.kind, self.message, where=self.where, leavings=leavings)


Answer = Done | Lost
