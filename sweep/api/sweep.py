"""A sweep as an object: what :func:`sweep.run` and :func:`sweep.load` return; and what it suggests, to be run.

All of it is read from the store.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from sweep.api.frame import frame
from sweep.api.model import model
from sweep.api.process import as_it_was
from sweep.api.shown import Shown
from sweep.api.telling import telling
from sweep.api.where import Where
from sweep.errors import BadInput
from sweep.redaction import without_secrets
from sweep.report.files import Report
from sweep.settings import grammar
from sweep.settings.schema import Tracking

if TYPE_CHECKING:
    from torch import nn


class Sweep:
    """A sweep that is in a store, complete or not.

    Parameters
    ----------
    id : 16 hex digits, the same for the same points and tolerance.
    """

    def __init__(self, id: str, tracking: Tracking, report: Report | None = None) -> None:
        self.id, self._tracking, self._made = id, tracking, report

    @property
    def name(self) -> str | None:
        """Its label, as ``name=…`` gave it."""
        return self._report.plan.name

    @property
    def counts(self) -> dict[str, int]:
        """How many runs have each outcome; FAILED and NOT RUN, where there are any."""
        return dict(self._report.findings.counts)

    @property
    def finding(self) -> str:
        """What came of it, in a sentence or two."""
        return self._report.findings.sentence

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A row a point, in the order of the plan; see ``runs`` of :func:`sweep.frame`."""
        return frame(self.id, curves=False, uri=self._tracking.uri, experiment=self._tracking.experiment)

    def curves(self, where: Where | None = None) -> pd.DataFrame:
        """A row a loss of the runs that ``where`` asks for; see ``where`` and ``curves`` of :func:`sweep.frame`."""
        return frame(self.id, where=where, uri=self._tracking.uri, experiment=self._tracking.experiment).curves

    @property
    def best(self) -> "pd.Series[Any] | None":
        """The row of :attr:`runs` with the least final loss among those that did not diverge; None without any.

        On what is held out, where anything is; of equal ones the one with fewer epochs; of repeats, whose setting is
        the best by its mean, the best of its runs.

        Raises
        ------
        BadInput : it has several data sets or losses, where the least loss of all would say nothing: see :attr:`bests`.
        """
        from sweep.report.findings import comparable, label

        plan = self._report.plan
        if len(groups := comparable(plan.tasks)) > 1:
            names = [label(plan, tasks) for tasks in groups]
            what = f"best: the losses of {', '.join(names[:3])}{', …' * (len(names) > 3)} do not compare"
            raise BadInput(what, "a sweep of one of them", "see .bests, which has a row of each")
        return None if self.bests.empty else self.bests.iloc[0]

    @cached_property
    def bests(self) -> pd.DataFrame:
        """The best row of :attr:`runs` of each data set and loss, in the order of the plan; see :attr:`best`."""
        from sweep.report import repeats
        from sweep.report.findings import better, comparable

        found, leaders = self._report.findings, []
        ahead = repeats.best_of(found.settings)
        for tasks in comparable(self._report.plan.tasks):
            runs = [found.best[task] for task in tasks if task in found.best]
            if settings := [ahead[task] for task in tasks if task in ahead]:
                runs = [*min(settings, key=lambda setting: setting.rank).standing]
            leaders += [min(runs, key=better).point.key] if runs else []
        return self.runs[self.runs["key"].isin(leaders)]

    @cached_property
    def report(self) -> Shown:
        """The report, which a notebook shows inline."""
        return Shown(self._report)

    @cached_property
    def suggestions(self) -> "list[Suggestion]":
        """What to try next, each with why; ``suggestions[0].run()`` runs it into the same store."""
        from sweep.report import theory

        report = self._report
        known, _ = theory.forecasts(report.plan)
        found = theory.steps(report.plan, report.runs, known, report.findings.settings)
        return [Suggestion(step.command, step.promise, self._tracking) for step in found if step.command]

    def model(self, run: "str | pd.Series[Any] | None" = None, net: Any = None) -> "nn.Module":
        """The module of a run with its final weights; see :func:`sweep.model`.

        Parameters
        ----------
        run : the id of a run, or a row of :attr:`runs`; None: the best one.
        """
        row = self.best if run is None else run
        if row is None:
            what = "model: no run is the best, as each diverged or has no result"
            raise BadInput(what, "the id of a run, or a row of .runs", "name one: found.model(found.runs.iloc[0])")
        named = str(row["run_id"]) if isinstance(row, pd.Series) else row
        return model(named, net, uri=self._tracking.uri, experiment=self._tracking.experiment)

    def __repr__(self) -> str:
        return f"<Sweep {self.id[:8]}: {self.finding}>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()

    @property
    def _report(self) -> Report:
        if self._made is None:
            from sweep.report import files
            from sweep.tracking import record
            from sweep.tracking.store import open_store

            with as_it_was():
                store = open_store(self._tracking, create=False)
                assert store is not None, "it was there a moment ago"
                self._made = files.make(record.load(store, record.find(store, self.id)))
        return self._made


def started(overrides: Sequence[str], axes: Mapping[str, Any], config_dir: str | None, *, quiet: bool) -> Sweep | None:
    """Run what words and a grid ask for, within :func:`sweep.api.process.as_it_was`; None where nothing is to train."""
    from hydra_plugins.sweep_grid import _call
    from sweep import app

    settings, engine, cost = _call.asked(overrides, axes, config_dir)
    told = telling(quiet)
    if settings[0].dry_run:
        app.run(settings, engine, cost, told)
        return None
    called = f"sweep.run({', '.join([repr(dict(axes)), *map(without_secrets, overrides)])})"
    report = app.train(settings, engine, told, called)
    return Sweep(report.plan.sweep_id, settings[0].tracking, report)


@dataclass(frozen=True)
class Suggestion:
    """A sweep that is worth running.

    Parameters
    ----------
    command : what runs it in a terminal.
    why : what it promises.
    """

    command: str
    why: str
    _tracking: Tracking = field(repr=False)

    @property
    def settings(self) -> dict[str, str]:
        """Each key of the command with its value, as typed."""
        return dict(word.split("=", 1) for word in self._words)

    def run(self, *, quiet: bool = False) -> Sweep:
        """Run it, into the store that the sweep is in which suggests it; see :func:`sweep.run`."""
        with as_it_was():
            there = {"uri": self._tracking.uri, "experiment": self._tracking.experiment}
            words = [*self._words, *(f"tracking.{name}={grammar.literal(value)}" for name, value in there.items())]
            found = started([grammar.as_typed(word) for word in words], {}, None, quiet=quiet)
        assert found is not None, "it is no dry run"
        return found

    @property
    def _words(self) -> list[str]:
        return [word for word in shlex.split(self.command) if "=" in word]


def load(which: str | None = None, *, uri: str | None = None, experiment: str | None = None) -> Sweep:
    """A sweep that was run before, by a command or a call, or that is running.

    Parameters
    ----------
    which : its id, the start of it, or its name; the latest if None.
    uri, experiment : where it is, as the keys ``tracking.uri`` and ``tracking.experiment`` of every command, with the
        same defaults and environment variables.

    Raises
    ------
    BadInput : there is no such sweep or store.
    StoreAway : the store fails for longer than ``tracking.patience``.
    """
    with as_it_was():
        from sweep.console.command import named, opened
        from sweep.tracking import record

        tracking, store = opened(named(uri, experiment))
        sweep_id = record.tags_of(store, record.find(store, which))["sweep_id"]
    return Sweep(sweep_id, tracking)
