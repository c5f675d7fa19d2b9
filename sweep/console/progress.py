"""How far a sweep is, in words; and how long it is still to take, once that can be known."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

EVERY = 0.1
"""Seconds from one time that progress is drawn to the next, at least."""

SETTLED = 3.0
"""Seconds of work that an estimate rests on at least."""

STORED = 5e-4
"""Seconds that it takes to store a point, at least: as long as none was."""

Draw = Callable[[float, str], None]
"""Draws which share is done, within [0, 1], and what is said of it."""


class Gauge:
    """What comes of what is told of ``total`` points, and when: seconds of any clock, which never goes back.

    A point is trained and then stored, and each takes time of its own: what passes until more is trained is training's,
    and what passes until one more is stored is storing's. What was before the first word, as processes that started, is
    no rule for the rest. What is new counts more than what is old.

    Attributes
    ----------
    points : that are done.
    share : that is done, of all the work, within [0, 1]; never less than before.
    """

    def __init__(self, total: int) -> None:
        self.total, self.points, self.share = total, 0, 0.0
        self._trained = self._stored = 0.0  # In points' worth.
        self._began: float | None = None
        self._passed = self._now = 0.0
        self._training, self._storing, self._chunk = _Pace(), _Pace(), _Pace()
        self._handed, self._hears = 0.0, False

    def under_way(self, worth: float, now: float) -> None:
        """That so much is trained of what is not stored."""
        self._storing.add(self._chunk)
        self._chunk, before, self._hears = _Pace(), self._trained, True
        self._trained = max(before, self._stored + worth)
        self._training.add(self._since(now, self._trained - before))
        self._handed = self._trained - self._stored
        self._look()

    def done(self, worth: float, now: float) -> None:
        """That one more is stored."""
        self._chunk.add(self._since(now, worth))
        self.points, self._stored = self.points + 1, self._stored + worth
        self._trained = max(self._trained, self._stored)
        self._look()

    def left(self) -> float | None:
        """Seconds that the rest is to take; None, where too little is known."""
        train, store = self._rates()
        if self._passed < SETTLED or (self._hears and not self._training.worth):
            return None
        return (self.total - self._trained) * train + (self.total - self._stored) * store

    def _since(self, now: float, worth: float) -> "_Pace":
        """What has passed since the last word, in which so much was done."""
        if self._began is None:
            self._began = self._now = now
            return _Pace()
        seconds, before, self._now = now - self._now, self._passed, now
        self._passed = now - self._began
        for pace in (self._training, self._storing) if self._passed else ():
            pace.fade((before / self._passed) ** 2)
        return _Pace(seconds, worth)

    def _rates(self) -> tuple[float, float]:
        """Seconds a point, of training and of storing."""
        if self._storing.worth:
            store = self._storing.each
        else:  # The first points of a chunk take what is done for all of it.
            store = self._chunk.seconds / max(self._chunk.worth, self._handed / 4, 1.0)
        return self._training.each, max(store, STORED)

    def _look(self) -> None:
        train, store = self._rates()
        worth = (train * self._trained + store * self._stored) / (train + store)
        self.share = min(max(self.share, worth / self.total), 1.0)


@dataclass
class _Pace:
    """So many points' worth in so many seconds."""

    seconds: float = 0.0
    worth: float = 0.0

    def add(self, other: "_Pace") -> None:
        self.seconds, self.worth = self.seconds + other.seconds, self.worth + other.worth

    def fade(self, by: float) -> None:
        self.seconds, self.worth = self.seconds * by, self.worth * by

    @property
    def each(self) -> float:
        return self.seconds / self.worth if self.worth else 0.0


class Shown:
    """Progress over ``total`` points that ``draw`` shows; see :class:`sweep.console.telling.Progress`."""

    def __init__(self, total: int, draw: Draw, clock: Callable[[], float] = perf_counter) -> None:
        self.gauge, self._draw, self._clock, self._due = Gauge(total), draw, clock, 0.0
        self.show()

    def __call__(self, worth: float = 1.0) -> None:
        """That a point is done."""
        self.gauge.done(worth, self._clock())
        self.show()

    def under_way(self, points: float) -> None:
        """How many points' worth is trained of what is not done."""
        self.gauge.under_way(points, self._clock())
        self.show()

    def show(self) -> None:
        """Draw, but where that was just done."""
        if (now := self._clock()) >= self._due or self.gauge.points == self.gauge.total:
            self._draw(self.gauge.share, words(self.gauge))
            self._due = now + EVERY


class Unseen:
    """Progress that nobody sees."""

    def __call__(self, worth: float = 1.0) -> None:
        """Nothing."""

    def under_way(self, points: float) -> None:
        """Nothing."""


def words(gauge: Gauge) -> str:
    """As ``12 of 40 points, 31 %, about 2 min left``."""
    points = f"{gauge.points:,} of {gauge.total:,} point{'s' * (gauge.total != 1)}"
    left = gauge.left() if gauge.points < gauge.total else None
    return f"{points}, {int(100 * gauge.share)} %" + (f", {lasting(left)} left" if left is not None else "")


def lasting(seconds: float) -> str:
    """As roughly as it can be known."""
    if seconds < 8:
        return "some seconds"
    if seconds < 55:
        return f"about {10 * round(seconds / 10)} s"
    if seconds < 3570:
        return f"about {max(round(seconds / 60), 1)} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours < 10:
        return f"about {hours} h" + (f" {10 * (minutes // 10)} min" if minutes >= 10 else "")
    return f"about {hours:,} h" if hours < 48 else f"about {round(hours / 24):,} days"
