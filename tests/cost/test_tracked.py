"""What a run costs in a store follows from a few sweeps that are tracked; curves are as long as they will be."""

import numpy as np
import pytest

from sweep.cost import tracked
from sweep.cost.memory import Memory, peak
from sweep.cost.tracked import Costs
from sweep.plan.plan import Plan
from tests.conftest import THERMOMETER, point


@pytest.mark.parametrize(
    ("most", "points", "counts"),
    [
        *((384, 1000, [4, 42, 384]), (384, 400, [4, 42, 354]), (256, 40, [4, 4, 32]), (10, 1000, [4, 4, 10])),
        *((256, 16, [4, 4, 8]), (256, 15, [4, 11]), (256, 5, [4, 1]), (256, 3, [3]), (1, 100, [1, 1]), (1, 1, [1])),
    ],
)
def test_no_sweep_takes_another_s_points_and_none_is_empty(most: int, points: int, counts: list[int]) -> None:
    assert tracked._counts(most, points) == counts
    assert sum(counts) <= points


def test_a_run_is_the_difference_of_two_sweeps_and_what_any_sweep_takes_is_the_rest_of_the_first() -> None:
    def taken(runs: int, cold: float) -> tracked._Taken:
        return tracked._Taken(runs, 1 + cold + 0.01 * runs, 2 + cold + 0.02 * runs, 1000 + 30 * runs)

    found = tracked._costs(5.0, 700.0, [taken(4, 0.5), taken(100, 0.0), taken(200, 0.0)])
    assert vars(found) == pytest.approx(vars(Costs(5.0, 700.0, 1.5, 0.01, 2.5, 0.02, 1000.0, 30.0)))
    single = tracked._costs(5.0, 700.0, [taken(3, 0.5)])
    assert vars(single) == pytest.approx(vars(Costs(5.0, 700.0, 1.53, 0.0, 2.56, 0.0, 1090.0, 0.0)))


def test_a_short_curve_goes_on_as_one_that_falls_rests_or_is_lost() -> None:
    falls, rests, lost = (np.array(each, np.float32) for each in ([4, 2], [4, 2, 2], [4, np.inf, np.nan, np.nan]))
    longer = tracked._as_long(falls, 100)
    assert longer.dtype == np.float32
    assert (len(longer), longer[:2].tolist()) == (100, [4, 2])
    assert (np.diff(longer[2:]) < 0).all()
    assert tracked._as_long(rests, 5).tolist() == [4, 2, 2, 2, 2]
    assert str(tracked._as_long(lost, 6).tolist()) == "[4.0, inf, nan, nan, nan, nan]"
    assert tracked._as_long(longer, 2).tolist() == [4, 2]


def test_memory_grows_with_the_points_and_by_workers_training_is_elsewhere() -> None:
    from sweep.cost.forecast import Forecast

    def memory(count: int) -> Memory:
        points = tuple(point(lr=1e-6 * (1 + place), epochs=100) for place in range(count))
        plan = Plan(points, {THERMOMETER.fingerprint: THERMOMETER}, 1e-3)
        return Memory.of(plan, points, 1000, base=500_000_000, trains=200_000_000)

    here, there = (Forecast(workers, 1.0, 1.0, 1.0, 1, 10, epochs=1000) for workers in (0, 2))
    few, many = memory(2000), memory(3000)  # More than a transaction has.
    assert many.driver(here) - few.driver(here) == 1000 * (15_000 + 4 * 100)
    assert few.driver(here) - few.driver(there) == 200_000_000 + 12 * 1000
    assert few.worker(there) >= 260_000_000
    assert peak() > 10_000_000
