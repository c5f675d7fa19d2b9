"""Track and report some runs in a SQLite store that is thrown away: how long that takes, how many bytes they are."""

import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sweep import scratch
from sweep.cost.timing import Clock, Pairs
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.provenance import this_execution
from sweep.settings.schema import ProblemKind, Tracking
from sweep.tracking import lookup, sweeps
from sweep.tracking.location import sqlite_uri
from sweep.tracking.store import Store, open_store
from sweep.tracking.sweeps import SweepRun
from sweep.training.curve import Curve, Floats, Result

FIRST, PART, MOST = 4, 8, 384
"""Runs of the sweeps that are tracked: the first, which brings in what any does; the last at most, and what part of it
the one before is about, so that a run is their difference: a large one, beside which chance is small."""

SHOWN, LOSSES = 60_000, 4_000_000
"""Points of curves in the store, and losses in its parts, that the last one has at most: a second of work or so."""

Publish = Callable[[SweepRun, Path], object]
"""Makes the report of a sweep, and puts its files below a folder."""


@dataclass(frozen=True)
class Costs:
    """Of tracking and reporting a sweep.

    Parameters
    ----------
    opening, made : seconds until a store is made that is not there yet, and its bytes.
    begin, each : seconds until a sweep is written: whatever its runs, and for each of them more.
    report, each_report : the same of its report.
    store, run : bytes of a sweep in a store, whatever its runs, and of each of them, the report's files among them.
    """

    opening: float
    made: float
    begin: float
    each: float
    report: float
    each_report: float
    store: float
    run: float


@dataclass(frozen=True)
class _Taken:
    """By a sweep of so many ``runs``."""

    runs: int
    tracking: float
    report: float
    bytes: float


def track(
    plan: Plan, points: Sequence[Point], trained: Pairs, tracking: Tracking, publish: Publish, clock: Clock
) -> Costs:
    """Track some of ``points``, which are of ``plan``, with the curves that ``trained`` has of their kinds."""
    known = _by_kind(trained)
    chosen = [point for point in points if point.batch in known]
    longest = max(_epochs(point, known) for point in chosen)
    most = max(1, min(MOST, SHOWN // min(longest, tracking.curve_points), LOSSES // longest))
    counts = _counts(most, len(chosen))
    drawn = iter(random.Random(0).sample(chosen, sum(counts)))
    taken: list[_Taken] = []
    with scratch.folder() as scratched:
        folder = scratched / "store"  # Of its own: a store is made by who has the lock of its folder.
        began = clock()
        store = open_store(replace(tracking, uri=sqlite_uri(folder / "mlflow.db"), tags={}))
        assert store is not None, "open_store makes what is not there"
        opening, made = clock() - began, _bytes(folder)
        for count in counts:
            some = [next(drawn) for _ in range(count)]
            results = [(point, _result(point, known)) for point in some]
            taken.append(_tracked(store, replace(plan, points=tuple(some)), results, tracking, publish, folder, clock))
    return _costs(opening, made, taken)


def _counts(most: int, points: int) -> list[int]:
    """Runs of each sweep, of so many ``points`` that have no others' runs: of three, of two, or of all there are."""
    middle = max(FIRST, min(most, points) // (PART + 1))
    last = min(most, points - FIRST - middle)
    if last >= 2 * middle:
        return [FIRST, middle, last]
    first = min(FIRST, most, points)
    return [first, *([last] if (last := min(most, points - first)) else [])]


def _tracked(
    store: Store, plan: Plan, results: Pairs, tracking: Tracking, publish: Publish, folder: Path, clock: Clock
) -> _Taken:
    began, before = clock(), _bytes(folder)
    with sweeps.opened(store, plan, tracking, lookup.look(store, plan), this_execution()) as sweep:
        sweep.write(results)
        written = clock()
        publish(sweep, folder / "reports")
    return _Taken(len(results), written - began, clock() - written, _bytes(folder) - before)


def _costs(opening: float, made: float, taken: Sequence[_Taken]) -> Costs:
    """What they say of a sweep of any size; a single one is taken as it is."""
    first, last = taken[0], taken[-1]
    middle = taken[1] if len(taken) > 2 else None
    found = []
    for name in ("tracking", "report", "bytes"):
        end, begin = getattr(last, name), getattr(first, name)
        each = 0.0
        if middle:
            each = max(end - getattr(middle, name), 0.0) / (last.runs - middle.runs)
        elif last is not first:
            each = end / last.runs
        found += [max(begin - first.runs * each, 0.0), each]
    return Costs(opening, made, *found)


def _bytes(folder: Path) -> int:
    """Of the store in ``folder``: its database, with what stands in its log alone, and its files."""
    with closing(sqlite3.connect(folder / "mlflow.db")) as connection:
        pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    files = (path for path in (folder / "artifacts").rglob("*") if path.is_file())
    return int(pages * size) + sum(path.stat().st_size for path in files)


def _by_kind(trained: Pairs) -> Mapping[Hashable, Mapping[str, Result]]:
    found: dict[Hashable, dict[str, Result]] = defaultdict(dict)
    for point, result in trained:
        found[point.batch][point.key] = result
    return found


def _epochs(point: Point, known: Mapping[Hashable, Mapping[str, Result]]) -> int:
    """How long its curve is; of a training function, as long as one that was seen."""
    if point.problem is ProblemKind.function:
        return max(len(each.losses) if isinstance(each, Curve) else 0 for each in known[point.batch].values()) + 1
    return point.epochs


def _result(point: Point, known: Mapping[Hashable, Mapping[str, Result]]) -> Result:
    """What came of ``point``, or of another of its kind, as if it had made all its epochs."""
    own = known[point.batch]
    result = own[point.key] if point.key in own else list(own.values())[int(point.key[:8], 16) % len(own)]
    if not isinstance(result, Curve) or point.problem is ProblemKind.function:
        return result
    losses = _as_long(result.losses, point.epochs)
    watched = {name: _as_long(values, point.epochs + 1) for name, values in result.watched.items()}
    return replace(result, losses=losses, watched=watched, final_loss=float(losses[-1]))


def _as_long(values: Floats, count: int) -> Floats:
    """``values``, cut or gone on with: one that moved falls on, no two the same; one that rested, or is lost, stays."""
    if len(values) >= count:
        return values[:count]
    moves = len(values) == 1 or values[-1] != values[-2]
    further = values[-1] * np.linspace(1.0, 0.5 if moves else 1.0, count - len(values))
    found: Floats = np.concatenate([values, further.astype(values.dtype)])
    return found
