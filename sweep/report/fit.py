"""The fit of a data set: its readings and lines through them, in its own units. Values only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sweep import data
from sweep.data import Readings
from sweep.plan import Plan
from sweep.report.runs import Run
from sweep.stability import problems

MOST_FITS = 6
"""Data sets whose fit is shown; the rest are named."""

MOST_READINGS = 500
"""Readings that are drawn; of more, evenly many."""

THERMOMETER = (data.FAHRENHEIT_LIKE, data.CELSIUS, "°C")

FAHRENHEIT = ("known relation", "°C = (°F − 32) · 5/9", 5 / 9, -32 * 5 / 9)
"""The relation behind the thermometer, whose unknown unit is all but degrees Fahrenheit."""


@dataclass(frozen=True)
class Relation:
    """``target = slope · input + intercept``, on unscaled inputs.

    Parameters
    ----------
    kind, words : whose line it is.
    error : root of the mean squared error, in the target's unit.
    """

    kind: str
    words: str
    slope: float
    intercept: float
    error: float


@dataclass(frozen=True)
class Fit:
    """One data set. ``relations`` : the best run's line where there is one, the best line there is, a known one."""

    label: str
    readings: Readings
    relations: list[Relation]

    @property
    def axes(self) -> tuple[str, str]:
        """Names of input and target, with their units where they have one."""
        return (
            _named(self.readings.input_name, self.readings.input_unit),
            _named(self.readings.target_name, self.readings.target_unit),
        )


def fits(plan: Plan, best: Mapping[str, Run]) -> tuple[list[Fit], list[str]]:
    """The fit of each data set, and the labels of those beyond :data:`MOST_FITS`."""
    theory = problems(plan.readings)
    labels = [plan.label(fingerprint) for fingerprint in plan.readings]
    found = []
    for fingerprint, readings in list(plan.readings.items())[:MOST_FITS]:
        lines: list[tuple[str, str, float, float]] = []
        if run := best.get(fingerprint):
            assert run.curve is not None, "the best run has an outcome"
            w, b = run.curve.parameters
            lines.append(("best run", run.setting, w * run.point.scale, b))
        slope, intercept = theory[fingerprint].at(1.0).optimum
        lines.append(("least squares", "the best line there is", slope, intercept))
        if (readings.inputs, readings.targets, readings.target_unit) == THERMOMETER:
            lines.append(FAHRENHEIT)
        found.append(Fit(plan.label(fingerprint), readings, [_relation(readings, *line) for line in lines]))
    return found, labels[MOST_FITS:]


def _relation(readings: Readings, kind: str, words: str, slope: float, intercept: float) -> Relation:
    errors = [slope * u + intercept - t for u, t in zip(readings.inputs, readings.targets, strict=True)]
    return Relation(kind, words, slope, intercept, math.hypot(*errors) / math.sqrt(len(errors)))


def drawn(readings: Readings) -> tuple[Sequence[float], Sequence[float]]:
    """The inputs and targets that a picture shows."""
    step = -(-len(readings.inputs) // MOST_READINGS)
    return readings.inputs[::step], readings.targets[::step]


def _named(name: str, unit: str | None) -> str:
    return f"{name} in {unit}" if unit else name
