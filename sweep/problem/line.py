"""The first problem: a line through readings under mean squared error.

That loss is quadratic in the two parameters, so all that theory says of it is closed form, in float64. Sums are exactly
rounded (``math.fsum``): the same on every machine.
"""

import math
import operator
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from sweep.data.readings import Floats
from sweep.data.sources import thermometer
from sweep.errors import BadInput
from sweep.models.starts import uniform
from sweep.problem.fit import HELD_OUT, Fit, Fitted, Relation, Role
from sweep.problem.prepared import Prepared, root_mean_square
from sweep.problem.problem import PRECONDITIONED, Objective, Setup
from sweep.problem.quadratic import Quadratic
from sweep.settings.schema import Start

FAHRENHEIT = (Role.KNOWN, "known relation", "°C = (°F − 32) · 5/9", 5 / 9, -32 * 5 / 9)
"""The relation behind the thermometer, whose unknown unit is all but degrees Fahrenheit."""


class Line:
    """:class:`sweep.problem.problem.Problem` of a line through readings of one input under mean squared error.

    References
    ----------
    Goodfellow, Bengio, Courville: Deep Learning, MIT Press 2016, sections 4.3 and 8.2.1. Strang: Introduction to
    Linear Algebra, 5th ed. 2016, section 4.3 (least squares).
    """

    shapes: Mapping[str, tuple[int, ...]] = {"w": (), "b": ()}
    work, facts = 0, None
    spread_name = "the target's variance"
    knows_least = True
    undetermined: None = None

    def __init__(self, prepared: Prepared) -> None:
        inputs = prepared.inputs.shape[1]
        if inputs != 1:
            made = prepared.readings.recipe
            raise BadInput(
                f"data.input has {inputs:,} columns of {prepared.readings.name}, and problem=line takes one",
                f"one column, or problem=linear for several{', problem=logistic for classes' if made else ''}",
                f"choose another problem than line{'' if made else ', as problem=linear, or name one column'}",
            )
        self.prepared = prepared
        self._u, self._t = prepared.inputs[:, 0].tolist(), prepared.targets.tolist()
        self._n = len(self._u)
        self._quadratics: dict[tuple[float, float], Quadratic] = {}
        self._least: dict[tuple[float, float], float] = {}

    @cached_property
    def _means(self) -> tuple[float, float]:
        return math.fsum(self._u) / self._n, math.fsum(self._t) / self._n

    @cached_property
    def _square(self) -> float:
        """``Σu²/n``."""
        return math.fsum(u * u for u in self._u) / self._n

    @cached_property
    def _input_spread(self) -> float:
        """``Σ(u − ū)²``."""
        u_mean, _ = self._means
        return math.fsum((u - u_mean) ** 2 for u in self._u)

    @cached_property
    def _slope(self) -> float:
        u_mean, t_mean = self._means
        products = ((u - u_mean) * (t - t_mean) for u, t in zip(self._u, self._t, strict=True))
        return math.fsum(products) / self._input_spread

    def least_loss(self, point: Setup) -> float:
        """Without decay the least-squares loss, the same at every scale."""
        at = (point.scale, point.decay) if point.decay else (1.0, 0.0)
        if at not in self._least:
            self._least[at] = self._least_at(*at)
        return self._least[at]

    def _least_at(self, scale: float, decay: float) -> float:
        (u_mean, t_mean), slope, mean, penalty = self._means, self._slope, 0.0, 0.0
        if decay:
            w, b = self._at(scale, decay).optimum
            slope, mean, penalty = (
                w * scale,
                decay * b / 2,
                decay * (w * w + b * b) / 2,
            )  # Where the slope along b is 0.
        residuals = (t - t_mean - slope * (u - u_mean) + mean for u, t in zip(self._u, self._t, strict=True))
        return math.fsum(r * r for r in residuals) / self._n + penalty

    @cached_property
    def spread(self) -> float:
        """Population variance of the target."""
        _, t_mean = self._means
        return math.fsum((t - t_mean) ** 2 for t in self._t) / self._n

    @cached_property
    def magnitude(self) -> float:
        """Mean of the squared target."""
        return math.fsum(t * t for t in self._t) / self._n

    def evenest_scale(self, point: Setup) -> float | None:
        """Where trace²/determinant of ``H = 2·[[s²·Σu²/n, s·ū], [s·ū, 1]] + decay·I`` is least, of all ``s²``.

        Without decay at ``1/√(Σu²/n)``. None where decay is so large that the smallest scale is the most even one.
        """
        decay, scale = point.decay, 1 / math.sqrt(self._square)
        if decay:
            curved = 4 * self._input_spread / self._n + 2 * self._square * decay
            square = (1 + decay) / self._square - 2 * decay * (2 + decay) / curved
            scale = math.sqrt(max(square, 0))
        return float(f"{scale:.3g}") or None

    def start(self, point: Setup) -> tuple[float, ...]:
        """As given, one value a parameter; or drawn, each from -1 to 1."""
        return point.init if point.start is Start.given else uniform(point.seed, 2, 1.0)

    def objective(self, points: Sequence[Setup]) -> Objective:
        """See :class:`sweep.problem.line_tensors.LineObjective`."""
        from sweep.problem.line_tensors import LineObjective

        return LineObjective.of(self.prepared, points, [self.start(point) for point in points])

    def quadratic(self, point: Setup) -> Quadratic:
        """Curvature for ``x = scale·u``, from ``H = (2/n)·[[Σx², Σx], [Σx, n]] + decay·I``."""
        return self._at(point.scale, point.decay)

    def _at(self, scale: float, decay: float = 0.0) -> Quadratic:
        if (scale, decay) not in self._quadratics:
            self._quadratics[scale, decay] = self._curvature(scale, decay)
        return self._quadratics[scale, decay]

    def _curvature(self, scale: float, decay: float) -> Quadratic:
        u_mean, t_mean = self._means
        a = 2 * scale * scale * self._square
        b, d = 2 * scale * u_mean, 2.0
        determinant = 4 * scale * scale * self._input_spread / self._n
        largest = ((a + d) + math.hypot(a - d, 2 * b)) / 2
        smallest = determinant / largest
        # Of the two rows of H − λ, the one that does not cancel gives the direction.
        steep = (b, largest - a) if largest - a > largest - d else (largest - d, b)
        norm = math.hypot(*steep)
        steep = (steep[0] / norm, steep[1] / norm) if norm > 0 else (1.0, 0.0)
        w = self._slope / scale
        best = self._shrunk(scale, decay) if decay else (w, t_mean - self._slope * u_mean)
        return Quadratic((smallest + decay, largest + decay), ((-steep[1], steep[0]), steep), best)

    def _shrunk(self, scale: float, decay: float) -> tuple[float, float]:
        """Where F is least, by Cramer's rule in products about the means: no offset of the inputs costs digits."""
        (u_mean, t_mean), variance = self._means, self._input_spread / self._n
        covariance, product = self._slope * variance, math.fsum(map(operator.mul, self._u, self._t)) / self._n
        s, one = scale / max(1, scale), 1 / max(1, scale)  # All over the square of a large scale, which may overflow.
        determinant = 4 * s * s * variance + decay * (2 * s * s * self._square + (2 + decay) * one * one)
        w = 2 * s * one * (2 * covariance + decay * product) / determinant
        return w, (4 * s * s * (t_mean * variance - u_mean * covariance) + 2 * decay * t_mean * one * one) / determinant

    def convexity(self, point: Setup) -> None:
        """None: the loss is quadratic."""

    def measure(self, point: Setup, parameters: Sequence[float]) -> Mapping[str, float]:
        """Nothing: theory says all."""
        return {}

    def measure_all(
        self,
        points: Sequence[Setup],
        ends: Sequence[Sequence[float]],
        preconditioners: Sequence[Floats | None] | None = None,
    ) -> list[Mapping[str, float]]:
        """How curved F is by the preconditioners, wherever a run ended; see :mod:`sweep.problem.preconditioned`."""
        asked = [(number, each) for number, each in enumerate(preconditioners or ()) if each is not None]
        found: list[Mapping[str, float]] = [{} for _ in points]
        if asked:
            numbers, divisors = zip(*asked, strict=True)
            own = [(points[number].scale, points[number].decay) for number in numbers]
            for number, value in zip(numbers, self._steepest(np.array(own), np.stack(divisors)), strict=True):
                found[number] = {PRECONDITIONED: value}
        return found

    def _steepest(self, own: Floats, divisors: Floats) -> list[float]:
        """Of each row with its scale and decay, shape ``(rows, 2)``, and its divisors, of that shape: λmax of 2 × 2."""
        (scale, decay), (w, b) = own.T, divisors.T
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            first, second = (2 * scale * scale * self._square + decay) / w, (2 + decay) / b
            beside = 2 * scale * self._means[0] / np.sqrt(w) / np.sqrt(b)
            found = (first + second + np.hypot(first - second, 2 * beside)) / 2
        values: list[float] = np.where(np.isfinite(found), found, np.nan).tolist()
        return values

    def confusion(self, fitted: Fitted) -> tuple[()]:
        """None: the target is a quantity."""
        return ()

    def fit(self, fitted: Fitted | None) -> Fit:
        """The lines ``target = slope · input + intercept`` of a run, of least squares, and of a known relation."""
        readings, lines = self.prepared.readings, list[tuple[Role, str, str, float, float]]()
        if fitted:
            w, b = fitted.parameters
            lines.append((Role.RUN, "best run", fitted.setting, *self._undone(w * fitted.scale, b)))
        lines.append((Role.BEST, "least squares", "the best line there is", *self._undone(*self._at(1.0).optimum)))
        if readings.fingerprint == thermometer().fingerprint and readings.target_unit == "°C":
            lines.append(FAHRENHEIT)
        unit = f" in {readings.target_unit}" if readings.target_unit else ""
        u, t = readings.axes
        out = self.prepared.held
        return Fit(
            "readings and the fitted line",
            "lines through them",
            (readings.inputs[~out, 0].tolist(), readings.targets[~out].tolist()),
            (readings.inputs[out, 0].tolist(), readings.targets[out].tolist()),
            (u, t),
            "line",
            f"{t} = slope · {u} + intercept, with the scaling undone: slope = w · scale",
            ("slope", f"intercept{unit}", f"root mean squared error{unit}", *[HELD_OUT] * bool(out.any())),
            [self._relation(*line) for line in lines],
            points=2,
        )

    def _undone(self, slope: float, intercept: float) -> tuple[float, float]:
        """Slope and intercept over prepared inputs as they are over inputs as they were read."""
        slope /= float(self.prepared.divisor[0])
        return slope, intercept - slope * float(self.prepared.shift[0])

    def _relation(self, role: Role, kind: str, description: str, slope: float, intercept: float) -> Relation:
        def predict(u: float) -> float:
            return slope * u + intercept

        inputs = self.prepared.inputs[:, 0] * self.prepared.divisor[0] + self.prepared.shift[0]
        errors = [predict(u) - t for u, t in zip(inputs.tolist(), self._t, strict=True)]
        error, (data, out) = math.hypot(*errors) / math.sqrt(self._n), (self.prepared.readings, self.prepared.held)
        others = [root_mean_square(slope * data.inputs[out, 0] + intercept - data.targets[out])] if out.any() else []
        return Relation(role, kind, description, (slope, intercept, error, *others), predict)
