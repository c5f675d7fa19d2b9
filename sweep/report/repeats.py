"""Repeats, as values: runs that differ in their seed alone are one setting, with the mean of what they found."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from sweep.plan import repeats, usage
from sweep.plan.plan import Plan
from sweep.plan.point import Point, as_typed
from sweep.problem.problem import ACCURACY, HOLDOUT_LOSS
from sweep.problem.task import Task
from sweep.report import named
from sweep.report.judged_runs import Run, counted
from sweep.verdict.outcome import Outcome

FINAL = "final_loss"

MOSTLY = 0.5
"""Part of its runs that may diverge of a setting that is called the best, while others have fewer."""


class Average(NamedTuple):
    """Of what ``runs`` ended at: the mean of one or more, the standard deviation (of a sample, n − 1) of two or more.

    Both are exact but for a last rounding, so that the order of the numbers does not matter.
    """

    runs: int
    mean: float
    deviation: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Average":
        """Of ``values``; where one is inf or nan, so is the mean, and the deviation is nan."""
        finite = all(map(math.isfinite, values))
        mean = float(statistics.mean(values)) if finite else sum(values)
        if len(values) < 2:
            return cls(len(values), mean, None)
        return cls(len(values), mean, float(statistics.stdev(values)) if finite else math.nan)


@dataclass(frozen=True)
class Setting:
    """Runs that differ in their seed alone, in the order of the plan; there may be one.

    Parameters
    ----------
    number : its place among the settings, from 1.
    name : what tells it from the others, as a person would type it.
    """

    number: int
    name: str
    runs: tuple[Run, ...]

    @property
    def point(self) -> Point:
        """The point of the first of its runs."""
        return self.runs[0].point

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many of its runs have each outcome, none included; how many failed or were not run, if any."""
        return counted(self.runs)

    @property
    def judged(self) -> int:
        """How many of its runs have a result."""
        return sum(run.verdict is not None for run in self.runs)

    def share(self, outcome: Outcome) -> float | None:
        """The part of the runs with a result that has ``outcome``; None without any."""
        return self.counts[outcome] / self.judged if self.judged else None

    @cached_property
    def standing(self) -> tuple[Run, ...]:
        """Those with a result that did not diverge."""
        return tuple(run for run in self.runs if run.verdict and run.verdict.outcome is not Outcome.DIVERGED)

    def average(self, name: str) -> Average | None:
        """Of what runs ended at, as :func:`quantities` has it, over those that did not diverge; None without any."""
        values = [value for run in self.standing if (value := _end(run, name)) is not None]
        return Average.of(values) if values else None

    @property
    def arrivals(self) -> list[int]:
        """The first epoch within tolerance of each run that converged, where that is known."""
        found = [run.verdict.events.first_within for run in self.runs if run.verdict and run.state == Outcome.CONVERGED]
        return [epoch for epoch in found if epoch is not None]

    @property
    def epochs_to_tolerance(self) -> float | None:
        """The median of :attr:`arrivals`; None without any."""
        return float(statistics.median(found)) if (found := self.arrivals) else None

    @property
    def outcome(self) -> Outcome | None:
        """What most of its runs found; of several such outcomes the worst. None without a result."""
        order = list(Outcome)
        return max(order, key=lambda each: (self.counts[each], order.index(each))) if self.judged else None

    @property
    def typical(self) -> Run:
        """The one in the middle by its loss of those that found what most did; the first where none has a result.

        With the seed of the first, so that those of two settings may differ in what tells these apart alone.
        """
        found = sorted((run for run in self.runs if run.state == self.outcome), key=_loss)
        run = found[(len(found) - 1) // 2] if found else self.runs[0]
        return replace(run, point=replace(run.point, seed=self.point.seed))

    @property
    def rank(self) -> tuple[bool, float, int]:
        """What makes a setting better than another: a lesser mean loss, on what is held out if any is; fewer epochs.

        But first that not most of its runs diverged: the mean is over the others.
        """
        loss = self.average(HOLDOUT_LOSS) or self.average(FINAL)
        mean = math.inf if loss is None or math.isnan(loss.mean) else loss.mean
        return (self.share(Outcome.DIVERGED) or 0) > MOSTLY, mean, self.point.epochs


def _end(run: Run, name: str) -> float | None:
    """What ``run`` ended at; None where that is not known of it."""
    if run.curve is None:
        return None
    if name == FINAL:
        return run.curve.final_loss
    if usage.is_function(run.point):
        return named.ends(run.curve).get(name)
    watched = run.curve.watched.get(name)
    return run.curve.measured.get(name) if watched is None else float(watched[-1])


def _loss(run: Run) -> float:
    """What ``run`` is sorted by: its loss on what is held out if any is, else its final loss; nan as inf."""
    held = _end(run, HOLDOUT_LOSS)
    loss = _end(run, FINAL) if held is None else held
    return math.inf if loss is None or math.isnan(loss) else loss


def quantities(plan: Plan, settings: Sequence[Setting], most: int | None = None) -> list[str]:
    """What has a mean over repeats: the final loss, what is followed beside it, accuracies, what functions name.

    Parameters
    ----------
    most : of what functions name, how much; None: all.
    """
    own = named.names(run for each in settings for run in each.runs)[:most]
    return list(dict.fromkeys([FINAL, *plan.watched, *(name for name in ACCURACY if name in plan.measured), *own]))


def settings_of(plan: Plan, runs: Sequence[Run]) -> list[Setting]:
    """The settings of a plan in its order, as of its ``runs``, all of them; empty where none has repeats.

    Settings that have one run each are no repeats, whatever their seeds.
    """
    told, found = shown(plan), []
    for number, places in enumerate(repeats.settings([run.point for run in runs]), 1):
        name = " ".join(as_words(plan, runs[places[0]].point, told))
        found.append(Setting(number, name, tuple(runs[place] for place in places)))
    return found


def shown(plan: Plan) -> list[str]:
    """What tells one setting from another in tables and names: all that tells points apart but the seed."""
    return [name for name in plan.shown if name != "seed"]


def as_words(plan: Plan, point: Point, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that ``point`` uses, with their values, as a person would type them."""
    cells = plan.cells(point)
    return [f"{name}={as_typed(cells[name])}" for name in names if cells[name] is not None]


def best_of(settings: Sequence[Setting]) -> dict[Task, Setting]:
    """By task, the setting that is better than the others, of those with a run that did not diverge."""
    best: dict[Task, Setting] = {}
    for setting in settings:
        if setting.standing:
            leader = best.setdefault(setting.point.task, setting)
            if setting.rank < leader.rank:
                best[setting.point.task] = setting
    return best
