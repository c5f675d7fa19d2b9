"""The first problem: a line through readings under mean squared error.

That loss is quadratic in the two parameters, so all that theory says of it is closed form, in float64. Sums are exactly
rounded (``math.fsum``): the same on every machine.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

from sweep.data.sources import thermometer
from sweep.errors import BadInput
from sweep.models.starts import uniform
from sweep.problem.fit import HELD_OUT, Fit, Fitted, Relation, Role
from sweep.problem.prepared import Prepared, root_mean_square
from sweep.problem.problem import Objective, Setup
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
        self._quadratics: dict[float, Quadratic] = {}

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

    @cached_property
    def least_loss(self) -> float:
        """The least-squares loss, the same at every scale."""
        u_mean, t_mean = self._means
        residuals = (t - t_mean - self._slope * (u - u_mean) for u, t in zip(self._u, self._t, strict=True))
        return math.fsum(r * r for r in residuals) / self._n

    @cached_property
    def spread(self) -> float:
        """Population variance of the target."""
        _, t_mean = self._means
        return math.fsum((t - t_mean) ** 2 for t in self._t) / self._n

    @cached_property
    def magnitude(self) -> float:
        """Mean of the squared target."""
        return math.fsum(t * t for t in self._t) / self._n

    @cached_property
    def evenest_scale(self) -> float:
        """``1/√(Σu²/n)``: of ``H = 2·[[s²·Σu²/n, s·ū], [s·ū, 1]]``, trace²/determinant is least there."""
        return float(f"{1 / math.sqrt(self._square):.3g}")

    def start(self, point: Setup) -> tuple[float, ...]:
        """As given, one value a parameter; or drawn, each from -1 to 1."""
        return point.init if point.start is Start.given else uniform(point.seed, 2, 1.0)

    def objective(self, points: Sequence[Setup]) -> Objective:
        """See :class:`sweep.problem.line_tensors.LineObjective`."""
        from sweep.problem.line_tensors import LineObjective

        return LineObjective.of(self.prepared, points, [self.start(point) for point in points])

    def quadratic(self, point: Setup) -> Quadratic:
        """Curvature for ``x = scale·u``, from ``H = (2/n)·[[Σx², Σx], [Σx, n]]``."""
        return self._at(point.scale)

    def _at(self, scale: float) -> Quadratic:
        if scale not in self._quadratics:
            self._quadratics[scale] = self._curvature(scale)
        return self._quadratics[scale]

    def _curvature(self, scale: float) -> Quadratic:
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
        return Quadratic((smallest, largest), ((-steep[1], steep[0]), steep), (w, t_mean - self._slope * u_mean))

    def convexity(self, point: "Setup") -> None:
        """None: the loss is quadratic."""

    def measure(self, point: "Setup", parameters: Sequence[float]) -> Mapping[str, float]:
        """Nothing: theory says all."""
        return {}

    def measure_all(self, points: "Sequence[Setup]", ends: Sequence[Sequence[float]]) -> list[Mapping[str, float]]:
        """One by one."""
        return [self.measure(*each) for each in zip(points, ends, strict=True)]

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
