"""What stands on a summary run for a list of sweeps: one tag, with what was known when the sweep began.

Once it is published, that has its counts and its best too. Nothing else reads it.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sweep.errors import MALFORMED
from sweep.plan import size
from sweep.plan.plan import Plan
from sweep.plan.point import as_typed
from sweep.verdict.outcome import Outcome

TAG = "mlflow.sweep.listed"
"""Tag of a summary run; MLflow's pages hide it."""

LONGEST, MOST = 1000, 5000
"""Characters of a text in it, and of the tag, as some stores take no more."""

VALUES = 4
"""Values of a setting that are named; of more, the least and the greatest, or how many."""

FAILED, NOT_RUN = "FAILED", "NOT RUN"
OUTCOMES = (*map(str, Outcome), FAILED, NOT_RUN)


@dataclass(frozen=True)
class Said:
    """What the tag says; the same as nothing where it is missing, or not as we write it."""

    points: int | None = None
    varied: str = ""
    row: int = size.RUN
    counts: Mapping[str, int] = field(default_factory=dict)
    best: str = ""
    loss: float | None = None


def begun(plan: Plan, curve_points: int) -> str:
    """The tag's value when a sweep begins."""
    return json.dumps(_known(plan, curve_points))


def published(plan: Plan, curve_points: int, counts: Mapping[str, int], best: tuple[str, float] | None) -> str:
    """The tag's value of a sweep that is published, with its best setting and the loss of that."""
    told = {"best": best[0][:LONGEST], "loss": best[1]} if best and math.isfinite(best[1]) else {}
    return json.dumps({**_known(plan, curve_points), "counts": dict(counts), **told})


def _known(plan: Plan, curve_points: int) -> dict[str, Any]:
    row = size.rows(plan.points, curve_points) // len(plan.points)
    return {"points": len(plan.points), "varied": varied(plan)[:LONGEST], "row": row}


def varied(plan: Plan) -> str:
    """The settings that vary, as a person would type them: few values by name, of more numbers the range."""
    return " ".join(f"{name}={_values(plan, name)}" for name in plan.varying)


def _values(plan: Plan, name: str) -> str:
    values = plan.values[name]
    if name == "data":
        return ",".join(plan.data_label(str(each)) for each in values[:VALUES]) + "…" * (len(values) > VALUES)
    if len(values) <= VALUES:
        return ",".join(map(as_typed, values))
    numbers = [each for each in values if isinstance(each, int | float)]
    if len(numbers) < len(values):
        return f"({len(values)})"
    return f"{as_typed(min(numbers))}…{as_typed(max(numbers))} ({len(values)})"


def read(value: str) -> Said:
    """What the tag with this ``value`` says."""
    try:
        told = json.loads(value) if len(value) <= MOST else {}
        known = {name: kind(told[name]) for name, kind in KINDS.items() if name in told}
    except MALFORMED:
        return Said()
    return Said(**known)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value[:LONGEST]


KINDS: Mapping[str, Callable[[Any], Any]] = {
    "points": _count,
    "row": _count,
    "varied": _text,
    "best": _text,
    "loss": float,
    "counts": lambda told: {name: _count(told[name]) for name in OUTCOMES if told.get(name)},
}
"""What makes a member of the tag a value."""
