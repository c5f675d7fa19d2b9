"""What is measured at the end of a model's run equals what theory knows, where the model is one that theory knows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from torch import Tensor

from sweep.models.spec import canonical
from sweep.problem import lanczos, network_measures
from sweep.problem.choice import problems
from sweep.problem.lanczos import Spectrum
from sweep.settings.schema import DType, ProblemKind, Start
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, point
from tests.problem.tables import table

LAYER = canonical({"width": 1, "depth": 0, "activation": "identity"})


@pytest.mark.parametrize("far", [1e140, 1e148])
def test_an_end_is_measured_however_far_it_is_while_its_loss_is_finite(far: float) -> None:
    data = table(11, 2, seed=3)
    one = point(
        problem=ProblemKind.mlp, model=LAYER, code="mlp 1", start=Start.random, scale=1e4, data=data.fingerprint
    )
    one = replace(one, dtype=DType.float64)
    found = problems({data.fingerprint: data}, [one.task])[one.task].measure(one, [far] * 3)
    x = np.column_stack([1e4 * data.inputs, np.ones(11)])
    assert found["left"] == pytest.approx(np.mean((x @ np.full(3, far) - data.targets) ** 2), rel=1e-6)


@pytest.mark.parametrize("inputs", [1, 8])
def test_a_linear_layer_has_the_least_loss_and_the_curvature_of_least_squares(inputs: int) -> None:
    data = THERMOMETER if inputs == 1 else table(100, inputs, seed=3)
    known = point(problem=ProblemKind.linear, start=Start.random, scale=0.1, dtype=DType.float64, data=data.fingerprint)
    posed = problems({data.fingerprint: data}, [known.task])[known.task]
    theory = posed.quadratic(known)
    least = posed.least_loss(known)
    assert theory is not None
    assert least is not None
    points = [
        replace(known, problem=ProblemKind.mlp, model=LAYER, code="mlp 1", lr=part * 2 / theory.largest, epochs=epochs)
        for part in (0.3, 0.9)
        for epochs in (1, 40, 500)
    ]
    curves = in_process(points, problems({data.fingerprint: data}, [points[0].task]))
    for curve in curves:
        assert curve.measured["lambda_max"] == pytest.approx(theory.largest, rel=1e-6)
        assert curve.measured["left"] == pytest.approx(curve.final_loss - least, rel=1e-6, abs=1e-12)
        assert curve.measured["negative"] == pytest.approx(0, abs=1e-12)


def test_training_is_that_of_least_squares() -> None:
    known = point(problem=ProblemKind.linear, start=Start.random, scale=0.1, dtype=DType.float64, epochs=100)
    layer = replace(known, problem=ProblemKind.mlp, model=LAYER, code="mlp 1")
    both = [
        in_process([each], problems({THERMOMETER.fingerprint: THERMOMETER}, [each.task]))[0] for each in (known, layer)
    ]
    assert np.allclose(both[0].losses, both[1].losses, rtol=1e-12, atol=0)


def test_where_a_tile_has_no_room_rows_are_measured_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    net = canonical({"width": 4, "depth": 1, "activation": "tanh"})
    base = point(problem=ProblemKind.mlp, start=Start.random, code="mlp 1", model=net, epochs=20, dtype=DType.float64)
    points = [replace(base, lr=lr, seed=seed) for lr in (1e-3, 1e-2) for seed in range(3)]
    posed = problems({THERMOMETER.fingerprint: THERMOMETER}, [base.task])
    together = in_process(points, posed)
    sizes = []
    found = lanczos.spectrum

    def seen(gradient: Tensor, product: Callable[[Tensor], Tensor], steps: int) -> Spectrum:
        sizes.append(len(gradient))
        return found(gradient, product, steps)

    monkeypatch.setattr(network_measures, "spectrum", seen)
    monkeypatch.setattr(network_measures, "MOST_BYTES", 8 * 13 * 13)
    for curve, other in zip(in_process(points, posed), together, strict=True):
        assert curve.measured == pytest.approx(dict(other.measured), rel=1e-9)
    assert sizes == [1] * 6
    monkeypatch.setattr(network_measures, "MOST_BYTES", 8 * 13 * 13 - 1)
    assert all(np.isnan(curve.measured["left"]) for curve in in_process(points, posed))
