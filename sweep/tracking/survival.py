"""A store that vanishes under a sweep takes its runs along: their results, in the parts beside it, go to the spool."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from sweep.errors import StoreAway
from sweep.tracking.attempt import Attempt
from sweep.tracking.parts import DamagedPart
from sweep.tracking.patience import patiently
from sweep.tracking.results import results_of
from sweep.tracking.spool import Pairs, Spool
from sweep.tracking.sweeps import SweepRun


@contextmanager
def surviving(opening: AbstractContextManager[SweepRun], spool: Spool) -> Iterator[SweepRun]:
    """What ``opening`` opens; however that ends, its results are in its store, or in ``spool``.

    Raises
    ------
    StoreAway : the store is gone. Whatever else is raised is raised as it is.
    """
    sweep = None
    try:
        with opening as sweep:
            yield sweep
    except Exception:  # A report whose parts are gone with the store, say.
        if sweep is None:
            raise
        try:
            patiently(sweep.store.check_file, 0)
        except StoreAway as away:
            spool.take_over(away, _taken(sweep))
        raise


def _taken(sweep: SweepRun) -> Iterator[Pairs]:
    """What this execution has put into the store, as far as it can still be read, part by part."""
    before = {id(attempt) for attempt in sweep.known.newest.values()}
    parts: dict[object, dict[str, Attempt]] = {}
    for key, attempt in sweep.attempts.items():
        if id(attempt) not in before:
            parts.setdefault(attempt.address and (attempt.address.run_id, attempt.address.part), {})[key] = attempt
    for attempts in parts.values():
        with suppress(OSError, DamagedPart, StoreAway):
            results = results_of(sweep.store, sweep.plan, attempts)
            yield [(point, results[point.key]) for point in sweep.plan.points if point.key in results]
