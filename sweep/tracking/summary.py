"""The summary run of a sweep: one however many start together, and the only run that is ever RUNNING.

While its sweep works, its tag ``heartbeat`` holds the time, and another how much is trained of what is not stored. A
process that is killed leaves it RUNNING; the next sweep in the experiment closes what no longer beats. Over http
several executions may each make one: they join the first, and of those that they did not see in time the last to end
stands.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from sweep.errors import StoreAway
from sweep.plan.plan import Plan
from sweep.tracking import answers, database_writer, summaries
from sweep.tracking.deadline import within
from sweep.tracking.patience import patiently
from sweep.tracking.search import search
from sweep.tracking.store import Store
from sweep.tracking.writers import is_known_database

if TYPE_CHECKING:
    from mlflow.entities import Run as Run  # Rooms above name it so.

BEAT = 10.0
"""Seconds between two heartbeats."""

STALE = 90.0
"""Seconds without a heartbeat after which a sweep counts as killed; clocks of several machines may differ by some."""


UNDER_WAY = "mlflow.sweep.under_way"
"""Tag of a summary run, which MLflow's pages hide: how many points' worth is trained of what is not stored."""


@dataclass
class Pulse:
    """What a heartbeat tells beside the time: how many points' worth is trained of what is not stored."""

    under_way: float = 0.0


@contextmanager
def running(store: Store, plan: Plan, tags: Mapping[str, str], pulse: Pulse) -> Iterator[str]:
    """The id of the sweep's summary run, RUNNING and beating; then FINISHED, FAILED after an error, else KILLED.

    Parameters
    ----------
    tags : of the user's, for the run. pulse : what heartbeats tell.

    Raises
    ------
    StoreAway
    """
    run_id = patiently(lambda: _open(store, plan, tags), store.patience)
    try:
        patiently(lambda: _close_stale(store, run_id), store.patience)
        with _beating(store, run_id, pulse):
            yield run_id
    except StoreAway:
        with suppress(StoreAway):  # It is told of already.
            _close(store, run_id, "KILLED", patience=0)
        raise
    except BaseException as error:
        _close(store, run_id, "FAILED" if isinstance(error, Exception) else "KILLED", store.patience)
        raise
    _close(store, run_id, "FINISHED", store.patience)
    if not is_known_database(store):
        _settle(store, plan.sweep_id)


def _close(store: Store, run_id: str, status: str, patience: float) -> None:
    began = int(time.time())

    def close() -> None:
        stand(store, run_id)
        store.client.set_terminated(run_id, status)
        # An execution that has begun meanwhile has it RUNNING again, and beats: this one does no more.
        answers.check(store.client, run_id, lambda run: run.info.status == status or summaries.last_beat(run) >= began)
        store.check_file()

    patiently(close, patience)


def stand(store: Store, run_id: str) -> None:
    """Have the summary run of a sweep at work stand, where no table sees to that.

    An equal execution closes the run that both write to, and one that had made its own may then settle it away.
    """
    if is_known_database(store):
        return
    run = answers.run(store.client.get_run(run_id), run_id)
    if run.info.lifecycle_stage == "deleted":
        store.client.restore_run(run_id)
    if run.data.tags.get("kind") != "summary":
        store.client.set_tag(run_id, "kind", "summary", synchronous=True)


def find(store: Store, sweep_id: str) -> "Run | None":
    """The summary run of a sweep, the first of several; None where there is none yet."""
    return min(
        summaries.of_sweep(store, sweep_id), key=lambda run: (run.info.start_time, run.info.run_id), default=None
    )


def ask(store: Store, run_id: str) -> "Run":
    """A summary run as it is now."""
    return patiently(lambda: answers.run(store.client.get_run(run_id), run_id), store.patience)


def under_way(run: "Run") -> float:
    """How many points' worth the last heartbeat of a sweep at work had trained that was not stored."""
    try:
        worth = float(run.data.tags.get(UNDER_WAY, "0"))
    except ValueError:  # Whoever has the store may write anything.
        return 0.0
    return worth if 0 < worth < math.inf else 0.0


