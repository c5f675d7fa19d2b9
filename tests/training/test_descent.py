"""The training loop against itself, and against the reference's printed numbers."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.settings.schema import DType, Gradient
from sweep.training import in_process
from sweep.training.curve import Curve
from tests.conftest import THERMOMETER, lines, point
from tests.problem.made import readings
from tests.threads import two_threads

PROBLEMS = lines(THERMOMETER)
REFERENCE = list(csv.DictReader((Path(__file__).parent.parent / "reference/seed_losses.csv").read_text().splitlines()))
SEEDS = {("1e-2", "1", "100"): point(lr=1e-2, scale=1.0, epochs=100),
         ("1e-4", "1", "100"): point(lr=1e-4, scale=1.0, epochs=100),
         ("1e-2", "0.1", "5000"): point()}  # fmt: skip


def train(*points: object) -> list[Curve]:
    return in_process.in_process(points, PROBLEMS)  # type: ignore[arg-type]


def test_analytic_gradient_prints_all_117_reference_losses() -> None:
    curves = dict(zip(SEEDS, train(*SEEDS.values()), strict=True))
    printed = [f"{curves[r['lr'], r['scale'], r['epochs']].losses[int(r['epoch'])]:f}" for r in REFERENCE]
    assert len(printed) == 117
    assert printed == [row["printed_loss"] for row in REFERENCE]


@pytest.mark.parametrize(("gradient", "tolerance"), [(Gradient.autograd, 2e-6), (Gradient.finite_difference, 2e-3)])
def test_other_gradients_stay_near_the_analytic_one_point_by_point(gradient: Gradient, tolerance: float) -> None:
    """Held while losses are below 1e6: beyond, w ± delta rounds to w and the central difference is zero."""
    exact = train(*SEEDS.values())
    other = train(*(point(lr=p.lr, scale=p.scale, epochs=p.epochs, gradient=gradient) for p in SEEDS.values()))
    for a, b in zip(exact, other, strict=True):
        held = np.nan_to_num(a.losses.astype(np.float64), nan=np.inf) < 1e6
        assert held.any()
        np.testing.assert_allclose(b.losses[held], a.losses[held], rtol=tolerance)


def test_end_points_are_those_the_reference_prints() -> None:
    ends = [torch.tensor(curve.parameters) for curve in train(*SEEDS.values())]
    assert [str(end) for end in ends] == [
        "tensor([nan, nan])", "tensor([ 0.2327, -0.0438])", "tensor([  5.3671, -17.3012])"
    ]  # fmt: skip


LRS, SCALES = st.sampled_from([1e-5, 1e-4, 3.4e-4, 1e-3, 1e-2, 3.3e-2, 0.5]), st.sampled_from([1.0, 0.1, 0.03])
POINTS = st.lists(
    st.builds(
        point,
        lr=LRS,
        scale=SCALES,
        epochs=st.integers(1, 60),
        init=st.sampled_from([(1.0, 0.0), (0.5, -15.0), (-3.0, 4.0)]),
        gradient=st.sampled_from(Gradient),
        dtype=st.sampled_from(DType),
    ),
    min_size=1,
    max_size=12,
)


def bits(curve: Curve) -> tuple[object, ...]:
    ends = np.array([*curve.parameters, curve.final_loss])
    return curve.losses.dtype, curve.losses.tobytes(), ends.tobytes(), curve.stalled


@given(points=POINTS)
def test_batched_rows_equal_single_runs_bit_for_bit(points: list[object]) -> None:
    assert [bits(curve) for curve in train(*points)] == [bits(train(one)[0]) for one in points]


def test_points_with_different_deltas_are_not_trained_with_one() -> None:
    central = [point(gradient=Gradient.finite_difference, delta=delta, epochs=30) for delta in (0.1, 10.0)]
    batch = [bits(curve) for curve in train(*central)]
    assert batch == [bits(train(one)[0]) for one in central]
    assert batch[0] != batch[1]


@given(points=POINTS, order=st.randoms(use_true_random=False))
def test_the_order_of_points_does_not_matter(points: list[object], order: object) -> None:
    places = list(range(len(points)))
    order.shuffle(places)  # type: ignore[attr-defined]
    straight, shuffled = train(*points), train(*(points[place] for place in places))
    assert [bits(curve) for curve in shuffled] == [bits(straight[place]) for place in places]


@given(lr=LRS, scale=SCALES, short=st.integers(1, 50), more=st.integers(1, 50))
def test_a_short_run_is_the_prefix_of_a_long_one(lr: float, scale: float, short: int, more: int) -> None:
    first, second = (train(point(lr=lr, scale=scale, epochs=count))[0] for count in (short, short + more))
    assert first.losses.tobytes() == second.losses[:short].tobytes()
    following = float(second.losses[short])
    assert first.final_loss == following or (math.isnan(first.final_loss) and math.isnan(following))


@pytest.mark.parametrize("samples", [2, 1000, 32_769, 50_001])
@pytest.mark.parametrize("dtype", list(DType))
@two_threads()
def test_many_readings_leave_a_batch_equal_to_its_points(samples: int, dtype: DType) -> None:
    """Past 32,768 readings two torch threads would split a sum differently in a batch and alone."""
    noise = np.random.default_rng(samples)
    many = readings(noise.normal(size=samples), noise.normal(size=samples))
    data = lines(many)
    points = [
        point(lr=lr, scale=1.0, epochs=4, dtype=dtype, data=many.fingerprint) for lr in (0.01, 0.1, 0.7, 1.3, 5.0)
    ]
    batch = in_process.in_process(points, data)
    assert [bits(c) for c in batch] == [bits(in_process.in_process([p], data)[0]) for p in points]


def test_a_run_at_a_fixed_point_of_its_dtype_is_stalled() -> None:
    slow, later = (point(lr=1e-6, scale=1.0, init=(0.5, -15.0), epochs=count) for count in (1000, 1300))
    assert [curve.stalled for curve in train(slow, later)] == [False, True]


@two_threads()
def test_training_leaves_the_thread_count_of_torch_alone() -> None:
    train(point(epochs=3))
    assert torch.get_num_threads() == 2
