"""The fit of each data set: the best run's model among the readings. Values only."""

from collections.abc import Mapping, Sequence

from sweep.plan.plan import Plan
from sweep.problem.fit import Fit, Fitted
from sweep.problem.readings import Readings
from sweep.report.judged_runs import Run

MOST_FITS = 6
"""Data sets whose fit is shown; the rest are named."""

MOST_READINGS = 500
"""Readings that are drawn; of more, evenly many."""


def fits(plan: Plan, best: Mapping[str, Run]) -> tuple[list[tuple[str, Fit]], list[str]]:
    """Label and fit of each data set that has one, and the labels of those beyond :data:`MOST_FITS`."""
    labels = [plan.label(fingerprint) for fingerprint in plan.readings]
    drawn = list(zip(labels, plan.readings, strict=True))[:MOST_FITS]
    made = [(label, plan.problems[data].fit(_fitted(best.get(data)))) for label, data in drawn]
    return [(label, fit) for label, fit in made if fit], labels[MOST_FITS:]


def _fitted(run: Run | None) -> Fitted | None:
    if run is None:
        return None
    assert run.curve is not None, "the best run has an outcome"
    return Fitted(run.setting, run.point.scale, run.curve.parameters)


def drawn(readings: Readings) -> tuple[Sequence[float], Sequence[float]]:
    """The inputs and targets that a picture shows."""
    step = -(-len(readings.inputs) // MOST_READINGS)
    return readings.inputs[::step], readings.targets[::step]