def is_working(run: "Run") -> bool:
    """Whether the sweep of a summary run is at work: it is RUNNING, and beats."""
    return run.info.status == "RUNNING" and abs(time.time() - summaries.last_beat(run)) <= STALE


def working(store: Store) -> str | None:
    """The summary run of the sweep that is at work, of several the one that has beaten last; None without any."""
    last = max(filter(is_working, summaries.running(store)), key=summaries.last_beat, default=None)
    return None if last is None else str(last.info.run_id)


def _settle(store: Store, sweep_id: str) -> None:
    """Of the closed summary runs of a sweep leave the last; one that holds the curve of a run becomes ``surplus``."""
    closed = [run for run in summaries.of_sweep(store, sweep_id) if run.info.status != "RUNNING"]
    for run in sorted(closed, key=lambda run: (run.info.end_time or 0, run.info.run_id))[:-1]:
        run_id = run.info.run_id
        if next(search(store, f"tags.curve_run = '{run_id}' and tags.kind = 'point'", page=1), None):
            patiently(partial(store.client.set_tag, run_id, "kind", "surplus", synchronous=True), store.patience)
        else:
            patiently(partial(store.client.delete_run, run_id), store.patience)


def _open(store: Store, plan: Plan, tags: Mapping[str, str]) -> str:
    from mlflow.entities import RunTag

    own = {**tags, "kind": "summary", "sweep_id": plan.sweep_id, "name": plan.name or "", "heartbeat": _now()}
    name = f"summary of {plan.folder}"
    existing = find(store, plan.sweep_id)
    if existing is not None:
        run_id: str = existing.info.run_id
        if UNDER_WAY in existing.data.tags:  # What an execution that was killed has left.
            own[UNDER_WAY] = "0"
        if "rerun" in existing.data.tags:  # It is given up once the sweep is executed without it.
            own.setdefault("rerun", "")
    elif is_known_database(store):
        run_id = database_writer.create_running(store, plan.sweep_id, name, own)
    else:
        run_id = _created(store, plan.sweep_id, name, own)
    store.client.log_batch(run_id, tags=[RunTag(key, value) for key, value in own.items()], synchronous=True)
    store.client.update_run(run_id, status="RUNNING", name=name)
    own = {
        key: value for key, value in own.items() if key not in ("heartbeat", UNDER_WAY)
    }  # Another execution of the sweep may have beaten since.
    answers.check(store.client, run_id, lambda run: all(run.data.tags.get(key, "") == own[key] for key in own))
    return run_id


def _created(store: Store, sweep_id: str, name: str, tags: Mapping[str, str]) -> str:
    """A new summary run, or the first, where another execution has made one at the same time."""
    run_id: str = answers.run(store.client.create_run(store.experiment_id, tags=dict(tags), run_name=name)).info.run_id
    first = find(store, sweep_id)
    if first is None:
        raise ConnectionError("the summary run was created a moment ago, and is not there")
    if first.info.run_id != run_id:
        store.client.delete_run(run_id)
    return str(first.info.run_id)


def _close_stale(store: Store, own: str) -> None:
    for run in summaries.running(store):
        if run.info.run_id != own and abs(time.time() - summaries.last_beat(run)) > STALE:
            store.client.set_terminated(run.info.run_id, "KILLED")


@contextmanager
def _beating(store: Store, run_id: str, pulse: Pulse) -> Iterator[None]:
    from mlflow.entities import RunTag

    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT):
            tags = {"heartbeat": _now(), UNDER_WAY: f"{pulse.under_way:.4g}"}
            try:
                with within(min(BEAT, store.patience)):  # The sweep's end waits for this.
                    store.client.log_batch(run_id, tags=[RunTag(*tag) for tag in tags.items()], synchronous=True)
            except Exception:  # The store is away for a while; what the sweep itself writes tells the user.
                continue

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
