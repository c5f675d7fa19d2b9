"""The axes of the map: the two settings that change the outcome most, and where their values lie. Values only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from sweep.plan import usage
from sweep.plan.labels import BRIEF
from sweep.plan.plan import Plan
from sweep.plan.point import Value, as_typed
from sweep.report.change import Cells, change
from sweep.report.judged_runs import Run
from sweep.report.numbers import number

ALWAYS = ("lr", "scale")
"""Settings that may be axes though they do not vary."""

ELSE = (*ALWAYS, "epochs")
"""The same of training functions, of those that they name."""


@dataclass(frozen=True)
class Along:
    """A setting along an axis.

    Parameters
    ----------
    name : its key.
    names : of a setting that is no number, or has one value, its values in the order asked for, each at its place in
        it, from 0.
    """

    name: str
    names: tuple[str, ...] = ()

    def place(self, value: Value) -> float:
        """Where ``value`` lies."""
        return float(self._places[as_typed(value)] if self.names else value or 0)

    def said(self, place: float) -> str:
        """The value at ``place``, for reading."""
        return self.names[round(place)] if self.names else number(place, BRIEF)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @property
    def reach(self) -> float:
        """How far to either side of its place a value reaches."""
        return 0.5 if self.names else 0.0


def axes(plan: Plan, runs: Sequence[Run], cells: Sequence[Cells], but: Collection[str] = ()) -> tuple[Along, ...]:
    """The two settings ``but`` those that change the outcome most, lr or the one that comes first in the plan across.

    Settings that vary can be, of those that every point uses, and lr and scale in any case, or where a point does not
    use these, whichever of :data:`ELSE` all do. Nothing where there are no two. First comes one that varies, of those
    the one with the largest :func:`change`; of some that are equal in that, as those that change nothing, a number
    before text, and then the one that the plan has first: lr, scale, epochs, and so on. Text has more room upright.
    """
    settings = list(plan.values)
    varying = [name for name in plan.varying if name not in but]

    def is_used(name: str) -> bool:
        return all(values.get(name) is not None for values in cells)

    used = list(filter(is_used, varying))
    always = filter(is_used, ELSE if any(usage.is_function(run.point) for run in runs) else ALWAYS)
    candidates = sorted({*used, *always}, key=settings.index)
    if len(candidates) < 2:
        return ()

    def is_text(name: str) -> bool:
        return any(isinstance(value, bool | str) for value in plan.values[name])

    changes = {name: change(name, plan.varying, runs, cells) if name in used else Fraction() for name in candidates}
    ranked = sorted(candidates, key=lambda name: (name not in used, -changes[name], is_text(name)))
    along = {}
    for name in sorted(ranked[:2], key=lambda name: (name != "lr", is_text(name), settings.index(name))):
        names = dict.fromkeys(as_typed(values[name]) for values in cells)
        # Where a single lr lies is told by theory's line.
        along[name] = Along(name, tuple(names) if is_text(name) or (len(names) == 1 and name != "lr") else ())
    return tuple(along.values())
