"""Train some points of each kind for two seconds in all, and time it."""

import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sweep.cost import functions
from sweep.cost.at_work import at_work
from sweep.cost.kinds import Kind, kinds_of, some
from sweep.cost.rates import Rate
from sweep.cost.timing import Clock, Pairs, Stand
from sweep.engines.order import tile_of
from sweep.plan.chunks import chunks
from sweep.plan.point import Point
from sweep.problem.function import Function
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training.curve import Compute, Curve
from sweep.training.execute import bounds

SECONDS = 2.0
"""That points train in all, at most: but for the first epoch of a kind's first tile, which takes what it takes."""

GROWTH = 4
"""Times as many epochs as before, until they take long enough."""

WIDER = 8
"""Times as many rows as before, until a chunk has no more, or there is no time: where these two end, a line begins."""

CALLS = 4
"""Times that what so many rows take must fit into the time that is left: calls are made twice, and one more."""

TILE_PART = 0.3
"""Of the seconds of a kind, for its tile; the rest is for as many points as a chunk has."""

CURVED = 80
"""Epochs of a point that the curvature at its end takes about, where there is no time to measure it."""

LEAST = 1e-3
"""Part of their epochs that rows are at work in at least: what never is takes no time, and tells nothing."""


@dataclass(frozen=True)
class Measured:
    """What was found.

    Parameters
    ----------
    rates : of each kind, by its name; of those that there was no time for, from another by their labour.
    trained : points of some kinds, with what came of them after fewer epochs than they are to make, or as many.
    making : seconds until the first tile trains: torch is brought in, models are made and tried.
    seconds : that points trained.
    kinds, timed : how many kinds there are, and how many of them trained.
    longer : whether some take longer than that, nobody knows how much.
    """

    rates: Mapping[Hashable, Rate]
    trained: Pairs
    making: float
    seconds: float
    kinds: int
    timed: int
    longer: bool


def measure(
    points: Sequence[Point],
    problems: Mapping[Task, Problem],
    compute: Compute,
    clock: Clock = time.perf_counter,
    seconds: float = SECONDS,
) -> Measured:
    """Time ``compute`` on some of ``points``, of which there is at least one, for at most so many ``seconds``."""
    began = clock()
    kinds = kinds_of(points, problems)
    most = len(next(chunks(points, *bounds(problems))))
    making = clock() - began
    stand = Stand(problems, compute, clock)
    rates: dict[Hashable, Rate] = {}
    pairs: list[Pairs] = []
    left, longer = sum(kind.labour for kind in kinds), False
    for kind in kinds:
        if rates and stand.spent >= seconds:
            break
        share = (seconds - stand.spent) * kind.labour / left
        problem = problems[kind.points[0].task]
        if isinstance(problem, Function):
            found = functions.rate(some(kind.points, functions.MOST), problem, stand, share)
            rates[kind.name], trained = found.rate, found.trained
            longer |= found.longer
        else:
            batched = _Kind(kind, stand, share)
            rates[kind.name], trained = batched.rate(min(most, len(kind.points))), batched.trained
            making += batched.making
        pairs.append(trained)
        left -= kind.labour
    timed, first = len(rates), kinds[0]
    for kind in kinds[timed:]:
        rates[kind.name] = rates[first.name].times(kind.labour / kind.epochs / (first.labour / first.epochs))
    making *= len(kinds) / timed
    return Measured(rates, list(chain(*pairs)), making, stand.spent, len(kinds), timed, longer)


