"""The story of ``dry_run=cost``: train a little, track a little, and say what all of it takes."""

import time
from collections.abc import Sequence
from dataclasses import replace

from sweep.cost import told
from sweep.cost.asked import BATCH, PROCESSES, Asked
from sweep.cost.forecast import Sweep, by_workers, here
from sweep.cost.measuring import measure
from sweep.cost.memory import Memory, peak
from sweep.cost.rates import Rates
from sweep.cost.timing import Clock, ending
from sweep.cost.told import Cost, Row
from sweep.cost.tracked import Publish, track
from sweep.engines.cores import cores
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import Settings


def cost(
    plan: Plan,
    todo: Sequence[Point],
    settings: Settings,
    asked: Asked,
    publish: Publish,
    *,
    fresh: bool,
    start: float,
    clock: Clock = time.perf_counter,
) -> Cost:
    """What training, tracking and reporting ``todo``, of which there is at least one, will take.

    Parameters
    ----------
    fresh : whether there is no store yet.
    start : seconds that the command has taken until now, which the sweep takes as well.
    """
    before, began = peak(), clock()
    from sweep.training.compute import compute

    importing = clock() - began
    measured = measure(todo, plan.problems, compute, clock)
    trains = peak() - before
    costs = track(plan, todo, measured.trained, settings.tracking, publish, clock)
    sweep = Sweep(
        todo,
        plan.problems,
        Rates(todo, measured.rates),
        start + costs.begin + fresh * costs.opening,
        importing + measured.making,
        costs.each,
        costs.report + len(plan.points) * costs.each_report + ending(clock),
        fresh * costs.opening,
    )
    rows = _rows(
        sweep, asked, settings.training.timeout, Memory.of(plan, todo, settings.tracking.curve_points, peak(), trains)
    )
    chosen = next((row for row in rows if row.chosen), None)
    return Cost(
        rows,
        measured.longer,
        int(fresh * costs.made + costs.store + len(todo) * costs.run),
        told.measured(measured.seconds, measured.timed, measured.kinds),
        told.shares((chosen or rows[0]).forecast, sweep),
        [
            *told.elsewhere(settings.tracking.uri),
            *told.endless(measured.longer),
            *told.alike(cores()),
            *told.unknown(asked, chosen is not None),
        ],
    )


def _rows(sweep: Sweep, asked: Asked, timeout: float | None, memory: Memory) -> list[Row]:
    """In this process; by as many workers as there are cores, and fewer; and what is asked for, where it is neither."""
    most = cores()
    counts = {2**power for power in range(most.bit_length()) if 2**power <= most} | {most}
    counts |= {asked.workers} if asked.launcher == PROCESSES else set()
    found = here(sweep)
    rows = [Row(BATCH, 0, found, memory.driver(found), None, asked.launcher == BATCH)]
    for count in sorted(counts):
        found = by_workers(sweep, count, most, timeout)
        chosen = (asked.launcher, asked.workers) == (PROCESSES, count)
        rows.append(Row(PROCESSES, count, found, memory.driver(found), memory.worker(found), chosen))
    if asked.launcher not in (BATCH, PROCESSES) and asked.workers:
        waiting = replace(sweep, opening=0.0)
        found = by_workers(waiting, asked.workers, most if asked.here else asked.workers + 1, timeout, asked.chunk)
        rows.append(Row(asked.launcher, asked.workers, found, memory.driver(found), memory.worker(found), True))
    return rows
