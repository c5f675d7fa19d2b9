"""Write a sweep into an experiment: its summary run, the parts with its curves, the runs of its points.

A chunk lands in this order: the part with its exact curves, then the runs that name it. Killed between the two, the
part is never named and does no harm.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sweep.plan.plan import Plan
from sweep.plan.point import LATER, Point
from sweep.provenance import now, source_tags
from sweep.settings.schema import Tracking
from sweep.tracking import (
    answers,
    by_key,
    data_files,
    expected,
    listed_tag,
    manifest,
    membership,
    pages,
    parts,
    rerun,
    run_content,
    summary,
)
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.tracking.executions import executions
from sweep.tracking.lookup import Known
from sweep.tracking.names import named, rename
from sweep.tracking.patience import patiently
from sweep.tracking.record import SweepRecord, load
from sweep.tracking.store import Store
from sweep.tracking.surplus import settle
from sweep.tracking.writers import add_param, add_tag, is_known_database, writer_for
from sweep.training.curve import NOTHING, Curve, Failure, Result
from sweep.verdict.judge import judge
from sweep.verdict.outcome import Verdict


@dataclass
class SweepRun:
    """A sweep that is being written.

    Parameters
    ----------
    run_id : the summary run.
    known : what the store held of its points before this execution.
    executions : as in ``provenance.json``; the last one is this.
    pulse : what its heartbeats tell.
    """

    store: Store
    plan: Plan
    tracking: Tracking
    run_id: str
    known: Known
    executions: list[dict[str, Any]]
    pulse: summary.Pulse

    def __post_init__(self) -> None:
        self.attempts = self.known.standing
        self.verdicts: dict[str, Verdict] = {}
        self._write_runs = writer_for(self.store)
        self._sources: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
        self._trained = self._failed = 0
        self._is_shown = False
        self._began = time.time_ns() // 1_000_000

    def write(self, pairs: Sequence[tuple[Point, Result]], tick: Callable[[], None] = lambda: None) -> None:
        """Put a chunk into the store; ``tick`` is called once a run."""
        curves = [(point, result) for point, result in pairs if isinstance(result, Curve)]
        addresses: dict[str, CurveAddress] = {}
        for part in parts.cut(curves):
            path, content = parts.encode([point.key for point, _ in part], [curve for _, curve in part])
            self.store.artifacts.put(self.run_id, path, content)
            addresses |= {point.key: CurveAddress(self.run_id, path, row) for row, (point, _) in enumerate(part)}
        contents = [self._content(point, result, addresses.get(point.key)) for point, result in pairs]
        for (point, result), written in zip(pairs, self._write_runs(self.store, contents, tick), strict=True):
            failure = replace(result, leavings=NOTHING) if isinstance(result, Failure) else None
            self.attempts[point.key] = Attempt(*written, addresses.get(point.key), failure)
            self._trained, self._failed = self._trained + (not failure), self._failed + bool(failure)
        if not self._is_shown and len(self.attempts) < len(self.plan.points):  # The last chunk's is saved at the end.
            pages.save_first(self.store, self.plan, self.run_id, [result for _, result in pairs])
        self._is_shown = True

    def settled(self) -> SweepRecord:
        """The sweep as the store holds it, once surplus runs are deleted and the plan names the runs that stand."""
        self.executions[-1].update(
            ended=now(),
            trained=self._trained,
            failed=self._failed,
            reused=sum(each.address is not None for each in self.attempts.values()) - self._trained,
        )
        if not is_known_database(self.store):
            patiently(lambda: summary.stand(self.store, self.run_id), self.store.patience)
            tag = membership.tag(self.plan.sweep_id)
            self.attempts = settle(self.store, self.plan, self.attempts, tag, self._began)
        self.keep(manifest.PATH, manifest.encode(self.plan, self.attempts))
        record = load(self.store, self.run_id, published=expected.tags(self.plan), told=self.executions)
        # Theory is found once a sweep: the readings are those of this plan, whose fingerprints were checked.
        return replace(record, plan=replace(record.plan, problems=self.plan.problems))

    def log_counts(self, counts: Mapping[str, int], best: tuple[str, float] | None = None) -> None:
        """Put the number of runs of each outcome onto the summary run, as metrics; and what a list of sweeps shows.

        Parameters
        ----------
        best : the best setting, and its final loss.
        """
        from mlflow.entities import Metric, RunTag

        at = time.time_ns() // 1_000_000
        metrics = [Metric(name.lower().replace(" ", "_"), count, at, 0) for name, count in counts.items()]
        names = {each.key for each in metrics}

        listed = listed_tag.published(self.plan, self.tracking.curve_points, counts, best)

        def log() -> None:
            tags = [RunTag(listed_tag.TAG, listed)]
            self.store.client.log_batch(self.run_id, metrics, tags=tags, synchronous=True)
            answers.check(self.store.client, self.run_id, lambda run: names <= run.data.metrics.keys())

        patiently(log, self.store.patience)

    def end_rerun(self) -> None:
        """Let the next rerun begin anew: this one is through."""
        if rerun_tag(self.executions[-1]):
            patiently(
                lambda: self.store.client.set_tag(self.run_id, rerun.TAG, "", synchronous=True), self.store.patience
            )

    def keep(self, path: str, content: bytes) -> None:
        """Put a file on the summary run."""
        self.store.artifacts.put(self.run_id, path, content)

    def name(self, point: Point) -> str:
        """What MLflow calls the run of a point."""
        return named(self.plan, point)

    def _source(self, result: Result) -> dict[str, str]:
        """What the run keeps of where ``result`` is from; there are as many as kinds of workers."""
        kind = tuple(result.where.items())
        if kind not in self._sources:
            self._sources[kind] = source_tags(self.executions[-1], result.where)
        return self._sources[kind]

    def _content(self, point: Point, result: Result, address: CurveAddress | None) -> run_content.RunContent:
        before = self.known.newest.get(point.key)
        tags = {
            **self.tracking.tags,  # First: what a run is cannot be renamed.
            **self._source(result),
            **rerun_tag(self.executions[-1]),
            "kind": "point",
            "key": point.key,
            "attempt": str(before.number + 1 if before else 1),
            membership.tag(self.plan.sweep_id): "true",
        }
        problem = self.plan.problem(point)
        run = run_content.PointRun(self.name(point), point, problem, tags, self.plan.varying)
        if address is None or isinstance(result, Failure):
            assert isinstance(result, Failure), "a curve has an address"
            return run_content.of_failed(run, result)
        verdict = self.verdicts[point.key] = judge(result, point, problem, self.plan.tolerance)
        return run_content.of_trained(run, result, verdict, address, self.tracking.curve_points)


def rerun_tag(execution: Mapping[str, Any]) -> dict[str, str]:
    """What tells the runs of a rerun."""
    return {rerun.TAG: execution[rerun.TAG]} if execution.get(rerun.TAG) else {}


def _add_params(store: Store, plan: Plan, reused: Mapping[str, str]) -> None:
    """Let runs of earlier sweeps say what varies in this one, where that had no need to be said then."""
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    for point in plan.points:
        if point.key in reused and LATER.keys() & {*plan.varying}:
            own = run_content.params(point)
            for name, value in run_content.params(point, plan.varying).items():
                if name not in own:
                    lacking[name, value].append(reused[point.key])
    for (name, value), run_ids in lacking.items():
        add_param(store, run_ids, name, value)


@contextmanager
def opened(store: Store, plan: Plan, tracking: Tracking, known: Known, execution: dict[str, Any]) -> Iterator[SweepRun]:
    """The sweep's summary run, begun or opened again, with what is known before anything trains; closed however left.

    Parameters
    ----------
    known : what stands until it is trained again; runs with a curve become members of this sweep.
    execution : from :func:`sweep.provenance.this_execution`.
    """
    by_key.name_all(store)
    tags = {**tracking.tags, **rerun_tag(execution), **expected.tags(plan)}
    pulse = summary.Pulse()
    with summary.running(store, plan, tags, pulse) as run_id:
        told = [*executions(store, run_id), execution]
        sweep = SweepRun(store, plan, tracking, run_id, known=known, executions=told, pulse=pulse)
        for path, content in data_files.files(plan):
            sweep.keep(path, content)
        sweep.keep(manifest.PATH, manifest.encode(plan, sweep.attempts))
        listed = listed_tag.begun(plan, tracking.curve_points)
        patiently(lambda: store.client.set_tag(run_id, listed_tag.TAG, listed, synchronous=True), store.patience)
        reused = {
            key: each.run_id for key, each in known.readable.items() if each.address and each.address.run_id != run_id
        }
        add_tag(store, list(reused.values()), membership.tag(plan.sweep_id), "true")
        names = {reused[point.key]: sweep.name(point) for point in plan.points if point.key in reused}
        rename(store, plan.sweep_id, names)
        _add_params(store, plan, reused)
        yield sweep
