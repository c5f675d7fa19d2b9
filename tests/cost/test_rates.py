"""What a chunk takes, from what its kinds take: arithmetic."""

import pytest

from sweep.cost.rates import Rate, Rates
from sweep.settings.schema import DType
from tests.conftest import point


def test_a_tensor_takes_its_epochs_its_rows_and_its_ends() -> None:
    rate = Rate(epoch=0.1, row=0.01, batch=5.0, end=0.5, least=1, share=1.0)
    assert rate.seconds([10, 20], points=3) == pytest.approx(5.0 + 0.1 * 20 + 0.01 * 30 + 0.5 * 3)


def test_a_tile_that_is_not_full_takes_as_long_as_a_full_one() -> None:
    rate = Rate(epoch=0.0, row=0.01, least=32)
    assert rate.seconds([10], 1) == pytest.approx(rate.seconds([10] * 32, 32)) == pytest.approx(3.2)
    assert rate.seconds([10] * 33, 33) == pytest.approx(3.3)


def test_rows_that_are_lost_early_take_no_more_time_but_their_tensor_does() -> None:
    assert Rate(epoch=0.1, row=0.01, share=0.25).seconds([40] * 10, 10) == pytest.approx(0.1 * 40 + 0.01 * 100)


def test_a_chunk_takes_what_each_of_its_kinds_takes() -> None:
    points = [point(lr=lr, dtype=dtype, epochs=10) for dtype in DType for lr in (1e-2, 1e-3)]
    first, second = dict.fromkeys(each.batch for each in points)
    rates = Rates(points, {first: Rate(1.0, 0.0), second: Rate(0.0, 0.0, end=0.5)})
    assert rates.seconds(points) == pytest.approx(10 + 1.0)
    assert rates.seconds(points[1:3]) == pytest.approx(10 + 0.5)


def test_points_of_one_trajectory_are_one_row_with_the_most_epochs() -> None:
    points = [point(lr=1e-2, epochs=epochs) for epochs in (10, 30, 20)]
    assert Rates(points, {points[0].batch: Rate(0.0, 1.0, end=100.0)}).seconds(points) == pytest.approx(30 + 300)


def test_another_kind_takes_so_many_times_as_long() -> None:
    rate = Rate(1.0, 2.0, 3.0, 4.0, least=8, share=0.5)
    assert rate.times(10) == Rate(10.0, 20.0, 30.0, 40.0, least=8, share=0.5)
