"""What the rest of the house knows of a problem: a model with its loss, on one set of readings.

Whoever adds a problem writes a class with these members in a file of its own, and chooses it in
:mod:`sweep.problem.choice`.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from sweep.data.readings import Floats
from sweep.models.facts import Facts
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity
from sweep.problem.dependence import Undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.problem.setup import Setup as Setup

if TYPE_CHECKING:
    from torch import Tensor


class Losses(Protocol):
    """The loss of several points as tensors, a row a point. Rows never mix: each has the bits that it has alone."""

    def loss(self, params: "Tensor") -> "Tensor":
        """The loss of each row of ``params``, shape ``(n_points,)``."""

    def loss_and_gradient(self, params: "Tensor", epoch: int = 0, update: int = 0) -> "tuple[Tensor, Tensor]":
        """The loss, and its gradient at an update, shape ``(n_points, n_parameters)``.

        ``epoch``, and ``update`` within it, are counted from 0: what is drawn is drawn by them.
        """


class Objective(Losses, Protocol):
    """Losses of several points over all samples that train."""

    @property
    def start(self) -> "Tensor":
        """Where descent starts, shape ``(n_points, n_parameters)``."""

    @property
    def tile(self) -> int:
        """How many rows are computed together at an update at the least: fewer take as long."""

    @property
    def trained(self) -> Mapping[str, int]:
        """Of :data:`TRAINED`, what is known before anything trains; nothing where the problem is no model."""

    @property
    def draws(self) -> bool:
        """Whether updates are drawn at random, so that the same parameters may have another gradient later."""

    @property
    def samples(self) -> int:
        """How many samples train."""

    def sampled(self, which: "Tensor") -> Losses:
        """Over some samples of each row: ``which``, shape ``(n_points, batch)``, int64, on its device."""

    def watch(self, params: "Tensor") -> "Mapping[str, Tensor]":
        """What else is followed at every epoch: by name, of each row a number; nothing where nothing is held out."""

    def take(self, which: "Tensor | slice") -> "Objective":
        """The objective of some of its rows, in order."""


HOLDOUT_LOSS, HOLDOUT_ACCURACY = "holdout_loss", "holdout_accuracy"
"""What :meth:`Objective.watch` calls the loss, and of classes the accuracy, on the samples that are held out."""

PENALIZED_LOSS = "penalized_loss"
"""With weight decay that is part of the slope, what really descends: the loss and half the decay times the squared
parameters."""

WATCHED = (PENALIZED_LOSS, HOLDOUT_LOSS, HOLDOUT_ACCURACY)
"""All that is followed at every epoch beside the loss."""

CURVED = "lambda_max"
LOCAL, ACCURACY = ("left", CURVED, "negative"), ("accuracy",)
"""What :meth:`Problem.measure` tells: of an F whose least is not known what :class:`sweep.problem.local.Local` says,
and of classes the part of the samples that train which has its own class as the likeliest."""

PRECONDITIONED = "lambda_max_preconditioned"
"""And of what is preconditioned: the largest eigenvalue of ``P^-½·H·P^-½``, H being the Hessian of F."""

MEASURED = (*LOCAL, PRECONDITIONED, *ACCURACY)
"""All that it may tell of."""

NOT_MEASURED = {"negative": 0.0}
"""What may be missing of what was measured by an earlier release, and what it would have found: all was convex."""


BATCH_TILE = "batch_tile"

TRAINED = ("tile", "promised", "still", BATCH_TILE)
"""What is kept of how a model's point was trained: the points of its tile; 1 where its bits are promised to be the same
in any company, else 0; the epochs after which no update changed anything, so that the rest was filled in; and, where
updates are over some of the samples, the points of a tile at an update."""


class Problem(Protocol):
    """A model and its loss L on prepared readings. All losses are in one unit: of squares, the target's squared.

    What descends is ``F(θ) = L(θ) + ½·decay·‖θ‖²`` over all parameters as they train, the intercept too; it is L itself
    for a point without decay. Least loss, curvature, optimum and whatever is left at an end are of F.
    """

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
    def knows_least(self) -> bool:
        """Whether the least F is known beforehand, so that runs are judged by it."""

    def least_loss(self, point: Setup) -> float | None:
        """The least F that any parameters have; None where it is not known beforehand."""

    def start(self, point: Setup) -> tuple[float, ...]:
        """The parameters that descent of a point starts from."""

    def objective(self, points: Sequence[Setup]) -> Objective:
        """The loss of ``points``, which share dtype and device, as tensors."""

    def quadratic(self, point: Setup) -> Quadratic | None:
        """F around its optimum, where the loss is quadratic in the parameters; None elsewhere."""

    @property
    def work(self) -> int:
        """Multiplications of an update of a point, about; 0 where its readings say how much that is."""

    @property
    def undetermined(self) -> Undetermined | None:
        """What of the parameters no data determines, though a decay may; None where all is, or that is not known."""

    def evenest_scale(self, point: Setup) -> float | None:
        """The input scale, to three digits, at which F's condition is least; None where theory knows none."""

    def convexity(self, point: Setup) -> Convexity | None:
        """What is known of a convex loss that is no quadratic; None elsewhere."""

    def measure(self, point: Setup, parameters: Sequence[float]) -> Mapping[str, float]:
        """What :func:`measured` names, at finite ``parameters`` that a run ended at."""

    def measure_all(
        self,
        points: Sequence[Setup],
        ends: Sequence[Sequence[float]],
        preconditioners: Sequence[Floats | None] | None = None,
    ) -> Sequence[Mapping[str, float]]:
        """The same of several runs, which share dtype and device.

        Parameters
        ----------
        preconditioners : of each run the diagonal of P by which its updates divided, >= 0, shape ``(n_parameters,)``;
            None where it has none: then :data:`PRECONDITIONED` is not told.
        """

    def confusion(self, fitted: Fitted) -> Sequence[Confusion]:
        """Which classes are taken for which: of samples that train, and of those held out; none without classes."""

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """The readings with the model among them, in their own units; None where that is no picture.

        Parameters
        ----------
        fitted : parameters that a run ended at; None where there are none.
        """


def watched(problem: Problem, point: Setup) -> tuple[str, ...]:
    """The names of what is watched of a ``point`` of ``problem`` at every epoch; a training function has its own."""
    if not problem.shapes:
        return ()
    prepared = problem.prepared
    held = (HOLDOUT_LOSS, HOLDOUT_ACCURACY) if prepared.readings.classes else (HOLDOUT_LOSS,)
    penalized = (PENALIZED_LOSS,) if point.decay else ()
    return (*penalized, *(held if len(prepared.held_targets) else ()))


def measured(problem: Problem, point: Setup) -> tuple[str, ...]:
    """The names of what is measured at the end of a run of ``point``, which poses ``problem``; none of a function."""
    if not problem.shapes:
        return ()
    return (
        *(() if problem.knows_least else LOCAL),
        *([PRECONDITIONED] if point.preconditioned else ()),
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
