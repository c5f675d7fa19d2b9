"""What the rest of the house knows of a problem: a model with its loss, on one set of readings.

Whoever adds a problem writes a class with these members in a file of its own, and chooses it in
:mod:`sweep.problem.choice`.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from sweep.errors import BadInput
from sweep.models.facts import Facts
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity
from sweep.problem.dependence import Undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.settings.schema import EPS, DType, Start

if TYPE_CHECKING:
    from torch import Tensor


class Setup(Protocol):
    """What a problem reads of a point; :class:`sweep.plan.point.Point` is one."""

    @property
    def scale(self) -> float:
        """Input scale, > 0: a model sees ``scale`` times the inputs."""

    @property
    def start(self) -> Start:
        """Where descent starts: at what is given, or at random."""

    @property
    def seed(self) -> int:
        """Draws a random start."""

    @property
    def init(self) -> tuple[float, ...]:
        """The start values that a user gives, in the order of the settings ``init.*``."""

    @property
    def dtype(self) -> DType:
        """Number format of all tensors."""

    @property
    def device(self) -> str:
        """Where tensors live, in torch's words."""

    @property
    def curvature(self) -> bool:
        """Of a model, whether the curvature at the end is measured."""

    @property
    def place(self) -> int:
        """A number that belongs to the point, by which it has its place in a tile."""


class Objective(Protocol):
    """The loss of several points as tensors, a row a point. Rows never mix: each has the bits that it has alone."""

    @property
    def start(self) -> "Tensor":
        """Where descent starts, shape ``(n_points, n_parameters)``."""

    def loss(self, params: "Tensor") -> "Tensor":
        """The loss of each row of ``params``, shape ``(n_points,)``."""

    @property
    def tile(self) -> int:
        """How many rows are computed together at the least: fewer take as long."""

    @property
    def trained(self) -> Mapping[str, int]:
        """Of :data:`TRAINED`, what is known before anything trains; nothing where the problem is no model."""

    @property
    def draws(self) -> bool:
        """Whether updates are drawn at random, so that the same parameters may have another gradient later."""

    def loss_and_gradient(self, params: "Tensor", epoch: int = 0) -> "tuple[Tensor, Tensor]":
        """The loss, and its gradient at an update, shape ``(n_points, n_parameters)``; ``epoch`` is counted from 0."""

    def watch(self, params: "Tensor") -> "Mapping[str, Tensor]":
        """What else is followed at every epoch: by name, of each row a number; nothing where nothing is held out."""

    def take(self, which: "Tensor | slice") -> "Objective":
        """The objective of some of its rows, in order."""


HOLDOUT_LOSS, HOLDOUT_ACCURACY = "holdout_loss", "holdout_accuracy"
"""What :meth:`Objective.watch` calls the loss, and of classes the accuracy, on the samples that are held out."""

WATCHED = (HOLDOUT_LOSS, HOLDOUT_ACCURACY)
"""All that it may tell of."""

LOCAL, ACCURACY = ("left", "lambda_max", "negative"), ("accuracy",)
"""What :meth:`Problem.measure` tells: of a loss whose least is not known what :class:`sweep.problem.local.Local` says,
and of classes the part of the samples that train which has its own class as the likeliest."""

MEASURED = (*LOCAL, *ACCURACY)
"""All that it may tell of."""

NOT_MEASURED = {"negative": 0.0}
"""What may be missing of what was measured by an earlier release, and what it would have found: all was convex."""


TRAINED = ("tile", "promised", "still")
"""What is kept of how a model's point was trained: the points of its tile; 1 where its bits are promised to be the same
in any company, else 0; and the epochs after which no update changed anything, so that the rest was filled in."""


