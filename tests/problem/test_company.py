"""A model's point has the bits that it has alone, whatever it is trained beside: grids, orders and models at random."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.data.readings import Readings
from sweep.models import tile
from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.problem.choice import problems
from sweep.settings.schema import DType, ProblemKind, Start
from sweep.training.bitwise import first_difference
from sweep.training.in_process import in_process
from tests.conftest import point
from tests.problem import curved_modules


def readings(samples: int, inputs: int, classes: int = 0) -> Readings:
    drawn = np.random.default_rng(samples).normal(size=(inputs + 1, samples)).tolist()
    target = [float(each % classes) for each in range(samples)] if classes else drawn[-1]
    names = tuple(f"u{each}" for each in range(inputs))
    labels = tuple(f"c{each}" for each in range(classes))
    return Readings.of_columns(
        drawn[:-1], target, name="x", source="x", input_names=names, target_name="t", classes=labels
    )


def perceptron(data: Readings, **changes: object) -> Point:
    model = {"width": 3, "depth": 1, "activation": "tanh"} | {
        key: changes.pop(key) for key in ("width", "depth", "activation") if key in changes
    }
    own = {"start": Start.random, "scale": 1.0, "code": "mlp 1", "model": canonical(model), "data": data.fingerprint}
    return point(**own | {"problem": ProblemKind.mlp} | changes)


@st.composite
def grids(draw: st.DrawFn) -> tuple[Readings, list[Point], list[Point]]:
    """Readings, a grid of points on them, and some of these in another order."""
    classes = draw(st.sampled_from((0, 0, 2, 3)))
    samples = draw(st.sampled_from((3, 7, 11, 16, 50, 129)))
    data = readings(samples, draw(st.integers(1, 4)), classes)
    loss = "cross_entropy" if classes else draw(st.sampled_from(("mse", "huber", "l1")))
    base = perceptron(
        data,
        width=draw(st.sampled_from((1, 3, 5, 8, 17, 32))),
        depth=draw(st.integers(0, 2)),
        activation=draw(st.sampled_from(("tanh", "relu", "gelu", "sigmoid"))),
        loss=canonical(loss),
        dtype=draw(st.sampled_from(DType)),
        curvature=draw(st.booleans()),
        batch_size=draw(st.one_of(st.just(0), st.integers(max(1, samples // 7), samples))),
    )
    each = st.builds(
        lambda lr, scale, seed, epochs: replace(base, lr=lr, scale=scale, seed=seed, epochs=epochs),
        st.floats(1e-3, 30),
        st.sampled_from((1.0, 0.5)),
        st.integers(0, 2),
        st.sampled_from((1, 3, 40)),
    )
    points = draw(st.lists(each, min_size=2, max_size=60, unique_by=lambda point: point.key))
    return data, points, draw(st.lists(st.sampled_from(points), min_size=1, max_size=3, unique_by=id))


@settings(max_examples=15)
@given(grids())
def test_a_row_has_the_bits_that_it_has_alone(grid: tuple[Readings, list[Point], list[Point]]) -> None:
    data, points, some = grid
    posed = problems({data.fingerprint: data}, [points[0].task])
    curves = dict(zip([each.key for each in points], in_process(points, posed), strict=True))
    for each, again in zip(some, in_process(some, posed), strict=True):
        known = curves[each.key]
        assert not first_difference(known, again, map(str, range(len(known.parameters))))
        assert np.array_equal(list(known.measured.values()), list(again.measured.values()), equal_nan=True)
        assert known.trained == again.trained
        assert known.trained["promised"] == 1


def test_a_batch_may_be_a_tile_where_all_samples_are_computed_one_by_one() -> None:
    data = readings(700, 2)
    one = replace(perceptron(data, width=32, depth=2), batch_size=90, epochs=2, lr=0.01)
    points = [replace(one, seed=seed, lr=lr) for seed in range(3) for lr in (0.01, 0.02)]
    posed = problems({data.fingerprint: data}, [one.task])
    for each, known in zip(points, in_process(points, posed), strict=True):
        assert known.trained == {"tile": 1, "batch_tile": 32, "promised": 1, "still": 2}
        (alone,) = in_process([each], posed)
        assert not first_difference(alone, known, map(str, range(len(known.parameters))))
    (whole,) = in_process([replace(one, batch_size=0)], posed)
    assert "batch_tile" not in whole.trained


@pytest.mark.parametrize(("inputs", "width"), [(40, 8), (40, 17), (6, 3)])
@pytest.mark.parametrize("curvature", [True, False])
def test_what_has_other_bits_in_other_company_is_not_promised_and_what_is_measured_counts(
    inputs: int, width: int, curvature: bool
) -> None:
    data = readings(2, inputs)
    model = canonical({"_target_": f"{curved_modules.__name__}.Folded", "inputs": inputs, "width": width})
    one = replace(perceptron(data, problem=ProblemKind.torch, curvature=curvature), model=model, epochs=3, code="x")
    points = [replace(one, lr=0.001 * number) for number in range(1, 151)]
    posed = problems({data.fingerprint: data}, [one.task])
    found = {size: in_process(points[-size:], posed) for size in (150, 90, 7)}
    names = list(map(str, range(width + 1)))
    differ = any(
        first_difference(known, again, names)
        for each in found.values()
        for known, again in zip(reversed(found[150]), reversed(each), strict=False)
    )
    assert not differ or found[150][0].trained["promised"] == 0


def test_bits_depend_on_where_a_matrix_begins_so_that_a_place_is_the_points_own() -> None:
    """What the tile's period is for: places apart by less than it are not alike, on this machine or another."""
    data = readings(11, 2)
    one = perceptron(data, width=5, depth=2)
    objective = problems({data.fingerprint: data}, [one.task])[one.task].objective([one])
    assert objective.tiling == (32, 16, 128)  # type: ignore[attr-defined]


