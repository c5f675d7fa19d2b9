"""What is said of how far a sweep is, and how long it still takes: by sweeps that are played, on a clock of theirs."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from sweep.console.progress import Gauge, Shown, lasting, words

OFTEN = 0.25
"""Seconds between two words of what trains."""


class Played:
    """A sweep of ``total`` points, and what its gauge says at each moment.

    Attributes
    ----------
    told : by time, the seconds that it has said to be left, and its share.
    """

    def __init__(self, total: int, now: float = 100.0) -> None:
        self.gauge, self.now = Gauge(total), now
        self.told: list[tuple[float, float | None, float]] = []

    def train(self, worth: float, seconds: float, beside: float = 0.0) -> None:
        """So much trains, evenly; that much more is trained, and not stored."""
        steps = max(int(seconds / OFTEN), 1)
        for step in range(1, steps + 1):
            self.now += seconds / steps
            self.gauge.under_way(beside + worth * step / steps, self.now)
            self.look()

    def store(self, points: int, seconds: float, worth: float = 1.0) -> None:
        """So many points are stored: a fifth of the time is before the first."""
        for number in range(points):
            self.now += seconds * (0.8 / points + 0.2 * (not number))
            self.gauge.done(worth, self.now)
            self.look()

    def look(self) -> None:
        self.told.append((self.now, self.gauge.left(), self.gauge.share))

    def said(self) -> Iterator[tuple[float, float]]:
        """The time that is left in truth, and as it was said."""
        end = self.told[-1][0]
        for now, left, _ in self.told:
            if left is not None:
                yield end - now, left

    def is_calm(self, factor: float = 1.25) -> bool:
        """Whether no two estimates of the end that follow one another are so many times apart."""
        ends = [left for _, left in self.said() if left > 1]
        return all(max(a, b) < factor * min(a, b) + OFTEN for a, b in pairwise(ends))

    def is_monotone(self) -> bool:
        shares = [share for *_, share in self.told]
        return shares == sorted(shares) and 0 <= shares[0] <= shares[-1] <= 1


def test_a_single_long_point_moves_and_its_end_is_known_within_seconds() -> None:
    played = Played(1)
    played.train(1.0, 600)
    assert played.told[len(played.told) // 2][2] == pytest.approx(0.5, abs=0.01)
    played.store(1, 0.1)
    assert all(said == pytest.approx(left, rel=0.05, abs=1) for left, said in played.said())
    assert len(list(played.said())) > 2000
    assert played.is_calm()
    assert played.is_monotone()


def test_nothing_is_said_of_the_end_before_some_seconds_have_passed_since_training_began() -> None:
    played = Played(100)
    played.now += 60  # Processes start; nobody says anything.
    for _ in range(100):
        played.train(1.0, 0.3)
        played.store(1, 0.001)
    first = next(now for now, left, _ in played.told if left is not None)
    assert 163 <= first < 164
    assert all(said == pytest.approx(left, rel=0.1, abs=1) for left, said in played.said())


def test_a_first_chunk_that_is_slow_is_forgotten() -> None:
    played = Played(100)
    played.train(10.0, 50)
    played.store(10, 0.1)
    for _ in range(9):
        played.train(10.0, 5)
        played.store(10, 0.1)
    ends = list(played.said())
    assert max(said for _, said in ends) < 600
    assert all(said < 3 * left + 1 for left, said in ends if left < 22)
    assert all(said < 1.5 * left + 1 for left, said in ends if left < 5)
    assert played.is_monotone()


def test_where_storing_takes_the_time_the_bar_does_not_run_ahead() -> None:
    played = Played(4000)
    for _ in range(4):
        played.train(1000.0, 1.0)
        played.store(1000, 9.0)
    at = {round(now - 100): share for now, _, share in played.told}
    assert 0.2 < at[10] < 0.35
    assert 0.45 < at[20] < 0.6
    assert at[40] == 1
    assert all(left / 3 - 1 < said < 3 * left + 1 for left, said in played.said())
    assert all(said == pytest.approx(left, rel=0.3, abs=1) for left, said in played.said() if left < 25)


def test_two_workers_with_uneven_chunks_are_added_up() -> None:
    """One has chunks of 2 points, the other of 20, each of a second a point; what is done is stored in no time."""
    played = Played(80)
    second, shares = 0.0, [0.0, 0.0]
    while played.gauge.points < 80:
        second += OFTEN
        shares[0] += OFTEN
        shares[1] += OFTEN
        played.now += OFTEN
        played.gauge.under_way(sum(shares), played.now)
        played.look()
        for worker, size in enumerate((2, 20)):
            if shares[worker] >= size:
                shares[worker] = 0.0
                played.store(size, 0.0)
    assert all(said == pytest.approx(left, rel=0.1, abs=1) for left, said in played.said())
    assert played.is_calm()


def test_points_count_by_their_work() -> None:
    """Of two, one has 99 times as many epochs as the other, which comes first."""
    played = Played(2)
    played.train(0.02, 1.0)
    played.store(1, 0.0, worth=0.02)
    played.train(1.98, 99.0)
    assert played.told[4][2] == pytest.approx(0.01, abs=0.005)
    assert all(said == pytest.approx(left, rel=0.1, abs=1) for left, said in played.said())


def test_an_engine_that_tells_of_whole_chunks_alone_is_known_from_its_second_one_on() -> None:
    played = Played(40)
    for _ in range(4):
        played.now += 60
        played.gauge.under_way(10.0, played.now)
        played.look()
        played.store(10, 0.1)
    ends = list(played.said())
    assert ends[0][0] == pytest.approx(120, abs=1)
    assert all(said == pytest.approx(left, abs=1) for left, said in ends)


def test_where_only_what_is_done_is_told_the_end_is_known_by_that() -> None:
    played = Played(30)
    for _ in range(30):
        played.now += 2
        played.gauge.done(1.0, played.now)
        played.look()
    assert all(said == pytest.approx(left, abs=0.1) for left, said in played.said())


def test_a_worker_that_is_lost_takes_nothing_back() -> None:
    played = Played(20)
    played.train(10.0, 10)
    played.train(0.25, 0.25)  # Once more.
    assert played.gauge.share == pytest.approx(0.5, abs=0.01)
    assert played.told[-1][1] == pytest.approx(10, rel=0.2)
    assert played.is_monotone()


def test_words_say_points_and_share_and_time() -> None:
    played = Played(40)
    assert words(played.gauge) == "0 of 40 points, 0 %"
    for _ in range(12):
        played.train(1.0, 5.0)
        played.store(1, 0.0)
    played.train(0.4, 2.0)
    assert words(played.gauge) == "12 of 40 points, 30 %, about 2 min left"
    one = Gauge(1)
    one.done(1.0, 0.0)
    assert words(one) == "1 of 1 point, 100 %"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "some seconds"), (12, "about 10 s"), (44, "about 40 s"), (56, "about 1 min"), (3500, "about 58 min"),
        (3600, "about 1 h"), (3599, "about 1 h"), (5100, "about 1 h 20 min"), (36_500, "about 10 h"),
        (200_000, "about 2 days"),
    ],
)  # fmt: skip
def test_time_is_said_roughly(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_it_is_drawn_some_times_a_second_and_at_the_end() -> None:
    drawn: list[str] = []
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 1e-3
        return now

    progress = Shown(1000, lambda share, said: drawn.append(said), clock)
    for _ in range(1000):
        progress.under_way(1.0)
        progress()
    assert drawn[0].startswith("0 of 1,000 points")
    assert drawn[-1].startswith("1,000 of 1,000 points, 100 %")
    assert 10 < len(drawn) < 60
