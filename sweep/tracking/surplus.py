"""One run a point and attempt where no store forbids a second: over http, and in databases whose tables we do not know.

A create whose answer was lost is repeated, a killed sweep leaves a run that it had not closed, and two sweeps that
overlap both write. At its end a sweep looks at all runs of its points: of several with the same key and attempt the
first to be finished stands, which is what a sweep that has ended may name; the others are deleted in MLflow, as is what
an earlier execution left unfinished.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.plan.plan import Plan
from sweep.tracking import answers, by_key
from sweep.tracking.attempt import Attempt
from sweep.tracking.lookup import number_of
from sweep.tracking.patience import patiently
from sweep.tracking.store import Store
from sweep.tracking.writers import add_tag

if TYPE_CHECKING:
    from mlflow.entities import Run


def settle(
    store: Store, plan: Plan, attempts: Mapping[str, Attempt], member_tag: str, began: int
) -> dict[str, Attempt]:
    """Delete what is surplus, and return ``attempts`` with the runs that stand.

    Parameters
    ----------
    member_tag : the tag of this sweep's runs.
    began : when this execution did, in ms since 1970: what is unfinished from before then was left by a killed one.
    """
    keys = {point.key for point in plan.points}
    finished: dict[tuple[str, int], list[Run]] = defaultdict(list)
    for run in by_key.search_keys(store, keys):
        key, number = run.data.tags["key"], number_of(run.data.tags)
        if not number:
            continue
        if run.info.status in ("FINISHED", "FAILED"):
            finished[key, number].append(run)
        elif member_tag in run.data.tags and run.info.start_time < began:
            _delete(store, run)
    standing = dict(attempts)
    for (key, number), runs in finished.items():
        first, *others = sorted(runs, key=lambda run: (run.info.end_time or 0, run.info.run_id))
        for run in others:
            _delete(store, run)
        attempt = attempts.get(key)
        if attempt and attempt.number == number and attempt.run_id != first.info.run_id:
            standing[key] = replace(attempt, run_id=first.info.run_id)
            add_tag(store, [first.info.run_id], member_tag, "true")
    return standing


def _delete(store: Store, run: "Run") -> None:
    def delete() -> None:
        store.client.delete_run(run.info.run_id)
        answers.check(store.client, run.info.run_id, lambda there: there.info.lifecycle_stage == "deleted")

    patiently(delete, store.patience)
