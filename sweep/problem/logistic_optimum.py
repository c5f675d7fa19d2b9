"""Where the loss of a logistic regression is least, and how curved it is there and at most, in float64."""

import math
from functools import cached_property

import numpy as np

from sweep.data.readings import Floats
from sweep.problem.convexity import Around, Convexity, Slope, has_optimum, minimum
from sweep.problem.cross_entropy import CrossEntropy, as_parameters
from sweep.problem.dependence import Undetermined
from sweep.problem.separable import Separation, separation

TINY, HUGE = 1e-150, 1e300
"""A scale below which decay leaves nothing of the inputs' weights, and a pull above which nothing is left anyway."""


class Optimum:
    """What theory says of cross-entropy, of any input scale and decay.

    Parameters
    ----------
    model : over the inputs at scale 1.
    undetermined : which of its weights samples do not determine.
    """

    def __init__(self, model: CrossEntropy, undetermined: Undetermined | None) -> None:
        self._model, self._undetermined = model, undetermined
        self._d = model.x.shape[1] - 1

    def at(self, scale: float, decay: float) -> Convexity:
        """For ``x = scale·u``; L's curvature is at most ¼ (of more than two classes ½) of that of the inputs' squares.

        References
        ----------
        Böhning 1992, as in :mod:`sweep.problem.cross_entropy`.
        """
        (_, units, squares), free = self._over_units, self._model.free
        columns = np.append(np.full(self._d, scale), 1.0)
        grown = np.outer(units * columns, units * columns)
        squares = squares * grown
        steepest = float(np.linalg.norm(squares, 2)) if np.isfinite(squares).all() else math.inf
        curvature = steepest / (4 if free == 1 else 2) + decay
        if decay:
            least_loss, weights, hessian = self._shrunk(columns, decay)
        else:
            (least_loss, hessian), weights = self._curved, self.weights
            if self.separation is not Separation.NONE:
                because = f"the classes of {self.separation.value} can be told apart without a doubt"
                lowest = 0.0 if self.separation is Separation.ALL else least_loss
                return Convexity(curvature, lowest, None, because)
        hessian = hessian * np.tile(grown, (free, free))
        # The same added to the logits of all classes changes none.
        flat = len(hessian) - len(self._even[1]) * (free - (free > 1))
        values = np.full(len(hessian), math.inf)
        if np.isfinite(hessian).all():
            values = np.linalg.eigvalsh(hessian)
        values = np.where(np.arange(len(values)) < flat, 0.0, np.maximum(values, 0)) + decay
        optimum = as_parameters(weights / columns)
        return Convexity(
            curvature, least_loss, Around(tuple(optimum.tolist()), tuple(values.tolist()), 0 if decay else flat)
        )

    @cached_property
    def weights(self) -> Floats:
        """Of the least loss without decay, or within rounding of that, at scale 1; shape ``(free, d + 1)``."""
        found: Floats = self._minimum[0] @ self._even[1]
        return found

    @property
    def separation(self) -> Separation:
        """How far classes can be told apart without a doubt, for which weights would have to be infinite."""
        return self._minimum[1]

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
        if self._undetermined:  # Of columns that had an offset, rounding makes such a direction look steeper.
            rank = min(rank, self._undetermined.determined)
        back = ways[:rank] * (math.sqrt(n) / singular[:rank, None]) / units
        back[:, -1] -= back @ shift
        even = CrossEntropy(left[:, :rank] * math.sqrt(n), model.y, model.classes)
        return even, back, float(singular[0] / singular[rank - 1])

    @cached_property
    def _minimum(self) -> tuple[Floats, Separation]:
        """Where the loss is least, or within rounding of that, as weights of even samples; and whether it is there."""
        even, back, off = self._even
        free, rank = even.free, len(back)
        place, here = minimum(lambda place: _slope(even, place.reshape(free, rank)), free * rank)
        weights: Floats = place.reshape(free, rank)
        reach = float(np.linalg.norm(even.x, axis=1).max()) * (1 if free == 1 else math.sqrt(2))
        rounding = off * even.rounding(np.exp(even.log_probabilities(weights)))
        if has_optimum(here, rank if free > 1 else 0, reach, rounding):
            return weights, Separation.NONE
        return weights, separation(even, weights)

    @cached_property
    def _over_units(self) -> tuple[CrossEntropy, Floats, Floats]:
        """The samples with each input over its largest; these; and ``XᵀX/n`` of those samples."""
        units = np.abs(self._model.x).max(axis=0)
        units[units == 0] = 1.0
        model = CrossEntropy(self._model.x / units, self._model.y, self._model.classes)
        return model, units, model.x.T @ model.x / len(model.x)

    @cached_property
    def _curved(self) -> tuple[float, Floats]:
        """Without decay, the loss where Newton arrived, and its Hessian over units.

        What is known of a scale follows from these, without the samples.
        """
        even, weights = self._even[0], self._minimum[0]
        return even.loss(weights), self._over_units[0].hessian(np.exp(even.log_probabilities(weights)))

    def _shrunk(self, columns: Floats, decay: float) -> tuple[float, Floats, Floats]:
        """With decay: the least F, its weights at scale 1, and L's Hessian over units there.

        Coordinates are those of even samples, turned until the decay pulls along each of them alone, and shortened by
        how strong it pulls: so F curves about as much along each, unless classes can be told apart.
        """
        even, back, _ = self._even
        free, rank = even.free, len(back)
        to_parameters = back / np.maximum(columns, TINY)
        if rank < len(columns):  # The shortest of those that predict the same.
            across = self._over_units[0].x * self._over_units[1] * (columns / columns.max())
            ways = np.linalg.svd(across, full_matrices=False)[2][:rank]
            to_parameters = to_parameters @ ways.T @ ways
        turn, sizes, _ = np.linalg.svd(to_parameters, full_matrices=False)
        pull = np.minimum(decay * sizes * sizes, HUGE)
        turn, pull = turn / np.sqrt(1 + pull), pull / (1 + pull)
        turned = CrossEntropy(even.x @ turn, even.y, even.classes)

        def at(place: Floats) -> Slope:
            weights = place.reshape(free, rank)
            found = _slope(turned, weights)
            return Slope(
                found.loss + float((pull * weights * weights).sum()) / 2,
                found.gradient + (pull * weights).reshape(-1),
                found.hessian + np.diag(np.tile(pull, free)),
            )

        place, here = minimum(at, free * rank)
        place = place - np.linalg.lstsq(here.hessian, here.gradient, rcond=None)[0]  # What it falls by is rounding.
        weights = place.reshape(free, rank) @ turn.T
        if free > 1:  # They add up to nothing, as only the decay sees it if not; to rounding, where that is small.
            weights -= weights.mean(axis=0)
        hessian = self._over_units[0].hessian(np.exp(even.log_probabilities(weights)))
        return min(here.loss, at(place).loss), weights @ to_parameters * columns, hessian


def _slope(model: CrossEntropy, weights: Floats) -> Slope:
    p = np.exp(model.log_probabilities(weights))
    return Slope(model.loss(weights), model.gradient(p).reshape(-1), model.hessian(p))
