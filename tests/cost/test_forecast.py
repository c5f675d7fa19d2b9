"""What engines take, when it is known what chunks take: their own loops, without a process or a wait."""

from dataclasses import replace

import pytest

from sweep.cost.forecast import Sweep, by_workers, here
from sweep.cost.rates import Rate, Rates
from sweep.engines.cut import SECONDS
from sweep.training import execute
from tests.conftest import THERMOMETER, lines, point

PROBLEMS = lines(THERMOMETER)
POINTS = [point(lr=1e-6 * (1 + place), epochs=10) for place in range(640)]


def sweep(rate: Rate, each: float = 0.0, making: float = 1.0) -> Sweep:
    rates = Rates(POINTS, {POINTS[0].batch: rate})
    return Sweep(POINTS, PROBLEMS, rates, start=3.0, making=making, each=each, report=2.0)


def test_in_this_process_all_comes_one_after_the_other() -> None:
    found = here(sweep(Rate(0.0, 0.001, end=0.01), each=0.5))
    assert found.training == pytest.approx(6.4 + 6.4)
    assert found.tracking == pytest.approx(320)
    assert found.seconds == pytest.approx(3 + 1 + 12.8 + 320 + 2)
    assert (found.workers, found.chunks, found.largest, found.epochs) == (0, 1, 640, 6400)


def test_chunks_in_this_process_are_those_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "CHUNK_LOSSES", 1000)
    found = here(sweep(Rate(0.1, 0.0)))
    assert (found.chunks, found.largest, found.epochs) == (7, 100, 1000)
    assert found.training == pytest.approx(7 * 0.1 * 10)


def test_workers_share_what_there_is_and_each_has_its_start() -> None:
    heavy = sweep(Rate(0.0, 0.01, least=32))  # 64 s in all, a tile 3.2 s.
    one, two = (by_workers(heavy, count, cores=8) for count in (1, 2))
    assert one.seconds == pytest.approx(3 + 1 + 64 + 2)
    assert two.seconds == pytest.approx(3 + 1 + 32 + 2)
    assert (two.workers, two.chunks, two.largest) == (2, 20, 32)


def test_workers_that_start_while_a_store_is_made_are_waited_for_as_long_as_that_did_not_take() -> None:
    heavy = replace(sweep(Rate(0.0, 0.01, least=32)), opening=0.75)
    assert by_workers(heavy, 2, cores=8).seconds == pytest.approx(3 + 0.25 + 32 + 2)
    assert by_workers(heavy, 2, cores=2).seconds == pytest.approx(3 + (2 * 1 - 0.75 + 64) / 2 + 2)
    assert by_workers(replace(heavy, opening=5.0), 2, cores=2).seconds == pytest.approx(3 + 32 + 2)


def test_chunks_of_workers_are_those_that_the_engine_cuts() -> None:
    quick = sweep(Rate(0.0, 0.001))  # 100 points a second; 32 are a tile.
    assert by_workers(quick, 1, cores=8).largest == int(100 * SECONDS) // 32 * 32
    assert by_workers(quick, 1, cores=8, timeout=1.0).largest == 32
    assert by_workers(quick, 1, cores=8, lasts=4.0).largest == 384


def test_where_the_driver_writes_for_long_more_workers_bring_nothing() -> None:
    slow = sweep(Rate(0.0, 0.0001), each=0.1)
    four = by_workers(slow, 4, cores=8)
    assert four.tracking == pytest.approx(64)
    assert 3 + 1 + 64 + 2 <= four.seconds < 3 + 1 + 65 + 2


def test_workers_beyond_the_cores_take_turns() -> None:
    heavy = sweep(Rate(0.0, 0.01, least=32))
    assert by_workers(heavy, 4, cores=1).seconds == pytest.approx(3 + 4 * 1 + 64 + 2)


def test_no_more_workers_start_than_there_are_chunks() -> None:
    assert by_workers(sweep(Rate(0.0, 1e-7)), 100, cores=100).workers == 20
