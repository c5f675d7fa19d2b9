"""Logistic regression against scikit-learn, autograd and torch's own loop; its theory, and classes told apart."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from sweep.data.readings import Floats
from sweep.errors import BadInput
from sweep.problem import logistic_tensors
from sweep.problem.by_tile import by_tile
from sweep.problem.cross_entropy import CrossEntropy, as_parameters, as_weights
from sweep.problem.fit import Fitted
from sweep.problem.local import local
from sweep.problem.problem import parameter_names
from sweep.settings.schema import DType, Gradient
from sweep.training.bitwise import first_difference
from tests.problem.classes import logistic, loss_in_torch, of, run, table, trained

CLASSES = pytest.mark.parametrize("classes", [2, 3, 5])
NOISE = np.random.default_rng(8)


@CLASSES
@pytest.mark.parametrize("scale", [1.0, 0.2])
def test_the_least_loss_is_that_of_scikit_learn(classes: int, scale: float) -> None:
    data = table(150, 4, classes, seed=classes)
    found = logistic(data).convexity(run(data, scale=scale))
    assert found is not None
    assert found.around is not None
    y = data.targets.astype(int)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(data.inputs, y)
    assert found.least_loss == pytest.approx(log_loss(y, theirs.predict_proba(data.inputs)), abs=1e-9)
    at = torch.tensor(found.around.optimum, dtype=torch.float64)
    assert loss_in_torch(data, at, scale).item() == pytest.approx(found.least_loss, rel=1e-12)
    if classes == 2:
        assert found.around.optimum[:-1] == pytest.approx(theirs.coef_[0] / scale, rel=1e-4)


@pytest.mark.parametrize(("inputs", "classes"), [(299, 2), (74, 4)])
def test_of_many_parameters_products_with_the_hessian_say_what_the_hessian_says(
    inputs: int, classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = table(500, inputs, classes, 0)
    problem, base = logistic(data), run(data, dtype=DType.float64)
    points = [replace(base, lr=4.0, epochs=epochs) for epochs in (1, 10, 100)]
    ends = [curve.parameters for curve in trained(data, *points)]
    exact = [problem.measure(base, end) for end in ends]
    monkeypatch.setattr("sweep.problem.logistic.MOST_CURVED", 299)
    monkeypatch.setattr(CrossEntropy, "hessian", None)
    for end, before in zip(ends, exact, strict=True):
        assert problem.measure(base, end) == pytest.approx(before, rel=1e-3)
        assert problem.measure(base, end)["lambda_max"] == pytest.approx(before["lambda_max"], rel=1e-9)


@CLASSES
def test_a_product_with_the_hessian_is_the_hessian_times_a_vector(classes: int) -> None:
    data = table(60, 3, classes, seed=1)
    model = CrossEntropy(np.column_stack([data.inputs, np.ones(60)]), data.targets.astype(np.intp), classes)
    p = np.exp(model.log_probabilities(NOISE.normal(size=(model.free, 4))))
    vector = NOISE.normal(size=4 * model.free)
    found = model.product(p, torch.from_numpy(vector))
    assert found.numpy() == pytest.approx(model.hessian(p) @ vector, rel=1e-12, abs=1e-14)


@CLASSES
def test_curvature_and_what_is_left_are_those_of_autograd(classes: int) -> None:
    data, scale = table(60, 3, classes, seed=1), 0.7
    problem = logistic(data)
    theta = torch.tensor(NOISE.normal(size=len(parameter_names(problem))))
    hessian, gradient = (
        way(lambda each: loss_in_torch(data, each, scale), theta).numpy()  # type: ignore[no-untyped-call]
        for way in (torch.autograd.functional.hessian, torch.autograd.functional.jacobian)
    )
    found = problem.measure(run(data, scale=scale), theta.tolist())
    assert found["lambda_max"] == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-10)
    assert found["left"] == pytest.approx(gradient @ np.linalg.pinv(hessian, rcond=1e-12) @ gradient / 2, rel=1e-8)
    logits = scale * data.inputs @ as_weights(theta.tolist(), problem._model.free)[:, :-1].T
    logits += as_weights(theta.tolist(), problem._model.free)[:, -1]
    likeliest = logits.argmax(axis=1) if classes > 2 else logits[:, 0] > 0
    assert found["accuracy"] == np.mean(likeliest == data.targets)


@CLASSES
@pytest.mark.parametrize("gradient", Gradient)
@pytest.mark.parametrize(("dtype", "near"), [(DType.float64, 1e-12), (DType.float32, 1e-4)])
def test_descent_is_torchs_own(classes: int, gradient: Gradient, dtype: DType, near: float) -> None:
    if gradient is Gradient.finite_difference:
        near = max(near, 1e-3)
    data = table(30, 5, classes, seed=2)
    one = run(data, lr=0.3, scale=0.5, epochs=60, dtype=dtype, gradient=gradient, delta=0.01)
    (curve,) = trained(data, one)
    theta = torch.tensor(logistic(data).start(one), dtype=torch.float64, requires_grad=True)
    optimizer, losses = torch.optim.SGD([theta], lr=0.3), []
    for _ in range(60):
        optimizer.zero_grad()
        loss = loss_in_torch(data, theta, 0.5)
        losses.append(loss.item())
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert curve.losses.tolist() == pytest.approx(losses, rel=near)
    assert curve.parameters == pytest.approx(theta.tolist(), rel=near, abs=near)


@given(
    shape=st.tuples(st.integers(3, 60), st.integers(1, 9), st.integers(2, 6), st.integers(0, 10_000)),
    dtype=st.sampled_from(DType),
    gradient=st.sampled_from([Gradient.analytic, Gradient.autograd]),
    count=st.integers(2, 70),
)
def test_a_point_has_the_bits_that_it_has_alone(
    shape: tuple[int, int, int, int], dtype: DType, gradient: Gradient, count: int
) -> None:
    samples, inputs, classes, seed = shape
    data, chance = table(max(samples, 2 * classes), inputs, classes, seed), random.Random(seed)
    base = run(data, dtype=dtype, gradient=gradient, holdout="last:0.1" if samples > 30 else "0")
    lrs, scales, epochs = [chance.uniform(0.01, 5) for _ in range(count)], [0.1, 1.0], [1, 4, 7]
    points = [
        replace(base, lr=lr, scale=chance.choice(scales), epochs=chance.choice(epochs), seed=seed)
        for seed, lr in enumerate(lrs)
    ]
    together, place = trained(data, *points), chance.randrange(count)
    (alone,) = trained(data, points[place])
    assert first_difference(alone, together[place], parameter_names(logistic(data))) == ""
    assert alone.measured == together[place].measured


@CLASSES
def test_points_of_very_many_logits_are_taken_one_by_one(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = table(60, 3, classes, 4)
    points = [run(data, lr=lr, epochs=20, dtype=DType.float64, holdout="0.2") for lr in (0.1, 0.5, 2.0)]
    shared = trained(data, *points)
    monkeypatch.setattr(logistic_tensors, "CPU_LOGITS", 40 * classes)
    monkeypatch.setattr(logistic_tensors, "by_tile", lambda function, rows, tile: by_tile(function, rows, tiles(tile)))
    seen = set[int]()

    def tiles(tile: int) -> int:
        seen.add(tile)
        return tile

    together = trained(data, *points)
    assert seen == {1, 32}  # One by one what trains; what is held out is little.
    for one, tiled, point in zip(together, shared, points, strict=True):
        (alone,) = trained(data, point)
        assert first_difference(alone, one, parameter_names(logistic(data))) == ""
        assert one.losses == pytest.approx(tiled.losses, rel=1e-12)
        assert one.parameters == pytest.approx(tiled.parameters, rel=1e-9)
        assert one.watched["holdout_accuracy"].tolist() == tiled.watched["holdout_accuracy"].tolist()


def test_a_loss_near_zero_keeps_its_digits() -> None:
    data = of(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    objective = logistic(data).objective([run(data)])
    for logit in (5.0, 20.0, 60.0):
        at = objective.start.new_tensor([[logit, 0.0]])
        assert objective.loss(at).item() == pytest.approx(math.log1p(math.exp(-logit)), rel=1e-6)
        assert objective.loss_and_gradient(at)[0].tolist() == objective.loss(at).tolist()


def test_a_curvature_that_does_not_see_the_slope_says_nothing_of_what_is_left() -> None:
    flat, steep = np.diag([0.0, 1.0]), np.array([1e-3, 1.0])
    assert local(np.array([0.0, 1.0]), flat, 0).left == 0.5
    assert local(steep * [1e-1, 1], flat, 0).left == pytest.approx(0.5)
    assert math.isnan(local(steep * [10, 1], flat, 0).left)
    assert local(np.array([1e-16, 0.0]), flat, 1e-15).left == 0
    assert math.isnan(local(np.array([1e-16, 0.0]), flat, 1e-17).left)
    assert math.isnan(local(np.array([1.0, 0.0]), np.zeros((2, 2)), 0).left)
    assert local(np.array([1.0, 1.0]), np.diag([-1.0, 1.0]), 0).left == 1
    assert math.isnan(local(np.array([np.inf, 1.0]), np.eye(2), 0).left)


@CLASSES
@pytest.mark.parametrize("size", [1e150, 1e200, 1e308])
def test_what_overflows_at_the_end_is_unknown_and_raises_nothing(classes: int, size: float) -> None:
    data = table(30, 2, classes, 0)
    wide = of(data.inputs * 1e90, data.targets)
    parameters = (size * np.linspace(-1, 1, len(parameter_names(logistic(wide))))).tolist()
    found = logistic(wide).measure(run(wide, scale=1e30), parameters)
    assert math.isnan(found["left"])
    assert 0 <= found["accuracy"] <= 1


@CLASSES
def test_weights_and_parameters_are_two_orders_of_the_same(classes: int) -> None:
    free = classes if classes > 2 else 1
    weights: Floats = NOISE.normal(size=(free, 4))
    assert as_weights(as_parameters(weights).tolist(), free).tolist() == weights.tolist()
    names = parameter_names(logistic(table(30, 3, classes, 0)))
    assert names[:2] == (("w.0", "w.1") if classes == 2 else ("w.0.0", "w.0.1"))
    assert names[-1] == ("b" if classes == 2 else f"b.{classes - 1}")


def test_the_spread_is_the_loss_of_the_shares_of_the_classes() -> None:
    data = of(np.arange(8.0)[:, None], np.array([0, 0, 0, 0, 1, 1, 2, 2]))
    problem = logistic(data)
    assert problem.spread == pytest.approx(1.5 * math.log(2))
    model = CrossEntropy(np.ones((8, 1)), data.targets.astype(int), 3)
    assert model.loss(np.log([[0.5], [0.25], [0.25]])) == pytest.approx(problem.spread, rel=1e-12)


def test_a_holdout_that_takes_a_class_away_is_refused_with_its_name() -> None:
    data = of(np.arange(10.0)[:, None], np.array([0, 1, 0, 1, 1, 0, 0, 1, 2, 2]))
    with pytest.raises(BadInput, match="leaves no sample of class c to train"):
        logistic(data, holdout="last:0.2")


@CLASSES
def test_starts_reach_as_far_as_torchs_and_confusions_are_at_the_scale_of_the_run(classes: int) -> None:
    data = table(80, 16, classes, 2)
    problem, one = logistic(data), run(data, scale=0.05)
    starts = np.array([problem.start(replace(one, seed=seed)) for seed in range(20)])
    assert 0.24 < np.abs(starts).max() <= 0.25
    parameters = tuple((10 * starts[0]).tolist())
    (found,) = problem.confusion(Fitted("", one.scale, parameters))
    assert found.right / 80 == problem.measure(one, parameters)["accuracy"]
