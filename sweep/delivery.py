"""Deliver spools: put results that wait under ``outputs/spool`` into their store, exactly once.

It may be repeated or killed at any moment: what the store has is not written again, and a spool is deleted only after
everything in it stands in the store. Anybody may have put a spool there: one that names another store than the user
does stays, as whoever keeps that store would be sent the credentials that this process has.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from sweep.errors import MALFORMED, BadInput
from sweep.outputs import SPOOL, closed_spool, own_spool
from sweep.plan.chunks import chunks
from sweep.redaction import HIDDEN, masked
from sweep.settings import grammar
from sweep.settings.schema import Tracking
from sweep.tracking import deadline, lookup, spool, spool_folders, spooled_leavings, sweeps, typed
from sweep.tracking.location import absolute, is_server
from sweep.tracking.spool import Spooled
from sweep.tracking.store import open_store
from sweep.training.curve import Result
from sweep.training.execute import CHUNK_LOSSES
from sweep.verdict.sentences import plural

CHUNK, CHUNK_BYTES = 1000, 64 << 20
"""Points that are written together, and bytes of what they left, or one point."""

PORTS = {"http": 80, "https": 443}

NAMED = 3
"""Damaged files that are named; of more, the number is."""


def deliver_all(given: Tracking, sweep_id: str = "") -> Iterator[str]:
    """Deliver the spools of ``sweep_id``, or all, that wait for the store ``given``; yield a line on each.

    Raises
    ------
    BadInput, StoreAway : what is not delivered stays. Of one sweep, a spool that cannot be read or waits for another
        store is named in its line alone.
    """
    left: list[BadInput] = []
    if closed_spool():
        left.append(_closed())
        yield f"{left[-1].what}; what waits there stays, and what this user must keep waits in {own_spool()}."
    for folder in spool_folders.folders(sweep_id):
        try:
            with deadline.within(given.patience):
                spooled = spool.read(folder)
            if sweep_id not in ("", spooled.plan.sweep_id):
                raise ValueError(f"plan.json: of sweep {spooled.plan.sweep_id}, which its own command delivers")
        except (OSError, BadInput, *MALFORMED) as error:
            if not folder.exists():  # Another command has delivered it meanwhile.
                continue
            left.append(_unreadable(folder, error))
            yield f"{left[-1].what}; its points are to be trained again."
            continue
        if not waits_for(spooled.tracking.uri, given.uri):
            left.append(_elsewhere(spooled, given))
            yield f"{left[-1].what}; it stays. Next: {left[-1].next_step}."
            continue
        count, odd = _deliver(spooled, replace(spooled.tracking, uri=given.uri, patience=given.patience))
        lost = f"; damaged, its points are to be trained again: {_some(spooled.damaged)}" if spooled.damaged else ""
        lost += f"; damaged, the output and files of its run are lost: {_some(odd)}" if odd else ""
        results, were = plural(len(spooled.results), "result"), "was" if count == 1 else "were"
        yield f"{folder}: {count:,} of {results} {were} new to the store{lost}{_remove(spooled, given.patience)}."
    if left and not sweep_id:
        raise left[0]


def _some(names: Sequence[str]) -> str:
    """``names``, the first of many."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _closed() -> BadInput:
    allowed, step = "a folder that this user can read and write", "let its owner run sweep sync"
    return BadInput(f"{SPOOL} is closed to this user", allowed, step)


def _unreadable(folder: Path, error: Exception) -> BadInput:
    step = "run the sweep's command again, which trains its points, then delete the folder"
    if isinstance(error, TimeoutError):
        step = "end that process, or let it go on (kill -CONT), then run this command again"
    return BadInput(
        f"{folder}: cannot be read: {error.what if isinstance(error, BadInput) else error}",
        "a spool as sweep writes it",
        "let its owner run sweep sync" if isinstance(error, PermissionError) else step,
    )


def _remove(spooled: Spooled, patience: float) -> str:
    """Delete a spool; what is to be said where that cannot be."""
    try:
        with deadline.within(patience):
            spooled.remove()
    except OSError as error:
        return f"; the folder cannot be deleted: {error.strerror or error}"
    return ""


def _elsewhere(spooled: Spooled, given: Tracking) -> BadInput:
    uri = spooled.tracking.uri
    word = shlex.quote(f"tracking.uri={grammar.word(uri)}")
    password = ", with what *** stands for," if HIDDEN in uri else ""
    return BadInput(
        f"{spooled.folder}: waits for the store {uri}, not for {masked(given.uri)}",
        "the store that the command names",
        f"if that store is yours, sweep sync {word}{password} delivers it",
    )


def waits_for(waiting: str, given: str) -> bool:
    """Whether the URI of a spool, without its secrets, is that of the store ``given``."""
    if waiting in (masked(given), re.sub("//[^/@]*@", f"//{HIDDEN}@", given)):  # Once a lone user was hidden as well.
        return True
    if is_server(waiting.lower()):
        return _address(waiting) == _address(masked(given))
    return HIDDEN not in waiting and absolute(waiting) == absolute(given)


def _address(uri: str) -> tuple[object, ...]:
    """What a server's URI says, however it is spelled: capitals, the port that it would have anyway, a last slash."""
    try:
        parts = urlsplit(uri)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return (uri,)
    user = parts.netloc.rpartition("@")[0]
    return parts.scheme, user, parts.hostname, port, parts.path.rstrip("/"), parts.query, parts.fragment


def _deliver(spooled: Spooled, tracking: Tracking) -> tuple[int, list[str]]:
    """Write what the store does not have yet, and the report.

    Returns
    -------
    How many runs were new, and which files with what they left are damaged.
    """
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
    sizes = {key: path.lstat().st_size for key, path in spooled.leavings.items() if path.exists()}
    damaged: list[str] = []
    with sweeps.opened(store, plan, tracking, known, spooled.execution) as sweep:
        for chunk in chunks(
            pairs,
            (lambda _: 1, CHUNK),
            (lambda pair: pair[0].epochs, CHUNK_LOSSES),
            (lambda pair: sizes.get(pair[0].key, 0), CHUNK_BYTES),
        ):
            sweep.write([(point, _whole(result, spooled.leavings.get(point.key), damaged)) for point, result in chunk])
        publication.publish(sweep, may_import=False)
    return len(pairs), damaged


def _whole(result: Result, left: Path | None, damaged: list[str]) -> Result:
    """``result`` with what its run ``left``; without, where that is ``damaged``."""
    if left is None:
        return result
    try:
        return replace(result, leavings=spooled_leavings.read(left))
    except (OSError, typed.Malformed):
        damaged.append(str(left))
        return result
