"""The runs of a sweep that are asked for, read part by part: the others are not read, or let go of at once.

What asks about settings alone, or about which run stands for a point, is decided on the plan, before any part is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from sweep.api.tables import PROVENANCE, runs_table
from sweep.api.where import Condition, Where, check_column, chosen, conditions
from sweep.plan import usage
from sweep.plan.plan import Plan
from sweep.report import named
from sweep.report.frames import PROMISED
from sweep.report.judged_runs import Run, judged_run
from sweep.training.curve import Curve, Result
from sweep.training.execute import CHUNK_LOSSES

if TYPE_CHECKING:  # And not else: importing the room changes the caller's process.
    from sweep.tracking.attempt import Attempt
    from sweep.tracking.store import Store

STANDING = ("data", "fingerprint", "key", "status", "error_kind", "error_message", *PROVENANCE)
"""Columns beside the settings that are known of a run before its curve is read."""

TOGETHER = 1000
"""Runs of small parts that are decided on together."""


@dataclass(frozen=True)
class Selection:
    """The runs of a sweep for which all holds that is asked, some of it ``early``, before a part is read.

    Parameters
    ----------
    numbers : of the points for which that holds, their places in the plan, from 1.
    late : what is asked of results.
    """

    store: "Store"
    summary_id: str
    plan: Plan
    attempts: "Mapping[str, Attempt]"
    numbers: Mapping[str, int]
    late: Sequence[Condition]
    seen: set[str] = field(default_factory=set)

    def runs(self) -> Iterator[Run]:
        """The runs, in whatever order their parts are read.

        Raises
        ------
        BadInput : a part is missing or damaged; or what is asked cannot be answered.
        """
        for results in _together(self._parts()):
            points = ((number, self.plan.points[number - 1]) for number in map(self.numbers.__getitem__, results))
            runs = [judged_run(self.plan, number, point, results[point.key]) for number, point in points]
            yield from self._asked_for(runs)
        for each in self.late:
            for name in each.columns:
                check_column(name, self.seen)

    def _parts(self) -> Iterator[Mapping[str, Result | None]]:
        from sweep.tracking import record
        from sweep.tracking.results import by_part

        yield dict.fromkeys(key for key in self.numbers if not _has_result(self.attempts.get(key)))
        with record.damage_named(self.summary_id):
            yield from by_part(self.store, self.plan, self.attempts, self.numbers)

    def _asked_for(self, runs: Sequence[Run]) -> Iterable[Run]:
        if not self.late:
            return runs
        table = runs_table(self.plan, self.attempts, runs)
        self.seen.update(map(str, table), [PROMISED])
        keys = {*chosen(table, self.late)["key"]}
        return [run for run in runs if run.point.key in keys]


def select(store: "Store", summary_id: str, where: Where | None) -> Selection:
    """The runs of the sweep of a summary run that ``where`` asks for.

    Raises
    ------
    BadInput : there is no such column, or its plan cannot be read.
    """
    from sweep.tracking import record

    plan, attempts = record.standing(store, summary_id)
    numbers = {point.key: number for number, point in enumerate(plan.points, 1)}
    if where is None:
        return Selection(store, summary_id, plan, attempts, numbers, [])
    table = _standing(plan, attempts)
    may_name = any(map(usage.is_function, plan.points))
    asked = conditions(where, [*map(str, table), PROMISED], may_name)
    known = {*named.settings(plan), *STANDING}
    early = [each for each in asked if each.columns <= known]
    numbers = {key: numbers[key] for key in chosen(table, early)["key"]}
    return Selection(store, summary_id, plan, attempts, numbers, [each for each in asked if each not in early])


def _standing(plan: Plan, attempts: "Mapping[str, Attempt]") -> pd.DataFrame:
    """The table of all runs, as far as it is known without their curves."""
    stand = [attempts.get(point.key) for point in plan.points]
    failures = [attempt.failure if attempt and not attempt.address else None for attempt in stand]
    runs = (judged_run(plan, number, point, failures[number - 1]) for number, point in enumerate(plan.points, 1))
    table = runs_table(plan, attempts, runs)
    table.loc[[attempt is not None and attempt.address is not None for attempt in stand], "status"] = "FINISHED"
    return table


def _has_result(attempt: "Attempt | None") -> bool:
    return attempt is not None and (attempt.address is not None or attempt.failure is not None)


def _together(parts: Iterable[Mapping[str, Result | None]]) -> Iterator[Mapping[str, Result | None]]:
    """Small parts in one, as a table of each takes longer than that of many runs."""
    found: dict[str, Result | None] = {}
    losses = 0
    for part in parts:
        found |= part
        losses += sum(len(each.losses) for each in part.values() if isinstance(each, Curve))
        if len(found) >= TOGETHER or losses >= CHUNK_LOSSES:
            yield found
            found, losses = {}, 0
    yield found
