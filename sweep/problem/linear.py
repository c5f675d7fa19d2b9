"""Least squares of any number of inputs and an intercept, under mean squared error.

The loss is quadratic in the parameters, so all that theory says of it is closed form, in float64: from a singular value
decomposition, which holds small curvatures to more digits than one of the squares does.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sweep.data.readings import Floats, mean
from sweep.models.spread import variance
from sweep.models.starts import uniform
from sweep.problem.dependence import Undetermined, undetermined
from sweep.problem.fit import HELD_OUT, Fit, Fitted, Relation, Role
from sweep.problem.preconditioned import steepest, steepest_by_products
from sweep.problem.prepared import Prepared, root_mean_square
from sweep.problem.problem import PRECONDITIONED
from sweep.problem.quadratic import Quadratic

if TYPE_CHECKING:
    from torch import Tensor

    from sweep.problem.problem import Objective, Setup

MOST_CURVED = 600
"""Parameters whose Hessian is written down to find how curved it is by a preconditioner."""


class Linear:
    """:class:`sweep.problem.problem.Problem` of ``target = w · x + b`` under mean squared error.

    References
    ----------
    Golub, Van Loan: Matrix Computations, 4th ed. 2013, sections 5.3 and 5.5 (least squares, also without full rank).
    """

    work, facts = 0, None
    knows_least = True
    spread_name = "the target's variance"

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self._n, self._d = prepared.inputs.shape
        self.shapes: Mapping[str, tuple[int, ...]] = {"w": (self._d,), "b": ()}
        self._quadratics: dict[tuple[float, float], Quadratic] = {}
        self._least: dict[tuple[float, float], float] = {}

    @cached_property
    def _reduced(self) -> tuple[Floats, Floats]:
        """``R`` and ``Qᵀt`` of ``[inputs, 1] = Q·R``: all that curvature and optimum need of the samples."""
        q, r = np.linalg.qr(np.column_stack([self.prepared.inputs, np.ones(self._n)]))  # Of a tall table, a small R.
        return r, q.T @ self.prepared.targets

    def least_loss(self, point: "Setup") -> float:
        """Without decay the least-squares loss, the same at every scale."""
        scale, decay = at = (point.scale, point.decay) if point.decay else (1.0, 0.0)
        if at not in self._least:
            best = np.array(self.quadratic_at(*at).optimum)
            residuals = self.prepared.inputs @ (best[:-1] * scale) + best[-1] - self.prepared.targets
            self._least[at] = mean(residuals * residuals) + (decay * float(best @ best) / 2 if decay else 0.0)
        return self._least[at]

    @cached_property
    def spread(self) -> float:
        """Population variance of the target."""
        return variance(self.prepared.targets)

    @cached_property
    def magnitude(self) -> float:
        """Mean of the squared target."""
        return mean(self.prepared.targets**2)

    def evenest_scale(self, point: "Setup") -> None:
        """None: of several inputs, each may need a scale of its own, which is what standardising gives them."""
        return

    @cached_property
    def undetermined(self) -> Undetermined | None:
        """See :mod:`sweep.problem.dependence`."""
        return undetermined(self.prepared)

    def start(self, point: "Setup") -> tuple[float, ...]:
        """Drawn as torch draws a linear layer's, each from ``-1/√d`` to ``1/√d``."""
        return uniform(point.seed, self._d + 1, 1 / math.sqrt(self._d))

    def objective(self, points: "Sequence[Setup]") -> "Objective":
        """See :class:`sweep.problem.linear_tensors.LinearObjective`."""
        from sweep.problem.linear_tensors import LinearObjective

        return LinearObjective.of(self.prepared, points, [self.start(point) for point in points])

    def quadratic(self, point: "Setup") -> Quadratic:
        """Curvature for ``x = scale·u``, from ``H = (2/n)·XᵀX + decay·I``, a column of ones in X."""
        return self.quadratic_at(point.scale, point.decay)

    def quadratic_at(self, scale: float, decay: float = 0.0) -> Quadratic:
        """As :meth:`quadratic`."""
        if (scale, decay) not in self._quadratics:
            with np.errstate(over="ignore"):  # At a far scale curvature overflows, and is inf.
                self._quadratics[scale, decay] = self._curvature(scale, decay)
        return self._quadratics[scale, decay]

    def _curvature(self, scale: float, decay: float) -> Quadratic:
        r, projected = self._reduced
        columns, by = np.append(np.full(self._d, scale), 1.0), 2.0**512 if scale > 2.0**512 else 1.0
        left, singular, ways = np.linalg.svd(r * (columns / by), full_matrices=False)
        flat = singular <= singular[0] * max(self._n, self._d + 1) * np.finfo(float).eps
        if self.undetermined:  # Of columns that had an offset, rounding makes such a direction look steeper.
            flat[self.undetermined.determined :] = True
        singular = singular * by
        damped = singular + np.divide(decay * self._n / 2, singular, out=np.zeros_like(singular), where=~flat)
        inverse = np.divide(1.0, damped, out=np.zeros_like(singular), where=~flat)
        optimum = ways.T @ (inverse * (left.T @ projected))
        values, directions = np.where(flat, 0.0, 2 / self._n * singular**2)[::-1], ways[::-1]
        missing = self._d + 1 - len(values)  # Fewer samples than parameters: the rest of the directions is flat too.
        if missing:
            directions = np.vstack([_complement(ways), directions])
            values = np.concatenate([np.zeros(missing), values])
        values = values + decay
        return Quadratic(
            tuple(values.tolist()),
            tuple(map(tuple, directions.tolist())),
            tuple(optimum.tolist()),
            int((values == 0).sum()),
        )

    def convexity(self, point: "Setup") -> None:
        """None: the loss is quadratic."""

    def measure(self, point: "Setup", parameters: Sequence[float]) -> Mapping[str, float]:
        """Nothing: theory says all."""
        return {}

    def measure_all(
        self,
        points: "Sequence[Setup]",
        ends: Sequence[Sequence[float]],
        preconditioners: Sequence[Floats | None] | None = None,
    ) -> list[Mapping[str, float]]:
        """How curved F is by the preconditioners, wherever a run ended; see :mod:`sweep.problem.preconditioned`."""
        divisors = preconditioners or [None] * len(points)
        with np.errstate(over="ignore"):
            return [
                {} if divisor is None else {PRECONDITIONED: self._steepest(point, divisor)}
                for point, divisor in zip(points, divisors, strict=True)
            ]

    def _steepest(self, point: "Setup", divisor: Floats) -> float:
        columns = np.append(np.full(self._d, point.scale), 1.0)
        if self._d < MOST_CURVED:
            return steepest(self._squares * columns * columns[:, None] + point.decay * np.eye(len(columns)), divisor)
        import torch

        squares, by = torch.from_numpy(self._squares), torch.from_numpy(columns)

        def product(vectors: "Tensor") -> "Tensor":
            return by * (squares @ (by * vectors[0])) + point.decay * vectors

        return steepest_by_products(product, torch.from_numpy(divisor)[None])[0]

    @cached_property
    def _squares(self) -> Floats:
        """L's Hessian at scale 1."""
        r = self._reduced[0]
        found: Floats = 2 / self._n * (r.T @ r)
        return found

    def confusion(self, fitted: Fitted) -> tuple[()]:
        """None: the target is a quantity."""
        return ()

    def fit(self, fitted: Fitted | None) -> Fit | None:
        """Predicted against actual targets; and coefficients, those of a run beside those of least squares."""
        readings, relations = self.prepared.readings, list[Relation]()
        if fitted:
            w = np.array(fitted.parameters[:-1]) * fitted.scale
            relations.append(self._relation(Role.RUN, "best run", fitted.setting, w, fitted.parameters[-1]))
        best = self.quadratic_at(1.0).optimum
        of = "the best there is" if not self.quadratic_at(1.0).flat else "the shortest of the best there are"
        relations.append(self._relation(Role.BEST, "least squares", of, np.array(best[:-1]), best[-1]))
        weights, intercept = np.array(relations[0].numbers[: self._d]), relations[0].numbers[self._d]
        predicted, out = readings.inputs @ weights + intercept, self.prepared.held
        relations.append(Relation(Role.KNOWN, "predicted = actual", "as a perfect fit has it", (), lambda t: t))
        unit = f" in {readings.target_unit}" if readings.target_unit else ""
        *inputs, target = readings.axes
        return Fit(
            f"predicted against actual {readings.target_name}, by {'the best run' if fitted else 'least squares'}",
            "the line on which both are the same",
            (readings.targets[~out].tolist(), predicted[~out].tolist()),
            (readings.targets[out].tolist(), predicted[out].tolist()),
            (f"actual {target}", f"predicted {target}"),
            "coefficients",
            f"{target} = Σ coefficient · input + intercept, with scaling undone",
            (*inputs, f"intercept{unit}", f"root mean squared error{unit}", *[HELD_OUT] * bool(out.any())),
            relations,
            points=2,
        )

    def _relation(self, role: Role, kind: str, description: str, w: Floats, b: float) -> Relation:
        """Of weights over prepared inputs at scale 1."""
        prepared = self.prepared
        parts = [(prepared.inputs, prepared.targets), (prepared.held_inputs, prepared.held_targets)]
        errors = [root_mean_square(inputs @ w + b - targets) for inputs, targets in parts if len(targets)]
        weights = w / prepared.divisor
        numbers = (*weights.tolist(), b - float(weights @ prepared.shift), *errors)
        return Relation(role, kind, description, numbers, None)


def _complement(ways: Floats) -> Floats:
    """Unit vectors, a row each, that are orthogonal to the rows of ``ways`` and to one another."""
    full: Floats = np.linalg.svd(ways, full_matrices=True)[2]
    return full[len(ways) :]
