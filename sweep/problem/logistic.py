"""Logistic regression: classes by a softmax of linear logits, under cross-entropy.

The loss is convex and no quadratic: its curvature is bounded everywhere and known wherever one asks, in float64.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity, Slope, minimum
from sweep.problem.cross_entropy import CrossEntropy, as_parameters, as_weights
from sweep.problem.dependence import Undetermined, undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.local import local
from sweep.problem.logistic_fit import fit_of_two
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.problem.separable import Separation, separation
from sweep.problem.starts import uniform

if TYPE_CHECKING:
    from sweep.problem.problem import Objective, Setup

MOST_CURVED = 600
"""Parameters whose Hessian is written down; of more, theory and the curvature at the end of runs say nothing."""


class Logistic:
    """:class:`sweep.problem.problem.Problem` of two or more classes.

    Two classes have one logit, ``w · x + b``, that of the second; more have one each.
    """

    spread_name = "the labels' entropy"
    least_loss: float | None = None
    evenest_scale: float | None = None

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        n, self._d = prepared.inputs.shape
        labels = prepared.targets.astype(np.intp)
        x = np.column_stack([prepared.inputs, np.ones(n)])
        self._model = CrossEntropy(x, labels, len(prepared.readings.classes))
        free = self._model.free
        one = free == 1
        self.shapes: Mapping[str, tuple[int, ...]] = {
            "w": (self._d,) if one else (free, self._d),
            "b": () if one else (free,),
        }

    @cached_property
    def spread(self) -> float:
        """The labels' entropy, ``−Σ p·log p``: the loss of the shares of the classes as a constant prediction."""
        shares = np.bincount(self._model.y) / len(self._model.y)
        return -math.fsum(share * math.log(share) for share in shares.tolist() if share)

    @property
    def magnitude(self) -> float:
        """As the spread."""
        return self.spread

    @cached_property
    def undetermined(self) -> Undetermined | None:
        """See :mod:`sweep.problem.dependence`."""
        return undetermined(self.prepared)

    def start(self, point: "Setup") -> tuple[float, ...]:
        """Drawn as torch draws a linear layer's, each from ``-1/√d`` to ``1/√d``."""
        return uniform(point.seed, self._model.free * (self._d + 1), 1 / math.sqrt(self._d))

    def objective(self, points: "Sequence[Setup]") -> "Objective":
        """See :class:`sweep.problem.logistic_tensors.LogisticObjective`."""
        from sweep.problem.logistic_tensors import LogisticObjective

        return LogisticObjective.of(self.prepared, points, [self.start(point) for point in points])

    def quadratic(self, point: "Setup") -> Quadratic | None:
        """None."""
        return None

    def measure(self, point: "Setup", parameters: Sequence[float]) -> dict[str, float]:
        """What is left and λmax, by the curvature at the end; and the accuracy on what trains."""
        with np.errstate(over="ignore", invalid="ignore"):  # Far ends overflow, and are then unknown.
            return self._measured(point, parameters)

    def _measured(self, point: "Setup", parameters: Sequence[float]) -> dict[str, float]:
        model, weights = self._at(point.scale), as_weights(parameters, self._model.free)
        logs = model.log_probabilities(weights)
        accuracy = float(np.mean(logs.argmax(axis=1) == model.y))
        if len(parameters) > MOST_CURVED:
            return {"left": math.nan, "lambda_max": math.nan, "accuracy": accuracy}
        p = np.exp(logs)
        found = local(model.gradient(p).reshape(-1), model.hessian(p), model.rounding(p))
        return {"left": found.left, "lambda_max": found.largest, "accuracy": accuracy}

    def loss_at(self, point: "Setup", parameters: Sequence[float]) -> float:
        """The loss at ``parameters``, in float64."""
        return self._at(point.scale).loss(as_weights(parameters, self._model.free))

    def _at(self, scale: float) -> CrossEntropy:
        columns = np.append(np.full(self._d, scale), 1.0)
        return CrossEntropy(self._model.x * columns, self._model.y, self._model.classes)

    @cached_property
    def _minimum(self) -> tuple[Floats, int]:
        """Where the loss is least at scale 1, or within rounding of that, as weights; and how many ways are flat.

        Sought in coordinates in which the samples are even, so that no offset of an input and no unit costs digits.
        """
        model, (n, size) = self._model, self._model.x.shape
        left, singular, ways = np.linalg.svd(model.x / (units := np.abs(model.x).max(axis=0)), full_matrices=False)
        rank = int((singular > singular[0] * max(n, size) * np.finfo(float).eps).sum())
        if self.undetermined:  # Of columns that had an offset, rounding makes such a direction look steeper.
            rank = min(rank, self.undetermined.determined)
        even = CrossEntropy(left[:, :rank] * math.sqrt(n), model.y, model.classes)

        def at(place: Floats) -> Slope:
            p = np.exp(even.log_probabilities(weights := place.reshape(model.free, rank)))
            return Slope(even.loss(weights), even.gradient(p).reshape(-1), even.hessian(p))

        found = minimum(at, model.free * rank).reshape(model.free, rank)
        weights = found * math.sqrt(n) / singular[:rank] @ ways[:rank] / units
        told_apart = rank * (model.free - (model.free > 1))  # The same added to the logits of all classes changes none.
        return weights, model.free * size - told_apart

    @cached_property
    def separation(self) -> Separation:
        """How far classes can be told apart without a doubt, for which weights would have to be infinite."""
        return separation(self._model, self._minimum[0])

    def convexity(self, point: "Setup") -> Convexity | None:
        """For ``x = scale·u``; the curvature is at most ¼ (of more than two classes ½) of that of the inputs' squares.

        References
        ----------
        Böhning 1992, as in :mod:`sweep.problem.cross_entropy`.
        """
        if math.prod(self._model.x.shape[1:]) * self._model.free > MOST_CURVED:
            return None
        model, (weights, flat) = self._at(point.scale), self._minimum
        steepest = float(np.linalg.norm(model.x, 2)) ** 2 / len(model.x)
        curvature = steepest / (4 if model.free == 1 else 2)
        if self.separation is not Separation.NONE:
            least_loss = 0.0 if self.separation is Separation.ALL else self._model.loss(weights)
            because = f"the classes of {self.separation.value} can be told apart without a doubt"
            return Convexity(curvature, least_loss, None, because)
        least_loss = self._model.loss(weights)
        at_scale = weights / np.append(np.full(self._d, point.scale), 1.0)
        return Convexity(curvature, least_loss, _around(model, at_scale, flat))

    def confusion(self, fitted: Fitted) -> list[Confusion]:
        """Of the likeliest classes at a run's final parameters."""
        weights = as_weights(fitted.parameters, self._model.free)
        weights[:, :-1] *= fitted.scale
        prepared, classes = self.prepared, self.prepared.readings.classes
        parts = [("samples that train", prepared.inputs, prepared.targets)]
        if len(prepared.held_targets):
            parts.append(("samples held out", prepared.held_inputs, prepared.held_targets))
        found = []
        for samples, inputs, targets in parts:
            model = CrossEntropy(np.column_stack([inputs, np.ones(len(inputs))]), targets.astype(np.intp), len(classes))
            found.append(Confusion.of(samples, classes, targets, model.log_probabilities(weights).argmax(axis=1)))
        return found

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """Of two classes: see :func:`sweep.problem.logistic_fit.fit_of_two`; None of more."""
        if self._model.free > 1:
            return None
        has_best = self._d < MOST_CURVED and self.separation is Separation.NONE
        return fit_of_two(self.prepared, fitted, self._minimum[0] if has_best else None)


def _around(model: CrossEntropy, weights: Floats, flat: int) -> Quadratic:
    """The loss around its optimum, to second order."""
    values, ways = np.linalg.eigh(model.hessian(np.exp(model.log_probabilities(weights))))
    directions = [as_parameters(way.reshape(weights.shape)) for way in ways.T]
    return Quadratic(
        tuple(np.where(np.arange(len(values)) < flat, 0.0, np.maximum(values, 0)).tolist()),
        tuple(tuple(way.tolist()) for way in directions),
        tuple(as_parameters(weights).tolist()),
        flat,
    )
