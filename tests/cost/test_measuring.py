"""Points train for two seconds of an injected clock, and what they take is found again."""

import math
import random
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from sweep.cost.at_work import at_work
from sweep.cost.kinds import kinds_of, some
from sweep.cost.measuring import SECONDS, measure
from sweep.cost.rates import Rates
from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.settings.schema import DType
from sweep.training.curve import Curve, Result
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, lines, point

PROBLEMS = lines(THERMOMETER)


class Machine:
    """Trains nothing, and lets the time go by that training would take."""

    def __init__(
        self,
        epoch: float,
        row: float,
        end: float = 0.0,
        start: float = 0.0,
        memory: float = 0.0,
        chance: float = 0.0,
        call: float = 0.0,
    ) -> None:
        """``memory`` : seconds a row that the first call with so many takes more; ``chance`` : part of any, at most.

        ``call`` : seconds of any, whatever it trains.
        """
        self.now, self.calls = 0.0, list[tuple[int, int]]()
        self._epoch, self._row, self._end, self._start = epoch, row, end, start
        self._memory, self._chance, self._call, self._random = memory, chance, call, random.Random(0)

    def compute(self, points: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Result]:
        epochs = max(each.epochs for each in points)
        taken = epochs * (self._epoch + self._row * len(points)) + self._end * len(points)
        taken += self._memory * len(points) * all(rows != len(points) for rows, _ in self.calls)
        self.now += taken * (1 + self._chance * self._random.random()) + self._start + self._call
        self._start = 0.0
        self.calls.append((len(points), epochs))
        return [Curve(np.arange(each.epochs, dtype=np.float32), (), 0.0, False) for each in points]

    def clock(self) -> float:
        return self.now


def grid(count: int, epochs: int, dtype: DType = DType.float32) -> list[Point]:
    return [point(lr=1e-6 * (1 + place), epochs=epochs, dtype=dtype) for place in range(count)]


@pytest.mark.parametrize(("epoch", "row", "end"), [(1e-4, 1e-7, 1e-5), (1e-6, 1e-5, 0.0), (1e-3, 1e-5, 1e-4)])
def test_what_epochs_rows_and_ends_take_is_found_again(epoch: float, row: float, end: float) -> None:
    machine, points = Machine(epoch, row, end, start=7.0), grid(1000, 2000)
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    expected = 2000 * (epoch + row * 1000) + end * 1000
    assert Rates(points, found.rates).seconds(points) == pytest.approx(expected, rel=0.02)
    assert found.making == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("epoch", "row", "end", "count"),
    [(8e-5, 1e-6, 8e-5, 10_000), (8e-5, 1e-6, 8e-5, 1000), (8e-5, 4e-6, 8e-5, 1000), (1e-4, 1e-5, 1e-5, 1000)],
)
def test_first_calls_that_are_dear_and_chance_are_not_multiplied(
    epoch: float, row: float, end: float, count: int
) -> None:
    """As on a machine where 10,000 lines of 100 epochs were told 130 s, and took 4: most of a call is no epoch."""
    machine, points = Machine(epoch, row, end, start=7.0, memory=1e-4, chance=0.3), grid(count, 100)
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    expected = 100 * (epoch + row * count) + end * count
    assert Rates(points, found.rates).seconds(points) == pytest.approx(1.15 * expected, rel=0.25)


@pytest.mark.parametrize("call", [0.1, 0.2, 0.4])
def test_a_call_that_is_dear_is_not_multiplied_where_there_is_little_time(call: float) -> None:
    """As on a machine that does much else: a sweep of three minutes was told a quarter of an hour."""
    machine, points = Machine(1e-3, 1e-5, call=call), grid(32, 1000)
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    assert Rates(points, found.rates).seconds(points) == pytest.approx(call + 1000 * (1e-3 + 1e-5 * 32), rel=0.05)
    assert machine.now <= SECONDS + 2 * call


@pytest.mark.parametrize("row", [1e-8, 1e-6, 1e-4, 1e-2])
@pytest.mark.parametrize("kinds", [1, 2])
def test_all_that_trains_takes_two_seconds_at_most(row: float, kinds: int) -> None:
    machine = Machine(row, row)
    points = [each for dtype in [*DType][:kinds] for each in grid(3000, 100_000, dtype)]
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    assert machine.now <= SECONDS + 2 * 33 * row
    assert found.timed == kinds


def test_of_a_tile_that_takes_longer_an_epoch_is_trained_and_no_more() -> None:
    machine, points = Machine(100.0, 0.0), grid(1000, 5000)
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    assert machine.calls == [(32, 1), (32, 1)]
    assert Rates(points, found.rates).seconds(points[:32]) == pytest.approx(100.0 * 5000)


def test_a_kind_that_there_is_no_time_for_is_taken_by_its_labour() -> None:
    machine = Machine(0.0, 1.0)
    points = [*grid(64, 100), *grid(32, 50, DType.float64)]
    found = measure(points, PROBLEMS, machine.compute, machine.clock)
    assert (found.timed, found.kinds) == (1, 2)
    assert Rates(points, found.rates).seconds(points[64:]) == pytest.approx(32 * 50)


def test_no_point_trains_for_more_epochs_than_it_is_to_make() -> None:
    machine = Machine(1e-9, 1e-9)
    found = measure([*grid(50, 7), *grid(100, 3)[50:]], PROBLEMS, machine.compute, machine.clock)
    assert max(epochs for _, epochs in machine.calls) == 7
    assert {len(result.losses) for _, result in found.trained if isinstance(result, Curve)} == {3, 7}


def test_runs_that_are_lost_or_at_rest_are_at_work_for_a_part_of_their_epochs() -> None:
    points = [point(lr=1e3, epochs=2000), point(lr=1e-9, epochs=2000, dtype=DType.float64)]
    trained = list(zip(points, in_process(points, PROBLEMS), strict=True))
    assert at_work(trained[:1]) < 0.05
    assert at_work(trained[1:]) == 1.0
    assert at_work(trained) == pytest.approx((at_work(trained[:1]) + 1) / 2)
    assert at_work(trained[:1], 32) == 1.0
    assert math.isnan(trained[0][1].losses[-1])


def test_kinds_come_by_their_labour_and_samples_do_not_follow_an_axis() -> None:
    points = [*grid(3, 10), *grid(2, 100, DType.float64)]
    assert [len(kind.points) for kind in kinds_of(points, PROBLEMS)] == [2, 3]
    drawn = some(range(1000), 100)
    assert drawn == sorted(set(drawn))
    assert {number % 10 for number in drawn} == set(range(10))
    assert some([1, 2], 5) == [1, 2]
