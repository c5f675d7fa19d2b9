"""Deliver spools: put results that wait under ``outputs/spool`` into their store, exactly once.

It may be repeated or killed at any moment: what the store has is not written again, and a spool is deleted only after
everything in it stands in the store.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from sweep.errors import MALFORMED, BadInput
from sweep.redaction import masked
from sweep.settings.schema import Tracking
from sweep.tracking import lookup, spool, sweeps
from sweep.tracking.spool import Spooled
from sweep.tracking.store import open_store
from sweep.verdict.sentences import plural

CHUNK = 1000
"""Points that are written together."""


def deliver_all(given: Tracking, sweep_id: str = "") -> Iterator[str]:
    """Deliver the spools of ``sweep_id``, or all; yield a line on each.

    Raises
    ------
    BadInput, StoreAway : what is not delivered stays.
    """
    unreadable = []
    for folder in spool.folders(sweep_id):
        try:
            spooled = spool.read(folder)
        except (OSError, BadInput, *MALFORMED) as error:
            reason = error.what if isinstance(error, BadInput) else str(error)
            unreadable.append(f"{folder}: cannot be read: {reason}")
            yield f"{unreadable[-1]}; its points are to be trained again."
            continue
        count = _deliver(spooled, _with_password(spooled, given))
        lost = f"; damaged, its points are to be trained again: {', '.join(spooled.damaged)}" if spooled.damaged else ""
        results, were = plural(len(spooled.results), "result"), "was" if count == 1 else "were"
        yield f"{folder}: {count:,} of {results} {were} new to the store{lost}."
    if unreadable and not sweep_id:
        raise BadInput(
            unreadable[0],
            "a spool as sweep writes it",
            "run the sweep's command again, which trains its points, then delete the folder",
        )


def _deliver(spooled: Spooled, tracking: Tracking) -> int:
    """Write what the store does not have yet, and the report; delete the spool; return how many runs were new."""
    from sweep import publication

    plan = spooled.plan
    store = open_store(tracking)
    assert store is not None, "open_store makes what is not there"
    known = lookup.look(store, plan)
    newest = known.newest
    failed = {key for key, number in spooled.numbers.items() if key in newest and newest[key].number >= number}
    rerun = spooled.execution.get("rerun", "")
    there = {key for key, attempt in known.readable.items() if not rerun or attempt.rerun == rerun}
    missing = spooled.results.keys() - there - failed
    pairs = [(point, spooled.results[point.key]) for point in plan.points if point.key in missing]
    with sweeps.opened(store, plan, tracking, known, spooled.execution) as sweep:
        for start in range(0, len(pairs), CHUNK):
            sweep.write(pairs[start : start + CHUNK])
        publication.publish(sweep)
    spooled.remove()
    return len(pairs)


def _with_password(spooled: Spooled, given: Tracking) -> Tracking:
    """The spool's tracking, with the URI of ``given`` where the spool's lacks the password."""
    if "***" not in spooled.tracking.uri:
        return spooled.tracking
    # Earlier versions hid a user without a password as well.
    if spooled.tracking.uri not in (masked(given.uri), re.sub("//[^/@]*@", "//***@", given.uri)):
        raise BadInput(
            f"{spooled.folder}: its store is {spooled.tracking.uri}, and no password is kept",
            "the same URI with its password",
            "give it as tracking.uri=… or in MLFLOW_TRACKING_URI",
        )
    return replace(spooled.tracking, uri=given.uri)
