"""What a sweep found along one axis, as claims that hold for every run they cover. Values only."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sweep.plan.plan import Plan
from sweep.plan.point import Value
from sweep.report.change import Cells, change
from sweep.report.judged_runs import Run
from sweep.verdict.outcome import Outcome

MOST_CLAUSES = 2
"""Parts of a sweep of which a headline speaks; of the rest it says at most that nothing converges there."""

Place = tuple[Value, ...]
"""The values of the settings that are no axis, in the order of their names."""

Tried = Sequence[tuple[Run, Cells]]


@dataclass(frozen=True)
class Claim:
    """What all runs between two values of an axis found; those that were not run are none of them.

    Parameters
    ----------
    axis, low, high : the setting, and the values from and to which, both included.
    names, places : the other settings that vary, and for which of their values.
    outcome, holds : what each of these runs found, or, where it does not hold, what none of them found.
    """

    axis: str
    low: float
    high: float
    names: tuple[str, ...]
    places: frozenset[Place]
    outcome: Outcome
    holds: bool = True

    def covers(self, cells: Cells) -> bool:
        """Whether it says something of a run with these settings."""
        return self.low <= _at(cells, self.axis) <= self.high and _place(cells, self.names) in self.places


class Stretch(NamedTuple):
    """Neighbouring values that were tried, at each of which runs have the same states; seeds may bring several."""

    low: float
    high: float
    states: frozenset[str]

    def all_are(self, outcome: Outcome) -> bool:
        """Whether every run has ``outcome``."""
        return self.states == {outcome}


@dataclass(frozen=True)
class Clause:
    """What was found along ``axis`` at ``places``, at all of them the same.

    Parameters
    ----------
    names, places : as of a :class:`Claim`.
    told : of ``names``, by which the places differ from all others, with their values.
    stretches : from the least value to the largest.
    """

    axis: str
    names: tuple[str, ...]
    places: frozenset[Place]
    told: Mapping[str, tuple[Value, ...]]
    stretches: tuple[Stretch, ...]

    def of(self, outcome: Outcome) -> list[Stretch]:
        """The stretches on which every run has ``outcome``."""
        return [each for each in self.stretches if each.all_are(outcome)]

    @property
    def converges(self) -> bool:
        """Whether any run does."""
        return any(Outcome.CONVERGED in each.states for each in self.stretches)

    @property
    def claims(self) -> list[Claim]:
        """All that may be said of it."""
        own = [
            Claim(self.axis, each.low, each.high, self.names, self.places, outcome)
            for outcome in Outcome
            for each in self.of(outcome)
        ]
        low, high = self.stretches[0].low, self.stretches[-1].high
        none = Claim(self.axis, low, high, self.names, self.places, Outcome.CONVERGED, holds=False)
        return own + [none] * (not self.converges)


@dataclass(frozen=True)
class Headline:
    """A few clauses, those of the best runs first.

    Parameters
    ----------
    values : all values of the axis that were tried, from the least.
    elsewhere : that nothing converges but at the places of some clauses, where there are more than all of these have.
    """

    clauses: Sequence[Clause]
    values: Sequence[float]
    elsewhere: Claim | None

    @property
    def claims(self) -> list[Claim]:
        """All that it says, and perhaps more."""
        own = [claim for clause in self.clauses for claim in clause.claims]
        return own + ([self.elsewhere] if self.elsewhere else [])


def headline(plan: Plan, runs: Sequence[Run], best: Collection[Run]) -> Headline | None:
    """What there is to say along lr, or along the number that changes the outcome most; None where that is nothing.

    Parameters
    ----------
    best : runs of which is spoken first.
    """
    tried = [(run, plan.cells(run.point)) for run in runs if run.verdict or run.failure]
    if not (axis := _axis(plan, tried)):
        return None
    names = tuple(name for name in plan.varying if name not in (axis, "seed"))
    by_place: dict[Place, list[tuple[Run, Cells]]] = defaultdict(list)
    for run, cells in tried:
        by_place[_place(cells, names)].append((run, cells))
    alike: dict[tuple[Stretch, ...], list[Place]] = defaultdict(list)
    for place, members in by_place.items():
        alike[_stretches(axis, members)].append(place)
    ahead = {_place(plan.cells(run.point), names) for run in best}
    told: list[Clause] = []
    for clause in _in_order(axis, names, alike, ahead):
        if len(told) < MOST_CLAUSES and (clause.of(Outcome.CONVERGED) or clause.of(Outcome.DIVERGED)):
            told.append(clause)
    if not told:
        return None
    values = sorted({_at(cells, axis) for _, cells in tried})
    here = {place for clause in told if clause.converges for place in clause.places}
    rest = by_place.keys() - here
    is_more = len(by_place) > sum(len(clause.places) for clause in told)
    none = all(run.state != Outcome.CONVERGED for place in rest for run, _ in by_place[place])
    elsewhere = None
    if is_more and none and any(clause.of(Outcome.CONVERGED) for clause in told):
        elsewhere = Claim(axis, values[0], values[-1], names, frozenset(rest), Outcome.CONVERGED, holds=False)
    return Headline(told, values, elsewhere)


def _axis(plan: Plan, tried: Tried) -> str | None:
    """The setting along which outcomes are told: a number that varies between runs that have a result."""

    def is_number(name: str) -> bool:
        numbers = (type(cells[name]) in (int, float) for _, cells in tried)
        return all(numbers) and len({cells[name] for _, cells in tried}) > 1

    found = [name for name in plan.varying if name != "seed" and is_number(name)]
    if "lr" in found:
        return "lr"
    runs, cells = [run for run, _ in tried], [each for _, each in tried]
    changes = {name: change(name, plan.varying, runs, cells) for name in found}
    most = max(found, key=lambda name: changes[name], default=None)
    return most if most and changes[most] else None


def _at(cells: Cells, axis: str) -> float:
    value = cells[axis]
    assert isinstance(value, int | float), "an axis has numbers"
    return value


def _place(cells: Cells, names: Sequence[str]) -> Place:
    return tuple(cells[name] for name in names)


def _stretches(axis: str, members: Tried) -> tuple[Stretch, ...]:
    states: dict[float, set[str]] = defaultdict(set)
    for run, cells in members:
        states[_at(cells, axis)].add(run.state)
    found = []
    for same, values in groupby(sorted(states), key=lambda value: states[value]):
        tried = list(values)
        found.append(Stretch(tried[0], tried[-1], frozenset(same)))
    return tuple(found)


def _in_order(
    axis: str,
    names: tuple[str, ...],
    alike: Mapping[tuple[Stretch, ...], Sequence[Place]],
    ahead: Collection[Place],
) -> Iterator[Clause]:
    """Clauses of all places: first of those that are ahead, of those that converge, of those that diverge somewhere."""

    def rank(stretches: tuple[Stretch, ...]) -> tuple[bool, bool, bool]:
        states = {state for each in stretches for state in each.states}
        leads = any(place in ahead for place in alike[stretches])
        return not leads, Outcome.CONVERGED not in states, Outcome.DIVERGED not in states

    everywhere = [place for places in alike.values() for place in places]
    for stretches in sorted(alike, key=rank):
        together = alike[stretches]
        parts = [together]
        if _told(names, together, everywhere) is None:
            parts = [[place] for place in sorted(together, key=lambda place: place not in ahead)]
        for part in parts:
            told = _told(names, part, everywhere)
            assert told is not None, "a place differs from all others"
            yield Clause(axis, names, frozenset(part), told, stretches)


def _told(
    names: Sequence[str], places: Sequence[Place], everywhere: Sequence[Place]
) -> dict[str, tuple[Value, ...]] | None:
    """The fewest of ``names``, with their values, that tell ``places`` from all others; None where no values do."""
    values = {name: tuple(dict.fromkeys(place[at] for place in places)) for at, name in enumerate(names)}

    def is_exact(kept: Sequence[str]) -> bool:
        asked = [(names.index(name), set(values[name])) for name in kept]
        return sum(all(place[at] in own for at, own in asked) for place in everywhere) == len(places)

    if not is_exact(names):
        return None
    kept = list(names)
    for name in reversed(
        names
    ):  # Those that come later may be there by what comes before, as an optimizer's arguments.
        if is_exact(without := [each for each in kept if each != name]):
            kept = without
    return {name: values[name] for name in kept}
