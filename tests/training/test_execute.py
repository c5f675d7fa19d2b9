"""Walking the plan: memory is bounded, one bad point does not take others with it, order is kept."""

import signal
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.plan.point import Point
from sweep.problem.problem import Problem
from sweep.problem.task import Task
from sweep.training import execute, in_process
from sweep.training.curve import Curve, Failure, Result
from tests.conftest import THERMOMETER, lines, point
from tests.problem.posed import asked, planned, spec

PROBLEMS = lines(THERMOMETER)


@given(
    epochs=st.lists(st.integers(1, 3000), min_size=0, max_size=40),
    losses=st.integers(1, 5000),
    rows=st.integers(11, 99),
)
def test_chunks_are_the_points_in_order_within_the_bounds(epochs: list[int], losses: int, rows: int) -> None:
    points = [point(epochs=count) for count in epochs]
    asked: list[list[Point]] = []

    def engine(chunk: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        asked.append(list(chunk))
        return [Curve(np.array([1.0]), (0.0, 0.0), 1.0, stalled=False)] * len(chunk)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "CHUNK_LOSSES", losses)
        patch.setattr(execute, "CHUNK_READINGS", rows)
        chunks = [[p for p, _ in pairs] for pairs in execute.execute(points, PROBLEMS, engine)]
    assert [p for chunk in chunks for p in chunk] == points
    assert chunks == asked
    for chunk in chunks:
        assert len(chunk) == 1 or sum(p.epochs for p in chunk) <= losses
        assert len(chunk) == 1 or len(chunk) * 11 <= rows


def test_a_chunk_of_a_model_is_bounded_by_the_orders_that_its_points_take_samples_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posed = planned(
        [asked(spec("Net"), seed=seed, epochs=1, batch_size=size) for size in (4, None) for seed in range(9)]
    )
    monkeypatch.setattr(execute, "CHUNK_READINGS", 3 * 11)
    chunks = [len(pairs) for pairs in execute.execute(posed.points, posed.problems, in_process.in_process)]
    assert chunks == [3, 3, 3 + 9]


@given(bad=st.sets(st.integers(0, 19)))
def test_points_that_raise_are_failures_and_all_others_keep_their_curves(bad: set[int]) -> None:
    points = [point(lr=0.001 * (place + 1), epochs=2) for place in range(20)]
    doomed = {points[place].key for place in bad}

    def fails(chunk: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        if any(p.key in doomed for p in chunk):
            raise MemoryError("no room")
        return in_process.in_process(chunk, problems)

    (pairs,) = execute.execute(points, PROBLEMS, fails)
    assert [p for p, _ in pairs] == points
    assert {place for place, (_, result) in enumerate(pairs) if isinstance(result, Failure)} == bad
    for p, result in pairs:
        if isinstance(result, Failure):
            assert (result.kind, result.message) == ("MemoryError", "no room")
            assert "raise MemoryError" in result.traceback
        else:
            assert result.losses.tolist() == in_process.in_process([p], PROBLEMS)[0].losses.tolist()


def test_an_engine_that_returns_too_few_curves_is_a_failure_of_its_points() -> None:
    points = [point(epochs=2), point(epochs=3)]
    (pairs,) = execute.execute(points, PROBLEMS, lambda chunk, problems: [])
    assert [p for p, _ in pairs] == points
    told = {result.message for _, result in pairs if isinstance(result, Failure)}
    assert told == {"the engine returned 0 results for 1 points"}


def test_ctrl_c_is_no_failure_of_a_point() -> None:
    def stops(chunk: Sequence[Point], problems: Mapping[Task, Problem]) -> list[Curve]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(execute.execute([point()], PROBLEMS, stops))


def test_a_ctrl_c_that_a_model_raises_in_a_worker_is_a_failure_of_its_point() -> None:
    points = [point(epochs=2), point(epochs=3)]

    def stops(chunk: Sequence[Point], problems: Mapping[Task, Problem]) -> Sequence[Result]:
        if any(each.epochs == 3 for each in chunk):
            raise KeyboardInterrupt
        return in_process.in_process(chunk, problems)

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        fine, failed = execute.isolated(points, PROBLEMS, stops)
    finally:
        signal.signal(signal.SIGINT, before)
    assert isinstance(fine, Curve)
    assert isinstance(failed, Failure)
    assert failed.sentence == "KeyboardInterrupt"
