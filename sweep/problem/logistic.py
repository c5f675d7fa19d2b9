"""Logistic regression: classes by a softmax of linear logits, under cross-entropy.

The loss is convex and no quadratic: its curvature is bounded everywhere and known wherever one asks, in float64.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sweep.data.readings import Floats
from sweep.models.spread import entropy
from sweep.models.starts import uniform
from sweep.problem.confusion import Confusion
from sweep.problem.convexity import Convexity
from sweep.problem.cross_entropy import CrossEntropy, as_weights
from sweep.problem.dependence import Undetermined, undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.local import Local, local, local_by_products
from sweep.problem.logistic_fit import fit_of_two
from sweep.problem.logistic_optimum import Optimum
from sweep.problem.preconditioned import steepest, steepest_by_products
from sweep.problem.prepared import Prepared
from sweep.problem.problem import PRECONDITIONED
from sweep.problem.quadratic import Quadratic
from sweep.problem.separable import Separation

if TYPE_CHECKING:
    from torch import Tensor

    from sweep.problem.problem import Objective, Setup

MOST_CURVED = 600
"""Parameters whose Hessian is written down. Of more, theory says nothing, and products with the Hessian say what the
curvature at the end of a run does."""


class Logistic:
    """:class:`sweep.problem.problem.Problem` of two or more classes.

    Two classes have one logit, ``w · x + b``, that of the second; more have one each.
    """

    work, facts = 0, None
    spread_name = "the labels' entropy"
    knows_least = False

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
        self._convexities: dict[tuple[float, float], Convexity] = {}

    @cached_property
    def spread(self) -> float:
        """The labels' entropy."""
        return entropy(self._model.y)

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

    def evenest_scale(self, point: "Setup") -> None:
        """None."""

    def least_loss(self, point: "Setup") -> None:
        """None: theory has it, but runs are judged by what is left at their end."""

    def quadratic(self, point: "Setup") -> Quadratic | None:
        """None."""
        return None

    def measure(self, point: "Setup", parameters: Sequence[float]) -> dict[str, float]:
        """What is left and λmax, by the curvature at the end; and the accuracy on what trains."""
        return dict(self.measure_all([point], [parameters])[0])

    def measure_all(
        self,
        points: "Sequence[Setup]",
        ends: Sequence[Sequence[float]],
        preconditioners: Sequence[Floats | None] | None = None,
    ) -> list[Mapping[str, float]]:
        """One by one."""
        divisors = preconditioners or [None] * len(points)
        with np.errstate(over="ignore", invalid="ignore"):  # Far ends overflow, and are then unknown.
            return [self._measured(*each) for each in zip(points, ends, divisors, strict=True)]

    def _measured(self, point: "Setup", parameters: Sequence[float], divisor: Floats | None) -> dict[str, float]:
        model, weights = self._at(point.scale), as_weights(parameters, self._model.free)
        logs = model.log_probabilities(weights)
        accuracy = float(np.mean(logs.argmax(axis=1) == model.y))
        p = np.exp(logs)
        pulled, decay = point.decay * weights, point.decay  # Of F, which the decay adds a paraboloid to.
        gradient = (model.gradient(p) + pulled).reshape(-1)
        rounding = model.rounding(p) + float(np.finfo(float).eps * np.linalg.norm(pulled))
        by = None if divisor is None else as_weights(divisor.tolist(), self._model.free).reshape(-1)
        if len(parameters) > MOST_CURVED:
            found, conditioned = _by_products(model, p, gradient, rounding, decay, by)
        else:
            hessian = model.hessian(p) + decay * np.eye(len(gradient))
            found = local(gradient, hessian, rounding)
            conditioned = None if by is None else steepest(hessian, by)
        told = {"left": found.left, "lambda_max": found.largest, "negative": found.negative, "accuracy": accuracy}
        return told if conditioned is None else told | {PRECONDITIONED: conditioned}

    def loss_at(self, point: "Setup", parameters: Sequence[float]) -> float:
        """The loss at ``parameters``, in float64."""
        return self._at(point.scale).loss(as_weights(parameters, self._model.free))

    def _at(self, scale: float) -> CrossEntropy:
        columns = np.append(np.full(self._d, scale), 1.0)
        return CrossEntropy(self._model.x * columns, self._model.y, self._model.classes)

    @cached_property
    def _theory(self) -> Optimum:
        return Optimum(self._model, self.undetermined)

    @property
    def separation(self) -> Separation:
        """How far classes can be told apart without a doubt, for which weights would have to be infinite."""
        return self._theory.separation

    def convexity(self, point: "Setup") -> Convexity | None:
        """See :meth:`sweep.problem.logistic_optimum.Optimum.at`; None of very many parameters."""
        if self._model.x.shape[1] * self._model.free > MOST_CURVED:
            return None
        at = point.scale, point.decay
        if at not in self._convexities:
            with np.errstate(over="ignore", invalid="ignore"):  # At a far scale curvature overflows, and is inf.
                self._convexities[at] = self._theory.at(*at)
        return self._convexities[at]

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
        return fit_of_two(self.prepared, fitted, self._theory.weights if has_best else None)


def _by_products(
    model: CrossEntropy, probabilities: Floats, gradient: Floats, rounding: float, decay: float, by: Floats | None
) -> tuple[Local, float | None]:
    """The loss around weights; and by divisors, where there are any, its steepest curvature."""
    import torch

    from sweep.problem.lanczos import spectrum, steps_of

    def product(vectors: "Tensor") -> "Tensor":
        return (model.product(probabilities, vectors[0]) + decay * vectors[0])[None]

    known = spectrum(torch.from_numpy(gradient)[None], product, steps_of(len(gradient)))
    found = local_by_products(known, np.array([rounding]))[0]
    return found, None if by is None else steepest_by_products(product, torch.from_numpy(by)[None])[0]
