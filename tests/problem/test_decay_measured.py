"""Coupled weight decay: what is measured at an end is of ``F = L + ½·decay·‖θ‖²``, against autograd and ridge."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sweep.models.spec import canonical
from sweep.problem.cross_entropy import CrossEntropy
from sweep.problem.problem import parameter_count
from sweep.problem.quadratic import Quadratic
from sweep.settings.schema import DType, ProblemKind
from tests.problem import classes, tables
from tests.problem.autograd import around
from tests.problem.made import posed


@pytest.mark.parametrize("decay", [0.0, 1e-3, 0.5])
@pytest.mark.parametrize("most", [600, 1])
@pytest.mark.parametrize("kinds", [2, 3])
def test_what_is_left_of_a_logistic_loss_is_of_what_descends(
    decay: float, most: int, kinds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.problem.logistic.MOST_CURVED", most)
    if most == 1:
        monkeypatch.setattr(CrossEntropy, "hessian", None)
    data = classes.table(90, 4, kinds, 2)
    one = classes.run(data, scale=0.7, weight_decay=decay)
    problem = posed(one, data)
    theta = np.random.default_rng(1).normal(size=parameter_count(problem))
    gradient, hessian = around(lambda at: classes.loss_in_torch(data, at, 0.7), theta, decay)
    found = problem.measure(one, theta.tolist())
    rest = gradient @ torch.linalg.pinv(hessian, rtol=1e-12) @ gradient / 2
    assert found["left"] == pytest.approx(rest.item(), rel=1e-6)
    assert found["lambda_max"] == pytest.approx(torch.linalg.eigvalsh(hessian)[-1].item(), rel=1e-6)
    assert found["negative"] == 0


@pytest.mark.parametrize("dtype", DType)
def test_a_linear_layer_with_decay_has_the_least_loss_and_the_curvature_of_ridge_regression(dtype: DType) -> None:
    data = tables.table(100, 3, seed=3)
    known = tables.run(data, scale=0.5, weight_decay=0.2, dtype=dtype)
    least, quadratic = posed(known, data).least_loss(known), posed(known, data).quadratic(known)
    assert least is not None
    assert isinstance(quadratic, Quadratic)
    layer = canonical({"width": 1, "depth": 0, "activation": "identity"})
    one = replace(known, problem=ProblemKind.mlp, model=layer, code="mlp 1")
    problem = posed(one, data)
    ends = np.random.default_rng(1).normal(size=(5, 4)).astype(str(dtype)).astype(float)
    # Beside rows of another decay, each has its own.
    points = [replace(one, weight_decay=decay) for decay in (0.0, 0.2, 5.0, 0.2, 0.0)]
    found = problem.measure_all(points, ends.tolist())
    for number in (1, 3):
        assert found[number]["lambda_max"] == pytest.approx(quadratic.largest, rel=1e-9)
        assert found[number]["left"] == pytest.approx(sum(quadratic.parts(ends[number].tolist())), rel=1e-9)
        assert found[number] == problem.measure(points[number], ends[number].tolist())
    assert found[0] == problem.measure(points[0], ends[0].tolist())


@pytest.mark.parametrize("decay", [1e-3, 0.3])
def test_what_is_left_of_a_model_is_of_what_descends(decay: float) -> None:
    data = tables.table(60, 2, seed=3)
    model = canonical({"width": 5, "depth": 1, "activation": "tanh"})
    one = tables.run(data, problem=ProblemKind.mlp, model=model, code="mlp 1", weight_decay=decay)
    problem = posed(one, data)
    theta = np.random.default_rng(2).normal(size=parameter_count(problem))

    def loss(at: torch.Tensor) -> torch.Tensor:
        first, before, second, after = torch.split(at, [10, 5, 5, 1])
        hidden = torch.tanh(torch.tensor(data.inputs) @ first.view(5, 2).T + before)
        return torch.mean((hidden @ second + after - torch.tensor(data.targets)) ** 2)

    gradient, hessian = around(loss, theta, decay)
    values, ways = torch.linalg.eigh(hessian)
    parts = (gradient @ ways) ** 2 / values.abs() / 2
    found = problem.measure(one, theta.tolist())
    assert found["left"] == pytest.approx(parts.sum().item(), rel=1e-6)
    assert found["negative"] == pytest.approx(parts[values < 0].sum().item(), rel=1e-6)
    assert found["lambda_max"] == pytest.approx(values[-1].item(), rel=1e-9)