class _Kind:
    """What is found of ``kind`` within about so many ``seconds``.

    Attributes
    ----------
    making : seconds until its model is made and tried.
    trained : some of its points, with what came of them.
    """

    def __init__(self, kind: Kind, stand: Stand, seconds: float) -> None:
        problem = stand.problems[kind.points[0].task]
        self._kind, self._stand, self._seconds = kind, stand, seconds
        self._tile, self._is_model = tile_of(kind.points[0], problem), bool(problem.work)
        few = some(kind.points, self._tile)
        before = stand.spent
        first, _ = stand.train(few, 1)
        stand.spent = before  # It is making, most of it.
        self._until = before + seconds
        self._few = _paced(few, stand, TILE_PART * seconds, whole=seconds)
        self.making = max(first - self._few.once, 0.0)
        self.trained = self._few.trained

    def rate(self, most: int) -> Rate:
        """Its rate, where a chunk has so many points at ``most``."""
        least = self._tile if self._is_model else 1
        fewer, many = self._few, self._wider(self._few, most)
        while wider := many and self._wider(many, most):
            fewer, many = many, wider
        found = _between(fewer, many, least) if many else _straight(fewer, least)
        self.trained = (many or fewer).trained
        is_curved = self._is_model and self._kind.points[0].curvature
        return replace(found, end=found.end + self._curvature()) if is_curved else found

    def _wider(self, last: "_Paced", most: int) -> "_Paced | None":
        """The same of more rows, of ``most`` at most; None where a chunk has no more, or there is no time."""
        rows, left = len(last.trained), self._until - self._stand.spent
        taken = (last.once + last.epoch * last.telling) / rows  # More rows are cheaper each, if anything.
        more = min(most, WIDER * rows, int(left / CALLS / max(taken, 1e-9)))
        if more < min(2 * rows, most) or more <= rows:
            return None
        points = some(self._kind.points, more)
        cold, _ = self._stand.train(points, 1)  # The first time, memory is had.
        return _paced(points, self._stand, left - cold, last.telling, last.epoch * more / rows)

    def _curvature(self) -> float:
        """Seconds that the curvature at its end takes a point."""
        few = [point for point, _ in self._few.trained]
        expected = CURVED * self._few.epoch
        if expected > self._seconds / 2:
            return expected / len(few)
        taken, curved = self._stand.train(few, 1, curved=True)
        ends = next((result.measured for _, result in curved if isinstance(result, Curve)), {})
        self.trained = [
            (point, replace(result, measured=ends) if isinstance(result, Curve) else result)
            for point, result in self.trained
        ]
        return max(taken - self._few.once, 0.0) / len(few)


@dataclass(frozen=True)
class _Paced:
    """Of a tensor: seconds of its first epoch with all that is beside epochs, and of each further one.

    Attributes
    ----------
    telling : epochs of which the further ones take twice as long as the first with all beside, or as many as there are:
        what is told by fewer is drowned by chance, and is then multiplied.
    """

    once: float
    epoch: float
    epochs: int
    trained: Pairs

    @property
    def telling(self) -> int:
        longest = max(point.epochs for point, _ in self.trained)
        return max(min(GROWTH, longest), min(longest, int(2 * self.once / max(self.epoch, 1e-9))))


def _paced(
    points: Sequence[Point],
    stand: Stand,
    seconds: float,
    step: int = GROWTH,
    guess: float | None = None,
    whole: float = 0.0,
) -> _Paced:
    """Train for 1, ``step``, 4 × ``step``, … epochs, while there is time for more; the first and the last ones twice.

    What is taken is the shorter of two: another process may come between.

    Parameters
    ----------
    guess : seconds that an epoch takes at most; None: as long as the first.
    whole : seconds in which two epochs are trained at least, where there is no time for ``step``: one alone does not
        tell its own time from that of the call.
    """
    until, latest = stand.spent + seconds, stand.spent + whole
    longest = max(point.epochs for point in points)
    once, trained = taken, _ = stand.train(points, 1)
    epochs, epoch, more, limit = 1, once if guess is None else guess, min(step, longest), until
    if stand.spent + once + epoch * (more - 1) >= until:
        more, limit = min(2, longest), max(until, latest)
    while epochs < more and stand.spent + once + epoch * (more - 1) < limit:
        taken, trained = stand.train(points, more)
        limit = until
        epochs, epoch, more = more, max(taken - once, 0.0) / (more - 1), min(GROWTH * more, longest)
    if epochs > 1 and stand.spent + once + taken < until:
        once, taken = (min(before, stand.train(points, count)[0]) for before, count in ((once, 1), (taken, epochs)))
        epoch = max(taken - once, 0.0) / (epochs - 1)
    return _Paced(once, epoch, epochs, trained)


def _straight(one: _Paced, least: int) -> Rate:
    """Each row as it is in a tile."""
    rows = max(len(one.trained), least) * max(at_work(one.trained, one.epochs), LEAST)
    end = max(one.once - one.epoch, 0.0) / len(one.trained)
    return Rate(0.0, one.epoch / rows, 0.0, end, least, at_work(one.trained))


def _between(one: _Paced, many: _Paced, least: int) -> Rate:
    """A straight line through a tile and many points: an epoch costs something, and each row more."""
    few, rows = max(len(one.trained), least), len(many.trained)
    working = [max(at_work(each.trained, each.epochs), LEAST) for each in (one, many)]
    slope = (many.epoch - one.epoch) / (rows * working[1] - few * working[0])
    if not 0 < slope * few * working[0] <= one.epoch:  # Noise, or rows that are dear in company.
        slope = many.epoch / (rows * working[1])
    epoch = max(many.epoch - slope * rows * working[1], 0.0)
    end = max((many.once - many.epoch) - (one.once - one.epoch), 0.0) / (rows - len(one.trained))
    batch = max(one.once - one.epoch - end * len(one.trained), 0.0)
    return Rate(epoch, slope, batch, end, least, at_work(many.trained))
