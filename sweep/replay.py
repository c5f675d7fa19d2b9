"""``python -m sweep.replay``: train runs again from what the store holds of them, and compare bit for bit.

Settings come from the plan, readings from the data artifact (or, where they stayed out of the store, from the recorded
path), each checked against its key or fingerprint; nothing of ``conf/`` but the store's address enters.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from sweep import command_line
from sweep.errors import BadInput, Exit

if TYPE_CHECKING:
    from sweep.curve import Result
    from sweep.plan import Plan, Point
    from sweep.tracking.record import SweepRecord
    from sweep.tracking.store import Store

RUN_ID = re.compile("[0-9a-f]{32}")

MOST_LINES = 40
"""Runs that are listed, of those that came out different."""


def main() -> NoReturn:
    """Run the command line and exit with a code of :class:`sweep.errors.Exit`."""
    from sweep.guard import guard

    which, overrides = command_line.parse(
        "RUN | SWEEP",
        f"a run's id, or {command_line.SWEEP}",
        prog="python -m sweep.replay",
        description="Train a run, or a sweep, again from the store alone; compare curves and end points bit for bit.",
        epilog="Exit codes: 0 identical, 1 bad input, 2 malformed flag, 3 a point failed to execute, 5 different.",
    )
    sys.exit(guard(lambda: sys.exit(replay(which, overrides))))


def replay(which: str | None, overrides: list[str]) -> Exit:
    """Train what ``which`` names again, and say what came of it."""
    from sweep import app, terminal
    from sweep.curve import Curve
    from sweep.difference import difference
    from sweep.tracking import record

    _, store = command_line.opened(overrides)
    of_run = which is not None and RUN_ID.fullmatch(which)
    kept = record.load_run(store, which) if which and of_run else record.load(store, record.find(store, which))
    stored = {key: result for key, result in kept.results.items() if isinstance(result, Curve)}
    if not stored:
        raise BadInput("no point of the sweep has a curve", "a sweep that was trained", "run its command again")
    plan = replace(kept.plan, points=tuple(point for point in kept.plan.points if point.key in stored))
    app.check_devices(plan)
    counts = Counter({"identical": 0, "different": 0})
    with terminal.progress(len(plan.points)) as tick:
        for point, again in _trained(plan):
            words = difference(stored[point.key], again)
            state = "identical" if not words else "different" if isinstance(again, Curve) else "failed"
            counts[state] += 1
            if words and counts["different"] + counts["failed"] <= MOST_LINES:
                print(f"{kept.plan.setting(point)}, run {kept.attempts[point.key].run_id}: {words}")
            tick()
    found = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    whole = "identical, bit for bit" if counts["identical"] == len(stored) else found
    print(f"Replayed {_runs(len(stored))} of sweep {kept.plan.sweep_id[:8]}, {plan.total_epochs:,} epochs: {whole}.")
    for line in _since(_sources(store, kept, set(stored))):
        print(line)
    return Exit.DIFFERENT if counts["different"] else Exit.POINT_FAILED if counts["failed"] else Exit.OK


def _trained(plan: "Plan") -> "Iterator[tuple[Point, Result]]":
    from sweep.engine import in_process
    from sweep.execute import execute

    for chunk in execute(plan.points, plan.readings, in_process):
        yield from chunk


def _sources(store: "Store", kept: "SweepRecord", keys: set[str]) -> Counter[tuple[tuple[str, str], ...]]:
    """What the runs were trained with, each kind with the number of its runs."""
    from sweep.tracking.found import search
    from sweep.tracking.sweeps import membership

    ids = {kept.attempts[key].run_id for key in keys}
    if len(ids) == 1:
        runs = [store.client.get_run(ids.pop())]
    else:
        members = search(store, f"tags.`{membership(kept.plan)}` = 'true'")
        runs = [run for run in members if run.info.run_id in ids]
    return Counter(tuple(source(run.data.tags).items()) for run in runs)


def source(tags: Mapping[str, str]) -> dict[str, str]:
    """Versions by package, and the commit, from the tags of :func:`sweep.provenance.source_tags`."""
    found = {}
    for item in tags.get("versions", "").split(", "):
        name, _, number = item.rpartition(" ")
        found[name] = number
    commit = tags.get("mlflow.source.git.commit", "none")
    return found | {"commit": commit[:12] + (" with changes" if tags.get("git_dirty") == "true" else "")}


def _since(sources: Counter[tuple[tuple[str, str], ...]]) -> Iterator[str]:
    """What changed since the runs were trained, in a line for each kind of source."""
    from sweep.provenance import source_tags, this_execution

    now = source(source_tags(this_execution()))
    for items, count in sources.items():
        then = dict(items)
        changed = [
            f"{name} {then.get(name, 'none')} is now {now.get(name, 'none')}"
            for name in then | now
            if then.get(name) != now.get(name)
        ]
        words = ", ".join(changed) or "every version and the commit are the same"
        yield f"Since {_runs(count)} {'was' if count == 1 else 'were'} trained: {words}."


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"


if __name__ == "__main__":
    main()
