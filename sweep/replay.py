"""``python -m sweep.replay``: train runs again from what the store holds of them, and compare bit for bit.

Settings come from the plan, readings from the data artifact (or, where they stayed out of the store, from the recorded
path), each checked against its key or fingerprint; nothing of ``conf/`` but the store's address enters.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sweep.console.command import SWEEP, Command, Which, codes, opened
from sweep.errors import BadInput, Exit, printable
from sweep.models.importing import importable_here

if TYPE_CHECKING:
    from sweep.tracking.record import SweepRecord
    from sweep.tracking.store import Store

RUN_ID = re.compile("[0-9a-f]{32}")

MOST_LINES = 40
"""Runs that are listed, of those that came out different."""


def replay(which: Which, overrides: list[str], allow: Sequence[str] = ()) -> Exit:
    """Train what ``which`` names again, by models of a user's own that are in ``allow``, and say what came of it."""
    from sweep.console import terminal
    from sweep.tracking import record
    from sweep.training.curve import Curve
    from sweep.verdict.sentences import plural

    _, store = opened(overrides)
    is_run = which is not None and RUN_ID.fullmatch(which)
    stored = record.load_run(store, which) if which and is_run else record.load(store, record.find(store, which))
    curves = {key: result for key, result in stored.results.items() if isinstance(result, Curve)}
    if not curves:
        raise BadInput("no point of the sweep has a curve", "a sweep that was trained", "run its command again")
    from sweep import retraining, trained_with  # Behind them is torch, which who is refused need not wait for.
    from sweep.training.bitwise import first_difference
    from sweep.training.devices import check_devices

    plan = replace(stored.plan, points=tuple(point for point in stored.plan.points if point.key in curves))
    retraining.check_allowed(plan.tasks, allow)
    check_devices(plan.points)
    sources, now = _sources(store, stored, set(curves)), trained_with.now()
    measured = {key for key in curves if trained_with.measures_alike(sources.get(stored.attempts[key].run_id, {}), now)}
    counts = Counter({"identical": 0, "different": 0})
    with terminal.progress(len(plan.points)) as tick:
        for point, again in retraining.trained_again(plan, curves):
            names = plan.parameters_of[point.task]
            difference = first_difference(curves[point.key], again, names, point.key in measured)
            state = "identical" if not difference else "different" if isinstance(again, Curve) else "failed"
            counts[state] += 1
            if difference and counts["different"] + counts["failed"] <= MOST_LINES:
                run_id = stored.attempts[point.key].run_id
                print(printable(f"{stored.plan.setting(point)}, run {run_id}: {difference}"))
            tick()
    totals = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    verdict = "identical, bit for bit" if counts["identical"] == len(curves) else totals
    epochs = sum(len(curve.losses) + curve.is_named for curve in curves.values())
    print(
        f"Replayed {plural(len(curves), 'run')} of sweep {stored.plan.sweep_id[:8]}, "
        f"{plural(epochs, 'epoch')}: {verdict}."
    )
    if left := sum(bool(curves[key].measured) and not curves[key].is_named for key in curves.keys() - measured):
        print(f"Of {plural(left, 'run')} the curve and the end alone: what else was measured was by another torch.")
    for line in (*retraining.changed(plan), *trained_with.since(sources.values(), now)):
        print(printable(line))
    return Exit.DIFFERENT if counts["different"] else Exit.POINT_FAILED if counts["failed"] else Exit.OK


def _sources(store: "Store", stored: "SweepRecord", keys: set[str]) -> dict[str, dict[str, str]]:
    """By the id of a run, what it was trained with."""
    from sweep.tracking import membership, record
    from sweep.tracking.search import search
    from sweep.trained_with import source

    ids = {stored.attempts[key].run_id for key in keys}
    if len(ids) == 1:
        (run_id,) = ids
        return {run_id: source(record.tags_of(store, run_id))}
    members = search(store, membership.condition(stored.plan.sweep_id))
    return {run.info.run_id: source(run.data.tags) for run in members if run.info.run_id in ids}


main = Command(
    name="replay",
    description="Train a run, or a sweep, again from the store alone; compare curves and end points bit for bit.",
    epilog=(
        "Exit codes: 0 identical, "
        f"{codes(Exit.BAD_INPUT, Exit.MALFORMED_FLAG, Exit.POINT_FAILED, Exit.STORE_AWAY, Exit.DIFFERENT)}."
    ),
    which="RUN | SWEEP",
    help=f"a run's id, or {SWEEP}",
    action=importable_here()(replay),
    options={
        "--allow": {
            "action": "append",
            "default": [],
            "metavar": "NAME",
            "help": "a class or function, as my_models.Net, that the store may have called; once for each",
        }
    },
)

if __name__ == "__main__":
    main()
