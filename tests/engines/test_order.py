"""How points of models are cut: full tiles, whatever the order of the grid, and no fewer than are computed at once."""

import itertools
from collections.abc import Sequence

import pytest

from sweep.engines.cut import Cutter
from sweep.models.tile import seated
from sweep.plan.plan import Plan
from sweep.plan.point import Point
from sweep.settings.schema import DType
from tests.problem.posed import asked, planned, spec


def cuts(posed: Plan, workers: int, seconds_a_point: float, hurried: bool = False) -> list[Sequence[Point]]:
    """The chunks, each point taking its time."""
    cutter, found = Cutter(posed.points, posed.problems, workers, hurried=hurried), []
    while chunk := cutter.next():
        found.append(chunk)
        cutter.learn(chunk, seconds_a_point * len(chunk))
    assert {point.key for chunk in found for point in chunk} == {point.key for point in posed.points}
    assert sum(map(len, found)) == len(posed.points)
    return found


def test_models_are_cut_where_a_tile_ends_and_none_has_points_of_several_models() -> None:
    """Of a grid whose fastest axis is a model's: in its own order each chunk would have a tile of each model."""
    grid = itertools.product(range(40), (2, 3, 4))
    posed = planned([asked(spec("Net", width=width), seed=seed) for seed, width in grid])
    found = cuts(posed, workers=2, seconds_a_point=10.0, hurried=True)
    assert [len(chunk) for chunk in found] == [32, 8, 32, 8, 32, 8]
    assert all(len({point.model for point in chunk}) == 1 for chunk in found)


@pytest.mark.parametrize("dtype", [DType.float32, DType.float64])
def test_points_of_a_tile_have_all_of_its_places(dtype: DType) -> None:
    posed = planned([asked(spec("Net", width=3), seed=seed, dtype=dtype) for seed in range(320)])
    (problem,) = posed.problems.values()
    tiling = problem.objective(posed.points[:1]).tiling  # type: ignore[attr-defined]
    assert tiling.period > 1
    tiles = [
        len(seated([point.place for point in chunk], tiling.rows, tiling.period).taken) // tiling.rows
        for chunk in cuts(posed, workers=1, seconds_a_point=10.0, hurried=True)
    ]
    assert tiles[:5] == [1] * 5  # In the end places of some kinds are left.


def test_runs_of_one_trajectory_are_cut_together_and_like_lengths_beside_each_other() -> None:
    grid = itertools.product((10, 20, 30), range(64))
    posed = planned([asked(spec("Net", width=3), seed=seed, epochs=epochs) for epochs, seed in grid])
    first, *_ = cuts(posed, workers=1, seconds_a_point=10.0, hurried=True)
    assert len(first) == 3 * 32
    assert len({point.trajectory for point in first}) == 32
    other = itertools.product(range(64), (10, 40))
    apart = planned(
        [asked(spec("Net", width=3), seed=2 * seed + epochs // 40, epochs=epochs) for seed, epochs in other]
    )
    found = cuts(apart, workers=1, seconds_a_point=10.0, hurried=True)
    assert [{point.epochs for point in chunk} for chunk in found] == [{40}, {40}, {10}, {10}]


def test_models_of_one_seed_are_cut_together_where_a_tile_has_no_others() -> None:
    grid = itertools.product((1e-4, 2e-4, 3e-4), range(4))
    posed = planned([asked(spec("Dropped"), seed=seed, lr=lr) for lr, seed in grid])
    found = cuts(posed, workers=1, seconds_a_point=10.0, hurried=True)
    assert [{point.seed for point in chunk} for chunk in found] == [{0}, {1}, {2}, {3}]


def test_of_many_models_no_fewer_are_cut_than_are_computed_at_once_but_for_what_is_shared_at_the_end() -> None:
    posed = planned([asked(spec("Net", width=3), seed=seed) for seed in range(640)])
    found = [len(chunk) for chunk in cuts(posed, workers=2, seconds_a_point=1.0)]
    assert found[:4] == [128, 128, 128, 128]
    assert found[4:] == [64, 32, 32]
    few = planned([asked(spec("Net", width=3), seed=seed) for seed in range(64)])
    assert [len(chunk) for chunk in cuts(few, workers=2, seconds_a_point=1.0)] == [32, 32]
