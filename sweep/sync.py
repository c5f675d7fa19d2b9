"""``python -m sweep.sync``: put results that wait under ``outputs/spool`` into their store, exactly once.

It may be repeated or killed at any moment: what the store has is not written again, and a spool is deleted only after
everything in it stands in the store.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from sweep.errors import MALFORMED, BadInput
from sweep.settings import Tracking
from sweep.tracking import spool
from sweep.tracking.spool import Spooled

CHUNK = 1000
"""Points that are written together."""


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep.guard import guard

    parser = argparse.ArgumentParser(
        prog="python -m sweep.sync",
        description="Put results that wait under outputs/spool into the store that did not take them.",
        epilog="Exit codes: 0 nothing waits any more, 1 bad input, 2 malformed flag, 4 the store still fails.",
    )
    parser.add_argument("overrides", nargs="*", metavar="tracking.KEY=VALUE", help="a URI with its password")
    overrides = parser.parse_args().overrides
    sys.exit(guard(lambda: sync(overrides)))


def sync(overrides: list[str]) -> None:
    """Deliver every spool and say so in a line each."""
    from sweep import composed
    from sweep.app import OUTPUTS

    nothing = True
    for line in deliver_all(OUTPUTS, composed.tracking(overrides)):
        print(line, flush=True)
        nothing = False
    if nothing:
        print("Nothing waits in outputs/spool.")


def deliver_all(outputs: Path, given: Tracking, sweep_id: str = "*") -> Iterator[str]:
    """Deliver the spools of ``sweep_id``, or all; yield a line on each.

    Raises
    ------
    BadInput, StoreAway : what is not delivered stays.
    """
    unreadable = []
    for folder in spool.folders(outputs, sweep_id):
        try:
            spooled = spool.read(folder)
        except (OSError, *MALFORMED) as error:
            unreadable.append(f"{folder}: cannot be read: {error}")
            yield f"{unreadable[-1]}; its points are to be trained again."
            continue
        count = _deliver(spooled, _with_password(spooled, given), outputs)
        lost = f"; damaged, its points are to be trained again: {', '.join(spooled.damaged)}" if spooled.damaged else ""
        yield f"{folder}: {count:,} of {len(spooled.results):,} results were new to the store{lost}."
    if unreadable and sweep_id == "*":
        raise BadInput(
            unreadable[0],
            "a spool as sweep writes it",
            "run the sweep's command again, which trains its points, then delete the folder",
        )


def _deliver(spooled: Spooled, tracking: Tracking, outputs: Path) -> int:
    """Write what the store does not have yet, and the report; delete the spool; return how many runs were new."""
    from sweep.tracking import found, sweeps
    from sweep.tracking.store import open_store

    plan = spooled.plan
    store = open_store(tracking)
    assert store is not None, "open_store makes what is not there"
    attempts = found.newest_attempts(store, plan)
    whole = found.readable(store, attempts)
    failed = {key for key, number in spooled.numbers.items() if key in attempts and attempts[key].number >= number}
    pairs = [
        (point, spooled.results[point.key])
        for point in plan.points
        if point.key in spooled.results.keys() - whole.keys() - failed
    ]
    with sweeps.opened(store, plan, tracking, whole, attempts, spooled.execution) as sweep:
        for start in range(0, len(pairs), CHUNK):
            sweep.write(pairs[start : start + CHUNK])
        sweep.publish(outputs / plan.folder)
    spooled.remove()
    return len(pairs)


def _with_password(spooled: Spooled, given: Tracking) -> Tracking:
    """The spool's tracking, with the URI of ``given`` where the spool's lacks the password."""
    from sweep.secrets import without_secrets

    if "***" not in spooled.tracking.uri:
        return spooled.tracking
    if without_secrets(given.uri) != spooled.tracking.uri:
        raise BadInput(
            f"{spooled.folder}: its store is {spooled.tracking.uri}, and no password is kept",
            "the same URI with its password",
            "give it as tracking.uri=… or in MLFLOW_TRACKING_URI",
        )
    return replace(spooled.tracking, uri=given.uri)


if __name__ == "__main__":
    main()