class Problem(Protocol):
    """A model and its loss on prepared readings. All losses are in one unit: of squares, the target's squared."""

    @property
    def prepared(self) -> Prepared:
        """The data."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Name and shape of each parameter, in order; a number has the shape ``()``."""

    @property
    def facts(self) -> Facts | None:
        """Of a model, what stands in a plan of it; None where the problem is known by its name."""

    @property
    def spread(self) -> float:
        """The loss of the best constant prediction, > 0: the yardstick of a tolerance."""

    @property
    def spread_name(self) -> str:
        """What sentences call the spread."""

    @property
    def magnitude(self) -> float:
        """How large the terms are whose sum a loss is, as the mean squared target: a loss is rounded as they are."""

    @property
    def least_loss(self) -> float | None:
        """The least loss that any parameters have, by which runs are judged; None where it is not known beforehand."""

    def start(self, point: Setup) -> tuple[float, ...]:
        """The parameters that descent of a point starts from."""

    def objective(self, points: Sequence[Setup]) -> Objective:
        """The loss of ``points``, which share dtype and device, as tensors."""

    def quadratic(self, point: Setup) -> Quadratic | None:
        """The loss around its optimum, where the loss is quadratic in the parameters; None elsewhere."""

    @property
    def work(self) -> int:
        """Multiplications of an update of a point, about; 0 where its readings say how much that is."""

    @property
    def undetermined(self) -> Undetermined | None:
        """What of the parameters no data determines; None where it determines all, or where that is not known."""

    @property
    def evenest_scale(self) -> float | None:
        """The input scale, to three digits, at which the condition is least; None where theory knows none."""

    def convexity(self, point: Setup) -> Convexity | None:
        """What is known of a convex loss that is no quadratic; None elsewhere."""

    def measure(self, point: Setup, parameters: Sequence[float]) -> Mapping[str, float]:
        """What :func:`measured` names, at finite ``parameters`` that a run ended at."""

    def measure_all(self, points: Sequence[Setup], ends: Sequence[Sequence[float]]) -> Sequence[Mapping[str, float]]:
        """The same of several runs, which share dtype and device."""

    def confusion(self, fitted: Fitted) -> Sequence[Confusion]:
        """Which classes are taken for which: of samples that train, and of those held out; none without classes."""

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """The readings with the model among them, in their own units; None where that is no picture.

        Parameters
        ----------
        fitted : parameters that a run ended at; None where there are none.
        """


def check_dtype(problem: Problem, dtype: DType, tolerance: float) -> None:
    """Raise :class:`BadInput` where ``dtype`` cannot hold the losses that decide a verdict.

    A loss that rounds to 0, or to inf, would make a verdict of noise.
    """
    held, data = np.finfo(str(dtype)), problem.prepared.readings
    smallest, largest = float(held.tiny), float(held.max)
    least = max(tolerance, EPS[dtype]) * problem.spread
    most = 4 * len(data.inputs) * problem.magnitude  # Twice a target is as far off as a model near the readings is.
    if least < smallest or most > largest:
        raise BadInput(
            f"data: the squares of the target of {data.name} are too {'small' if least < smallest else 'large'}"
            f" for {dtype}",
            f"squares and sums of squares from {smallest:.2g} to {largest:.2g}, also times outcome.tolerance",
            f"{'' if dtype is DType.float64 else 'use dtype=float64, or '}give the target in another unit",
        )


def watched(problem: Problem) -> tuple[str, ...]:
    """The names of what is watched of ``problem`` at every epoch."""
    prepared = problem.prepared
    names = WATCHED if prepared.readings.classes else (HOLDOUT_LOSS,)
    return names if len(prepared.held_targets) else ()


def measured(problem: Problem) -> tuple[str, ...]:
    """The names of what is measured of ``problem`` at the end of a run."""
    return (
        *(LOCAL if problem.least_loss is None else ()),
        *(ACCURACY if problem.prepared.readings.classes else ()),
    )


def parameter_count(problem: Problem) -> int:
    """How many numbers a run ends at."""
    return sum(map(math.prod, problem.shapes.values()))


def parameter_names(problem: Problem) -> tuple[str, ...]:
    """A name for each number among the parameters, in order: ``w``; of more than one number ``w.0``, ``w.1``, ….

    A number of a matrix has two indices, as ``w.1.0``; the last one counts fastest.
    """
    indexes = {name: itertools.product(*map(range, shape)) for name, shape in problem.shapes.items()}
    return tuple(".".join([name, *map(str, index)]) for name, each in indexes.items() for index in each)
