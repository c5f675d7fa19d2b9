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
from sweep.problem.convexity import Around, Convexity, Slope, has_optimum, minimum
from sweep.problem.cross_entropy import CrossEntropy, as_parameters, as_weights
from sweep.problem.dependence import Undetermined, undetermined
from sweep.problem.fit import Fit, Fitted
from sweep.problem.local import Local, local, local_by_products
from sweep.problem.logistic_fit import fit_of_two
from sweep.problem.prepared import Prepared
from sweep.problem.quadratic import Quadratic
from sweep.problem.separable import Separation, separation

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
        self._convexities: dict[float, Convexity] = {}

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

    def quadratic(self, point: "Setup") -> Quadratic | None:
        """None."""
        return None

    def measure(self, point: "Setup", parameters: Sequence[float]) -> dict[str, float]:
        """What is left and λmax, by the curvature at the end; and the accuracy on what trains."""
        with np.errstate(over="ignore", invalid="ignore"):  # Far ends overflow, and are then unknown.
            return self._measured(point, parameters)

    def measure_all(self, points: "Sequence[Setup]", ends: Sequence[Sequence[float]]) -> list[Mapping[str, float]]:
        """One by one."""
        return [self.measure(*each) for each in zip(points, ends, strict=True)]

    def _measured(self, point: "Setup", parameters: Sequence[float]) -> dict[str, float]:
        model, weights = self._at(point.scale), as_weights(parameters, self._model.free)
        logs = model.log_probabilities(weights)
        accuracy = float(np.mean(logs.argmax(axis=1) == model.y))
        p = np.exp(logs)
        gradient, rounding = model.gradient(p).reshape(-1), model.rounding(p)
        if len(parameters) > MOST_CURVED:
            found = _by_products(model, p, gradient, rounding)
        else:
            found = local(gradient, model.hessian(p), rounding)
        return {"left": found.left, "lambda_max": found.largest, "negative": found.negative, "accuracy": accuracy}

    def loss_at(self, point: "Setup", parameters: Sequence[float]) -> float:
        """The loss at ``parameters``, in float64."""
        return self._at(point.scale).loss(as_weights(parameters, self._model.free))

    def _at(self, scale: float) -> CrossEntropy:
        columns = np.append(np.full(self._d, scale), 1.0)
        return CrossEntropy(self._model.x * columns, self._model.y, self._model.classes)

    @cached_property
    def _even(self) -> tuple[CrossEntropy, Floats, float]:
        """The samples in coordinates in which they are even, so that no offset of an input and no unit costs digits.

        Beside it what takes weights there to weights at scale 1, shape ``(rank, d + 1)``; and how many times an eps the
        coordinates may be off.
        """
        model, (n, size) = self._model, self._model.x.shape
        shift = np.append(model.x[:, :-1].mean(axis=0), 0.0)
        units = np.abs(model.x - shift).max(axis=0)
        units[units == 0] = 1.0
        left, singular, ways = np.linalg.svd((model.x - shift) / units, full_matrices=False)
        rank = int((singular > singular[0] * max(n, size) * np.finfo(float).eps).sum())
        if self.undetermined:  # Of columns that had an offset, rounding makes such a direction look steeper.
            rank = min(rank, self.undetermined.determined)
        back = ways[:rank] * (math.sqrt(n) / singular[:rank, None]) / units
        back[:, -1] -= back @ shift
        even = CrossEntropy(left[:, :rank] * math.sqrt(n), model.y, model.classes)
        return even, back, float(singular[0] / singular[rank - 1])

    @cached_property
    def _minimum(self) -> tuple[Floats, Separation]:
        """Where the loss is least, or within rounding of that, as weights of even samples; and whether it is there."""
        even, back, off = self._even
        free, rank = even.free, len(back)

        def at(place: Floats) -> Slope:
            weights = place.reshape(free, rank)
            p = np.exp(even.log_probabilities(weights))
            return Slope(even.loss(weights), even.gradient(p).reshape(-1), even.hessian(p))

        place, here = minimum(at, free * rank)
        weights: Floats = place.reshape(free, rank)
        reach = float(np.linalg.norm(even.x, axis=1).max()) * (1 if free == 1 else math.sqrt(2))
        rounding = off * even.rounding(np.exp(even.log_probabilities(weights)))
        if has_optimum(here, rank if free > 1 else 0, reach, rounding):
            return weights, Separation.NONE
        return weights, separation(even, weights)

    @property
    def separation(self) -> Separation:
        """How far classes can be told apart without a doubt, for which weights would have to be infinite."""
        return self._minimum[1]

    def convexity(self, point: "Setup") -> Convexity | None:
        """For ``x = scale·u``; the curvature is at most ¼ (of more than two classes ½) of that of the inputs' squares.

        References
        ----------
        Böhning 1992, as in :mod:`sweep.problem.cross_entropy`.
        """
        if self._model.x.shape[1] * self._model.free > MOST_CURVED:
            return None
        if point.scale not in self._convexities:
            with np.errstate(over="ignore", invalid="ignore"):  # At a far scale curvature overflows, and is inf.
                self._convexities[point.scale] = self._convexity(point.scale)
        return self._convexities[point.scale]

    @cached_property
    def _curved(self) -> tuple[Floats, Floats, Floats, float]:
        """The largest of each input; ``XᵀX/n`` of inputs over these; and the Hessian and the loss where Newton arrived.

        What is known of a scale follows from these, without the samples.
        """
        (even, _, _), (weights, _) = self._even, self._minimum
        units = np.abs(self._model.x).max(axis=0)
        units[units == 0] = 1.0
        model = CrossEntropy(self._model.x / units, self._model.y, self._model.classes)
        hessian = model.hessian(np.exp(even.log_probabilities(weights)))
        return units, model.x.T @ model.x / len(model.x), hessian, even.loss(weights)

    def _convexity(self, scale: float) -> Convexity:
        (_, back, _), (weights, apart), (units, squares, hessian, loss) = self._even, self._minimum, self._curved
        columns, free = np.append(np.full(self._d, scale), 1.0), self._model.free
        grown = np.outer(units * columns, units * columns)
        squares, hessian = squares * grown, hessian * np.tile(grown, (free, free))
        steepest = float(np.linalg.norm(squares, 2)) if np.isfinite(squares).all() else math.inf
        curvature = steepest / (4 if free == 1 else 2)
        least_loss = 0.0 if apart is Separation.ALL else loss
        if apart is not Separation.NONE:
            because = f"the classes of {apart.value} can be told apart without a doubt"
            return Convexity(curvature, least_loss, None, because)
        # The same added to the logits of all classes changes none.
        flat = len(hessian) - len(back) * (free - (free > 1))
        values = np.full(len(hessian), math.inf)
        if np.isfinite(hessian).all():
            values = np.linalg.eigvalsh(hessian)
        values = np.where(np.arange(len(values)) < flat, 0.0, np.maximum(values, 0))
        optimum = as_parameters(weights @ back / columns)
        return Convexity(curvature, least_loss, Around(tuple(optimum.tolist()), tuple(values.tolist()), flat))

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
        return fit_of_two(self.prepared, fitted, self._minimum[0] @ self._even[1] if has_best else None)


def _by_products(model: CrossEntropy, probabilities: Floats, gradient: Floats, rounding: float) -> Local:
    import torch

    from sweep.problem.lanczos import spectrum, steps_of

    def product(vectors: "Tensor") -> "Tensor":
        return model.product(probabilities, vectors[0])[None]

    known = spectrum(torch.from_numpy(gradient)[None], product, steps_of(len(gradient)))
    return local_by_products(known, np.array([rounding]))[0]
