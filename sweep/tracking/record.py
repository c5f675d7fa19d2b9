"""Read a sweep back: plan, results and provenance, from the store alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sweep.errors import MALFORMED, BadInput, StoreAway, nearest
from sweep.plan.plan import Plan
from sweep.problem.predicted import Predicted
from sweep.tracking import answers, expected, manifest, parts, predictions, printed, summaries, summary, typed
from sweep.tracking.attempt import Attempt, CurveAddress
from sweep.tracking.executions import executions
from sweep.tracking.lookup import failure_of, newest_attempts, number_of
from sweep.tracking.patience import patiently
from sweep.tracking.results import results_of
from sweep.tracking.store import Store
from sweep.training.curve import Result

MOST_NAMES = 200
"""Sweeps, the last ones, among which a name that none has is looked for."""


@dataclass(frozen=True)
class SweepRecord:
    """A sweep as the store holds it.

    Parameters
    ----------
    summary_id : the summary run.
    plan : the points and their readings.
    results : by key; a point without one was not run.
    attempts : by key, the run that stands for the point.
    executions : one mapping for each time the sweep was executed, oldest first.
    predictions : by key, what the models of some runs make of samples.
    """

    summary_id: str
    plan: Plan
    results: Mapping[str, Result]
    attempts: Mapping[str, Attempt]
    executions: list[dict[str, Any]]
    predictions: Mapping[str, Predicted] = field(default_factory=dict)


def find(store: Store, which: str | None) -> str:
    """The summary run of the sweep that ``which`` names: the start of its id, its name, or None for the latest.

    Raises
    ------
    BadInput : there is none, or the name fits several sweeps.
    """
    if which is None:
        latest = summaries.newest(store, 1)
        found = summaries.of_sweep(store, latest[0].data.tags["sweep_id"]) if latest else []
    else:
        found = [*summaries.named(store, which)]
    # Of several summaries of a sweep, as of executions that overlapped, the last that is whole, else the one used last.
    best = sorted(found, key=lambda run: (run.info.status == "FINISHED", summaries.last_used(run)))
    fits = {run.data.tags["sweep_id"]: run for run in best}
    if len(fits) == 1:
        return str(fits.popitem()[1].info.run_id)
    latest = summaries.newest(store, MOST_NAMES)
    known = ", ".join([*dict.fromkeys(run.data.tags["sweep_id"] for run in latest)][:10]) or "none yet"
    what = "no sweep yet in this experiment" if which is None else f"sweep {which}: {len(fits)} sweeps fit"
    names = [run.data.tags.get("name", run.data.tags["sweep_id"][:8]) for run in latest]
    near = nearest(which, names) if which and not fits else None
    step = f"did you mean {near}?" if near else "run a sweep first, or name one by its id"
    raise BadInput(what, f"a sweep of this experiment: {known}", step)


def load(
    store: Store,
    summary_id: str,
    *,
    published: Mapping[str, str] | None = None,
    told: list[dict[str, Any]] | None = None,
) -> SweepRecord:
    """Read the sweep of a summary run; of one that works or was killed, what it has committed so far.

    Parameters
    ----------
    published : tags of the summary run, where its plan is known to name all of its runs.
    told : its executions, where they are known.

    Raises
    ------
    BadInput : its plan, data or a part is missing or damaged; the message names which.
    StoreAway : so it is with a sweep that is ``published``: it was written there a moment ago.
    """
    plan, attempts = standing(store, summary_id, published=published)
    with damage_named(summary_id, published is not None):
        results = results_of(store, plan, attempts)
        printed.with_output(store.artifacts, plan, attempts, results)
        known = predictions.read(store.artifacts, summary_id, plan, may_be_damaged=published is not None)
    if told is None:
        told = executions(store, summary_id)
    return SweepRecord(summary_id, plan, results, attempts, told, known)


def standing(
    store: Store, summary_id: str, *, published: Mapping[str, str] | None = None
) -> tuple[Plan, dict[str, Attempt]]:
    """The plan of a sweep, and by key the run that stands for each point that has one; parameters and errors as above.

    No part is read.
    """
    with damage_named(summary_id, published is not None):
        if published is not None:
            return manifest.read(expected.Files(store.artifacts, summary_id, published))
        # Before the plan: of a sweep that ends in between, that names all.
        run = summary.ask(store, summary_id)
        plan, attempts = manifest.read(expected.Files(store.artifacts, summary_id, run.data.tags))
        _check_identity(plan, run.data.tags.get("sweep_id", ""))
        if run.info.status != "FINISHED":
            attempts |= committed(store, plan, attempts)
    return plan, attempts


def _check_identity(plan: Plan, sweep_id: str) -> None:
    """Refuse the plan of another sweep, or of other points or another tolerance, that somebody made fit itself."""
    if plan.sweep_id != sweep_id:
        typed.refuse(plan.sweep_id, f"that of its summary run, {sweep_id[:80]},", f"{manifest.PATH}: sweep_id")


def committed(store: Store, plan: Plan, named: Mapping[str, Attempt]) -> dict[str, Attempt]:
    """Attempts that the sweep has made since its plan named those that stood."""
    return {
        key: attempt
        for key, attempt in newest_attempts(store, plan, members=True).items()
        if (attempt.address or attempt.failure) and (key not in named or attempt.number > named[key].number)
    }


def load_run(store: Store, run_id: str) -> SweepRecord:
    """Read the run of a point, whatever its attempt: the plan of the sweep that trained it, and its result alone.

    A summary run stands for its sweep, as in :func:`load`.

    Raises
    ------
    BadInput : there is no such run, it is not one of ours, it has no curve, or something is missing or damaged.
    """
    tags = tags_of(store, run_id)
    if tags.get("kind") == "summary":
        return load(store, run_id)
    if tags.get("kind") != "point" or "curve_part" not in tags:
        failure = f": it failed: {failure_of(tags).sentence}" if "key" in tags else ""
        raise BadInput(f"run {run_id} has no curve{failure}", "a run of a sweep that was trained", "name another run")
    summary_id = tags.get("curve_run", "")
    with damage_named(summary_id):
        attempt = Attempt(run_id, number_of(tags), CurveAddress(summary_id, tags["curve_part"], int(tags["curve_row"])))
        plan, _ = manifest.read(expected.Files(store.artifacts, summary_id, _told(store, summary_id)))
        attempts = {tags["key"]: attempt}
        results = results_of(store, plan, attempts)
        if not results:
            raise ValueError(f"its plan has no point with the key of run {run_id}")
    return SweepRecord(summary_id, plan, results, attempts, executions(store, summary_id))


def tags_of(store: Store, run_id: str) -> dict[str, str]:
    """The tags of a run.

    Raises
    ------
    BadInput : there is no such run.
    """
    try:
        run = patiently(lambda: answers.run(store.client.get_run(run_id), run_id), store.patience)
    except StoreAway as away:
        if getattr(away.__cause__, "error_code", None) not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        raise BadInput(
            f"run {run_id}: not in this store", "the id of a run", "name its store with tracking.uri=…"
        ) from away
    tags: dict[str, str] = run.data.tags
    return tags


@contextmanager
def damage_named(summary_id: str, published: bool = False) -> Iterator[None]:
    """What is found missing or damaged while a sweep is read, as the errors of :func:`load`."""
    try:
        yield
    except (OSError, parts.DamagedPart, *MALFORMED) as error:
        what = f"the sweep of summary run {summary_id} cannot be read: {error}"
        if published:
            raise StoreAway(what) from error
        raise BadInput(
            what,
            "a summary run whose artifacts are all there and whole",
            "run the sweep's command again: what is lost is trained again",
        ) from error


def _told(store: Store, summary_id: str) -> Mapping[str, str]:
    try:
        return tags_of(store, summary_id)
    except BadInput:  # Whoever looks for its files says what is lost.
        return {}