def test_a_place_at_an_update_is_by_the_matrices_of_its_batches() -> None:
    data = readings(64, 2)
    for size, period in ((0, None), (16, 2), (13, 16)):  # In float32, 13 leave 12 for the last update.
        one = perceptron(data, width=8, batch_size=size)
        objective = problems({data.fingerprint: data}, [one.task])[one.task].objective([one])
        assert objective.tiling.period == 2  # type: ignore[attr-defined]
        assert objective.batch_tiling == (period and (32, period, 128))  # type: ignore[attr-defined]


@pytest.mark.parametrize(("strides", "itemsize", "period"), [((11,), 4, 16), ((8, 64), 4, 2), ((16, 32), 4, 1),
                                                             ((11,), 8, 8), ((8, 64), 8, 1), ((), 4, 1)])  # fmt: skip
def test_places_repeat_where_all_matrices_are_aligned_alike(
    strides: tuple[int, ...], itemsize: int, period: int
) -> None:
    assert tile.period_of(strides, itemsize) == period


@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=300),
    st.sampled_from((1, 2, 16)),
    st.sampled_from((16, 32, 128)),
)
def test_each_row_has_a_place_of_its_own_that_is_its_number_by_the_period(
    numbers: list[int], period: int, rows: int
) -> None:
    taken, places = tile.seated(numbers, rows, period)
    assert len(taken) % rows == 0
    assert taken[places].tolist() == [*range(len(numbers))]
    assert [place % period for place in places.tolist()] == [number % period for number in numbers]
    tiles = taken.view(-1, rows)
    seated = torch.zeros(len(taken), dtype=torch.bool)
    seated[places] = True
    assert seated.view(-1, rows).any(dim=1).all()  # No tile is empty.
    assert all(
        {*each.tolist()} == {*each[own].tolist()} for each, own in zip(tiles, seated.view(-1, rows), strict=True)
    )


def test_as_few_tiles_are_taken_as_places_allow() -> None:
    assert len(tile.seated(list(range(256)), 128, 16).taken) == 256
    assert len(tile.seated([0] * 9, 128, 16).taken) == 256
