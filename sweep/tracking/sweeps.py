"""Write a sweep into an experiment: its summary run, the parts with its curves, the runs of its points, its report.

A chunk lands in this order: the part with its exact curves, then the runs that name it. Killed between the two, the
part is never named and does no harm.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.curve import Curve, Failure, Result
from sweep.outcome import Verdict, judge
from sweep.plan import Plan, Point
from sweep.provenance import now, source_tags
from sweep.settings import Tracking
from sweep.stability import problems
from sweep.tracking import comparison, manifest, parts, runs, summary
from sweep.tracking.artifacts import write_whole
from sweep.tracking.attempt import Attempt, Place
from sweep.tracking.patience import patiently
from sweep.tracking.record import SweepRecord, executions, load
from sweep.tracking.sqlite_file import count_rows
from sweep.tracking.store import Store
from sweep.tracking.surplus import settle
from sweep.tracking.writers import add_tag, is_known_database, writer_for

if TYPE_CHECKING:
    from sweep.report.publish import Report

NAME_LIMIT = 250
"""Characters of a run's name in MLflow's tables."""


class SweepRun:
    """A sweep that is being written.

    Parameters
    ----------
    run_id : the summary run.
    attempts : by key, the run that stands for each point so far.
    known : by key, the newest attempt of each point before this execution.
    executions : as in ``provenance.json``; the last one is this.
    """

    def __init__(
        self,
        store: Store,
        plan: Plan,
        tracking: Tracking,
        run_id: str,
        attempts: Mapping[str, Attempt],
        known: Mapping[str, Attempt],
        executions: Sequence[dict[str, Any]],
    ) -> None:
        self.store, self.plan, self.tracking, self.run_id = store, plan, tracking, run_id
        self.attempts, self._known, self._executions = dict(attempts), known, list(executions)
        self._problems = problems(plan.readings)
        self._write = writer_for(store)
        self._source = source_tags(self._executions[-1])
        self._verdicts: dict[str, Verdict] = {}
        self._trained = self._failed = 0
        self._began = time.time_ns() // 1_000_000

    def write(self, pairs: Sequence[tuple[Point, Result]], tick: Callable[[], None] = lambda: None) -> None:
        """Put a chunk into the store; ``tick`` is called once a run."""
        curves = [(point, result) for point, result in pairs if isinstance(result, Curve)]
        places: dict[str, Place] = {}
        if curves:
            path, content = parts.encode([point.key for point, _ in curves], [curve for _, curve in curves])
            self.store.artifacts.put(self.run_id, path, content)
            places = {point.key: Place(self.run_id, path, row) for row, (point, _) in enumerate(curves)}
        facts = [self._facts(point, result, places.get(point.key)) for point, result in pairs]
        for (point, result), written in zip(pairs, self._write(self.store, facts, tick), strict=True):
            failure = result if isinstance(result, Failure) else None
            self.attempts[point.key] = Attempt(*written, places.get(point.key), failure)
            self._trained, self._failed = self._trained + (not failure), self._failed + bool(failure)

    def publish(self, folder: Path) -> "Report":
        """Make the report from what the store holds, and put it on the summary run and into ``folder``."""
        from sweep.report import publish

        self._executions[-1].update(
            ended=now(),
            trained=self._trained,
            failed=self._failed,
            reused=sum(each.place is not None for each in self.attempts.values()) - self._trained,
        )
        if not is_known_database(self.store):
            self.attempts = settle(self.store, self.plan, self.attempts, membership(self.plan), self._began)
        self.keep(manifest.PATH, manifest.write(self.plan, self.attempts))
        record = load(self.store, self.run_id)
        report = publish.make(
            SweepRecord(self.run_id, record.plan, record.results, record.attempts, self._executions), self._verdicts
        )
        for name, content in report.files.items():
            self.keep(name, content)
            patiently(partial(write_whole, folder / name, content), self.store.patience)
        self._log_counts(report.findings.counts)
        comparison.write(self.store, self.plan, self.run_id, record.results, report.findings.sentence)
        count_rows(self.store.client)
        return report

    def _log_counts(self, counts: Mapping[str, int]) -> None:
        from mlflow.entities import Metric

        at = time.time_ns() // 1_000_000
        metrics = [Metric(name.lower().replace(" ", "_"), count, at, 0) for name, count in counts.items()]
        patiently(lambda: self.store.client.log_batch(self.run_id, metrics), self.store.patience)

    def keep(self, path: str, content: bytes) -> None:
        """Put a file on the summary run."""
        self.store.artifacts.put(self.run_id, path, content)

    def _number(self, point: Point) -> int:
        known = self._known.get(point.key)
        return known.number + 1 if known else 1

    def _facts(self, point: Point, result: Result, place: Place | None) -> runs.Facts:
        identity = {
            **self.tracking.tags,  # First: what a run is cannot be renamed.
            **self._source,
            "kind": "point",
            "key": point.key,
            "attempt": str(self._number(point)),
            membership(self.plan): "true",
        }
        name, data = self.plan.setting(point)[:NAME_LIMIT], self.plan.readings[point.data]
        if place is None or isinstance(result, Failure):
            assert isinstance(result, Failure), "a curve has a place"
            return runs.failed(name, point, data, result, identity)
        verdict = judge(result, point, self._problems[point.data], self.plan.tolerance)
        self._verdicts[point.key] = verdict
        limit = self.tracking.curve_points
        return runs.trained(name, point, data, result, verdict, self.plan.tolerance, place, identity, limit)


def membership(plan: Plan) -> str:
    """The tag that marks a run as a member of the sweep."""
    return f"in_sweep.{plan.sweep_id}"


@contextmanager
def opened(
    store: Store,
    plan: Plan,
    tracking: Tracking,
    whole: Mapping[str, Attempt],
    known: Mapping[str, Attempt],
    execution: dict[str, Any],
) -> Iterator[SweepRun]:
    """The sweep's summary run, begun or opened again, with what is known before anything trains; closed however left.

    Parameters
    ----------
    whole : the attempts with a curve that can be read; they stand until a newer one does, as members of this sweep.
    known : the newest attempt of each key that has one; of a point that failed, its failure stands until it is tried.
    execution : from :func:`sweep.provenance.this_execution`.
    """
    standing = {key: each for key, each in known.items() if each.failure} | dict(whole)
    with summary.running(store, plan, tracking.tags) as run_id:
        sweep = SweepRun(store, plan, tracking, run_id, standing, known, [*executions(store, run_id), execution])
        for path, content in manifest.data_files(plan):
            sweep.keep(path, content)
        sweep.keep(manifest.PATH, manifest.write(plan, standing))
        reused = [each.run_id for each in whole.values() if each.place and each.place.run_id != run_id]
        add_tag(store, reused, membership(plan), "true")
        yield sweep
