"""A rerun that was interrupted goes on: the summary run, and each run that it has made, carry its id in a tag."""

import uuid
from collections.abc import Set

from sweep.plan.plan import Plan
from sweep.tracking import summary
from sweep.tracking.lookup import Known
from sweep.tracking.store import Store

TAG = "rerun"


def begun(store: Store, plan: Plan, known: Known) -> tuple[str, Set[str]]:
    """The id of the sweep's rerun, and the keys of the points that it has trained.

    It is the one that the summary run names, which did not get to its end, else a new one.
    """
    run = summary.find(store, plan.sweep_id)
    named = run.data.tags.get(TAG, "") if run else ""
    if not named:
        return uuid.uuid4().hex, set()
    return named, {key for key, attempt in known.readable.items() if attempt.rerun == named}
