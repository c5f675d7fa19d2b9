"""Read what attempts have brought, a part at a time: of each part the rows that are asked for, and nothing else."""

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.tracking import curve_form, parts
from sweep.tracking.attempt import Attempt
from sweep.tracking.store import Store
from sweep.training.curve import Result


def results_of(store: Store, plan: Plan, attempts: Mapping[str, Attempt]) -> dict[str, Result]:
    """By key, in the order of ``plan``, what ``attempts`` at its points brought; errors as of :func:`by_part`."""
    found = {key: result for part in by_part(store, plan, attempts) for key, result in part.items()}
    return {point.key: found[point.key] for point in plan.points if point.key in found}


def by_part(
    store: Store, plan: Plan, attempts: Mapping[str, Attempt], keys: Collection[str] | None = None
) -> Iterator[dict[str, Result]]:
    """What ``attempts`` at points of ``plan`` brought, by key: first the failures, then the curves of each part.

    Parameters
    ----------
    keys : the points that are asked for, None for all: a part without any is not read, and of another no other row
        stays in memory.

    Raises
    ------
    OSError, DamagedPart : a part is missing or damaged.
    """
    failures: dict[str, Result] = {}
    curves: dict[tuple[str, str], dict[int, Point]] = {}
    for point in plan.points:
        attempt = attempts.get(point.key)
        if attempt is None or (keys is not None and point.key not in keys):
            continue
        if attempt.address is not None:
            address = attempt.address
            if curves.setdefault((address.run_id, address.part), {}).setdefault(address.row, point) is not point:
                raise parts.DamagedPart(f"{address.part}: row {address.row} is not of point {point.key}")
        elif attempt.failure is not None:
            failures[point.key] = attempt.failure
    if failures:
        yield failures
    for (run_id, part), asked in curves.items():
        yield _curves(store, plan, run_id, part, asked)


def _curves(store: Store, plan: Plan, run_id: str, part: str, asked: Mapping[int, Point]) -> dict[str, Result]:
    """Of one part the curves of the points that are ``asked`` for, by row."""
    decode = partial(parts.decode, part, longest=plan.longest, only=list(asked))
    read = store.artifacts.read(run_id, part, decode, most=parts.most_bytes(plan.longest))
    found: dict[str, Result] = {}
    for (row, point), (key, curve) in zip(asked.items(), read, strict=True):
        if key != point.key:
            raise parts.DamagedPart(f"{part}: row {row} is not of point {point.key}")
        found[key] = curve_form.curve_of(plan, point, curve, part)
    return found
