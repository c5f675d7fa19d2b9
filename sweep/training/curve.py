"""What comes back of a point: a curve, or the failure to get one. Plain data that can cross a process."""

import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sweep.plan.point import Point
from sweep.problem.problem import PENALIZED_LOSS, Problem
from sweep.problem.task import Task
from sweep.redaction import without_secrets
from sweep.training.yielded import Unfit

Floats = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True)
class Leavings:
    """What a user's own training left beside its numbers.

    Parameters
    ----------
    output : what it printed; of much, its beginning and its end.
    files : by the path below the folder that was handed to it.
    """

    output: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


NOTHING = Leavings()


@dataclass(frozen=True)
class Curve:
    """One trained point.

    Parameters
    ----------
    losses : shape ``(epochs,)``, in the point's dtype; ``losses[k]`` is the loss before update ``k + 1``. Of a training
        function float64, of shape ``(n - 1,)``, n being the losses that it has yielded, of which the last is the final
        one.
    parameters : the final values, in the order of the problem's; of many, an ``array`` of 8 bytes a number.
    final_loss : the loss at the final parameters.
    stalled : the last update changed no bit of any parameter.
    watched : what else was followed, by name, as the loss on what is held out; each of shape ``(epochs + 1,)``, the
        last value that of the final parameters. Of a training function its metrics, nan in epochs without one.
    measured : what only the model can say of the final parameters, by name, as
        :func:`sweep.problem.problem.measured` has them; nan where it cannot. Of a training function what it returned.
    trained : of a model how it was trained, as :data:`sweep.problem.problem.TRAINED` has it; nothing of others.
    where : host, processor and torch of the worker that trained it; nothing where that was the driver's own process.
    leavings : of a user's own training loop.
    seconds : by the clock, how long it trained; of points that trained together its part of that, by their work.
    """

    losses: Floats = field(repr=False)
    parameters: Sequence[float]
    final_loss: float
    stalled: bool
    watched: Mapping[str, Floats] = field(default_factory=dict, repr=False)
    measured: Mapping[str, float] = field(default_factory=dict)
    trained: Mapping[str, int] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict, compare=False)
    leavings: Leavings = field(default=NOTHING, repr=False, compare=False)
    seconds: float = field(default=0.0, repr=False, compare=False)

    @property
    def is_named(self) -> bool:
        """Whether a training function has brought it: it ends at no parameters, and names its numbers itself."""
        return not len(self.parameters)

    @property
    def initial_loss(self) -> float:
        """The first loss there is."""
        return float(self.losses[0]) if len(self.losses) else self.final_loss

    @property
    def descended(self) -> NDArray[np.float64]:
        """What descends, before each epoch and at the end: the loss, and half the weight decay that pulls beside it."""
        if PENALIZED_LOSS in self.watched and not self.is_named:
            return self.watched[PENALIZED_LOSS].astype(np.float64)
        return np.append(self.losses.astype(np.float64), self.final_loss)


@dataclass(frozen=True)
class Failure:
    """A point whose training raised; a divergence is no failure.

    ``where``, ``leavings`` and ``seconds`` are as of a :class:`Curve`.
    """

    kind: str
    message: str
    traceback: str = field(default="", repr=False)
    where: Mapping[str, str] = field(default_factory=dict, compare=False)
    leavings: Leavings = field(default=NOTHING, repr=False, compare=False)
    seconds: float = field(default=0.0, repr=False, compare=False)

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """The failure that ``error`` tells of, without passwords that stand in its words."""
        lines = traceback.format_exception(error)
        message = "" if error.args == (None,) else str(error)  # As of exit(), which says nothing.
        return cls(type(error).__name__, without_secrets(message), without_secrets("".join(lines)))

    @property
    def sentence(self) -> str:
        """What happened; our own words are a sentence without its kind."""
        return ": ".join(part for part in (self.kind if self.kind != Unfit.__name__ else "", self.message) if part)


Result = Curve | Failure

Compute = Callable[[Sequence[Point], Mapping[Task, Problem]], Sequence[Result]]
"""Trains points, given the problem of each task; one result a point, in order, with the bits that it has alone.

May raise for a whole chunk."""
