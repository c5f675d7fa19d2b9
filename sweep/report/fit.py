"""The fit of each data set: the best run's model among the readings. Values only."""

from collections.abc import Mapping

from sweep.plan.plan import Plan
from sweep.problem.fit import Dots, Fit, Fitted
from sweep.problem.task import Task
from sweep.report.judged_runs import Run
from sweep.settings.keys import KEYS

MOST_FITS = 6
"""Tasks whose fit is shown; the rest are named."""

GROUPS = ("problem", "optimizer", "schedule")
"""What stands before the names of arguments that titles have no room for."""

MOST_READINGS = 500
"""Readings that are drawn; of more, evenly many."""


def fits(plan: Plan, best: Mapping[Task, Run]) -> tuple[list[tuple[str, Fit]], list[str]]:
    """Label and fit of each task that has one, and the labels of those beyond :data:`MOST_FITS`."""
    one = len(plan.readings) == 1 and bool(plan.facts)
    labels = [", ".join(map(short, plan.apart(task))) if one else plan.label(task) for task in plan.tasks]
    labels = [label or plan.label(task) for label, task in zip(labels, plan.tasks, strict=True)]
    drawn = list(zip(labels, plan.tasks, strict=True))[:MOST_FITS]
    made = [(label, plan.problems[task].fit(fitted(best.get(task)))) for label, task in drawn]
    return [(label, fit) for label, fit in made if fit], labels[MOST_FITS:]


def short(setting: str) -> str:
    """A setting as a title has room for it: an argument by its own name, a class or function by itself.

    An argument of a model that is called as another setting is, as ``lr``, keeps its whole key.
    """
    name = setting.removeprefix("problem.model.")
    own = name.partition("=")[0]
    if name != setting and not KEYS.keys().isdisjoint({own, *(f"{group}.{own}" for group in GROUPS)}):
        return setting
    for group in GROUPS:
        name = name.removeprefix(f"{group}.")
    return name.removeprefix("_target_=").replace("._target_=", "=")


def fitted(run: Run | None) -> Fitted | None:
    """Where ``run`` ended; None of no run."""
    if run is None:
        return None
    assert run.curve is not None, "the best run has an outcome"
    return Fitted(run.setting, run.point.scale, run.curve.parameters, run.predicted)


def drawn(fit: Fit) -> tuple[Dots, Dots]:
    """The dots that a picture shows, of samples that train and of those held out; as evenly many of both."""
    step = -(-(len(fit.dots[0]) + len(fit.held[0])) // MOST_READINGS)
    trained, held = ((along[::step], upright[::step]) for along, upright in (fit.dots, fit.held))
    return trained, held
