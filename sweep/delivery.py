"""Deliver spools: put results that wait under ``outputs/spool`` into their store, exactly once.

It may be repeated or killed at any moment: what the store has is not written again, and a spool is deleted only after
everything in it stands in the store. Anybody may have put a spool there: one that names another store than the user
does stays, as whoever keeps that store would be sent the credentials that this process has.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sweep.errors import MALFORMED, BadInput
from sweep.redaction import HIDDEN, masked
from sweep.settings import grammar
from sweep.settings.schema import Tracking
from sweep.tracking import lookup, spool, sweeps
from sweep.tracking.location import absolute
from sweep.tracking.spool import Spooled
from sweep.tracking.store import open_store
from sweep.verdict.sentences import plural

CHUNK = 1000
"""Points that are written together."""


def deliver_all(given: Tracking, sweep_id: str = "") -> Iterator[str]:
    """Deliver the spools of ``sweep_id``, or all, that wait for the store ``given``; yield a line on each.

    Raises
    ------
    BadInput, StoreAway : what is not delivered stays. Of one sweep, a spool that cannot be read or waits for another
        store is named in its line alone.
    """
    left: list[BadInput] = []
    for folder in spool.folders(sweep_id):
        try:
            spooled = spool.read(folder)
        except (OSError, BadInput, *MALFORMED) as error:
            if not folder.exists():  # Another command has delivered it meanwhile.
                continue
            left.append(_unreadable(folder, error))
            yield f"{left[-1].what}; its points are to be trained again."
            continue
        if not _waits_for(spooled.tracking.uri, given.uri):
            left.append(_elsewhere(spooled, given))
            yield f"{left[-1].what}; it stays. Next: {left[-1].next_step}."
            continue
        count = _deliver(spooled, replace(spooled.tracking, uri=given.uri, patience=given.patience))
        lost = f"; damaged, its points are to be trained again: {', '.join(spooled.damaged)}" if spooled.damaged else ""
        results, were = plural(len(spooled.results), "result"), "was" if count == 1 else "were"
        yield f"{folder}: {count:,} of {results} {were} new to the store{lost}."
    if left and not sweep_id:
        raise left[0]


def _unreadable(folder: Path, error: Exception) -> BadInput:
    return BadInput(
        f"{folder}: cannot be read: {error.what if isinstance(error, BadInput) else error}",
        "a spool as sweep writes it",
        "run the sweep's command again, which trains its points, then delete the folder",
    )


def _elsewhere(spooled: Spooled, given: Tracking) -> BadInput:
    uri = spooled.tracking.uri
    word = shlex.quote(f"tracking.uri={grammar.word(uri)}")
    password = ", with what *** stands for," if HIDDEN in uri else ""
    return BadInput(
        f"{spooled.folder}: waits for the store {uri}, not for {masked(given.uri)}",
        "the store that the command names",
        f"if that store is yours, python -m sweep.sync {word}{password} delivers it",
    )


def _waits_for(waiting: str, given: str) -> bool:
    """Whether the URI of a spool, without its secrets, is that of the store ``given``."""
    if waiting in (masked(given), re.sub("//[^/@]*@", f"//{HIDDEN}@", given)):  # Once a lone user was hidden as well.
        return True
    return HIDDEN not in waiting and absolute(waiting) == absolute(given)


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
