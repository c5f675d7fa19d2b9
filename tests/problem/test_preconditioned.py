"""How curved a loss is by what an optimizer divides slopes by, against dense eigenvalues of ``P^-½·H·P^-½``."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sweep.data.readings import Floats, Readings
from sweep.models.spec import canonical
from sweep.plan.point import Point
from sweep.problem.cross_entropy import CrossEntropy
from sweep.problem.network import Network
from sweep.problem.problem import PRECONDITIONED, Problem, measured, parameter_count
from sweep.problem.tensors import one_thread
from sweep.settings.optimizers import OptimizerKind
from sweep.settings.schema import DType, ProblemKind
from sweep.training.in_process import in_process
from tests.conftest import THERMOMETER, point
from tests.problem import classes, tables
from tests.problem.autograd import around
from tests.problem.made import posed

ADAM: dict[str, Any] = {"optimizer": OptimizerKind.adam, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}


def divisors(count: int, seed: int) -> Floats:
    """From 1e-8, of a direction that had no slope, to 100."""
    found: Floats = 10 ** np.random.default_rng(seed).uniform(-8, 2, count)
    return found


def steepest(hessian: Floats, divisor: Floats) -> float:
    """Of the matrix that has the same eigenvalues and is not symmetric."""
    return float(np.linalg.eigvals(hessian / divisor[:, None]).real.max())


def told(problem: Problem, one: Point, end: Sequence[float], divisor: Floats) -> float:
    return problem.measure_all([one], [end], [divisor])[0][PRECONDITIONED]


def least_squares(data: Readings, one: Point) -> Floats:
    x = np.column_stack([one.scale * data.inputs, np.ones(len(data))])
    found: Floats = 2 / len(x) * x.T @ x + one.decay * np.eye(x.shape[1])
    return found


@given(seed=st.integers(0, 999), scale=st.floats(0.001, 10), decay=st.sampled_from([0.0, 0.01, 10.0]))
def test_of_a_line_it_is_the_largest_eigenvalue(seed: int, scale: float, decay: float) -> None:
    one, divisor = point(scale=scale, weight_decay=decay, **ADAM), divisors(2, seed)
    found = told(posed(one, THERMOMETER), one, (1.0, 2.0), divisor)
    assert found == pytest.approx(steepest(least_squares(THERMOMETER, one), divisor), rel=1e-9)


@pytest.mark.parametrize("most", [600, 1])
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_of_several_inputs_it_is_the_largest_eigenvalue(
    most: int, decay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.problem.linear.MOST_CURVED", most)
    for inputs, seed in ((1, 0), (8, 1), (60, 2)):
        data = tables.table(80, inputs, seed)
        one, divisor = tables.run(data, scale=0.3, weight_decay=decay, **ADAM), divisors(inputs + 1, seed)
        found = told(posed(one, data), one, [1.0] * (inputs + 1), divisor)
        assert found == pytest.approx(steepest(least_squares(data, one), divisor), rel=1e-6)


@pytest.mark.parametrize("most", [600, 1])
@pytest.mark.parametrize(("kinds", "decay"), [(2, 0.0), (2, 0.1), (4, 0.0), (4, 0.1)])
def test_of_classes_it_is_the_largest_eigenvalue_where_a_run_ended(
    most: int, kinds: int, decay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.problem.logistic.MOST_CURVED", most)
    if most == 1:
        monkeypatch.setattr(CrossEntropy, "hessian", None)
    data = classes.table(90, 3, kinds, 2)
    one = classes.run(data, scale=0.7, weight_decay=decay, **ADAM)
    problem = posed(one, data)
    end, divisor = np.random.default_rng(1).normal(size=parameter_count(problem)), divisors(parameter_count(problem), 3)
    _, hessian = around(lambda at: classes.loss_in_torch(data, at, 0.7), end, decay)
    found = problem.measure_all([one], [end.tolist()], [divisor])[0]
    assert found[PRECONDITIONED] == pytest.approx(steepest(hessian.numpy(), divisor), rel=1e-6)
    assert {name: found[name] for name in found if name != PRECONDITIONED} == problem.measure(one, end.tolist())


@pytest.mark.parametrize(("width", "decay"), [(5, 0.0), (5, 0.1), (20, 0.0)])
def test_of_a_model_it_is_the_largest_eigenvalue_where_a_run_ended(width: int, decay: float) -> None:
    data = tables.table(60, 2, seed=3)
    model = canonical({"width": width, "depth": 1, "activation": "tanh"})
    one = tables.run(data, problem=ProblemKind.mlp, model=model, code="mlp 1", weight_decay=decay, **ADAM)
    problem, count = posed(one, data), 4 * width + 1
    ends, by = np.random.default_rng(2).normal(size=(3, count)), [divisors(count, seed) for seed in range(3)]

    def loss(at: torch.Tensor) -> torch.Tensor:
        first, before, second, after = torch.split(at, [2 * width, width, width, 1])
        hidden = torch.tanh(torch.tensor(data.inputs) @ first.view(width, 2).T + before)
        return torch.mean((hidden @ second + after - torch.tensor(data.targets)) ** 2)

    with one_thread():
        found = problem.measure_all([one] * 3, ends.tolist(), by)
        assert found[2] == problem.measure_all([one], [ends[2].tolist()], [by[2]])[0]
        plain = problem.measure_all([one] * 3, ends.tolist())
    for number in range(3):
        _, hessian = around(loss, ends[number], decay)
        assert found[number][PRECONDITIONED] == pytest.approx(steepest(hessian.numpy(), by[number]), rel=1e-6)
    assert [{**each, PRECONDITIONED: 0} for each in found] == [{**each, PRECONDITIONED: 0} for each in plain]


LAYER = canonical({"width": 3, "depth": 1, "activation": "tanh"})


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (ProblemKind.line, 600),
        *((kind, most) for kind in (ProblemKind.linear, ProblemKind.logistic) for most in (600, 1)),
        (ProblemKind.mlp, 600),
    ],
)
@pytest.mark.parametrize("dtype", DType)
def test_whatever_slopes_are_divided_by_what_is_told_is_finite_or_nan(
    kind: ProblemKind, most: int, dtype: DType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in ("linear", "logistic"):
        monkeypatch.setattr(f"sweep.problem.{room}.MOST_CURVED", most)
    data = classes.table(30, 1, 2, 1) if kind is ProblemKind.logistic else tables.table(30, 1, 1)
    model = {"model": LAYER, "code": "mlp 1"} if kind is ProblemKind.mlp else {}
    one = tables.run(data, problem=kind, dtype=dtype, **model, **ADAM)
    problem = posed(one, data)
    count = parameter_count(problem)
    odd = [0.0, 5e-324, 1e-310, 1e-200, 1e-8, 1e300, math.inf, math.nan]
    by: list[Floats | None] = [np.array([each, *[1.0] * (count - 1)]) for each in odd]
    found = problem.measure_all([one] * 9, [[0.5] * count] * 9, [*by, None])
    values = [each.get(PRECONDITIONED) for each in found]
    assert values.pop() is None
    by_odd = dict(zip(odd, values, strict=True))
    assert all(each is not None and (math.isfinite(each) or math.isnan(each)) for each in values)
    assert all(math.isnan(by_odd[each] or 0) for each in odd[:2])
    for each in (1e-200, 1e-8, 1e300, math.inf):  # Of an endless one, the rest is left.
        assert 0 < (by_odd[each] or 0) < math.inf
    assert PRECONDITIONED not in problem.measure_all([one], [[0.5] * count])[0]


def test_it_is_among_what_is_measured_where_slopes_are_divided_by_something() -> None:
    for kind in OptimizerKind:
        one = replace(point(**ADAM), optimizer=kind)
        names = (PRECONDITIONED,) if kind is not OptimizerKind.sgd else ()
        assert measured(posed(one, THERMOMETER), one) == names


EPS = {OptimizerKind.adam: 1e-8, OptimizerKind.adamw: 1e-8, OptimizerKind.rmsprop: 1e-8, OptimizerKind.adagrad: 1e-10}
MADE: Mapping[OptimizerKind, Callable[[Iterable[torch.Tensor], float], torch.optim.Optimizer]] = {
    OptimizerKind.adam: lambda params, decay: torch.optim.Adam(params, 0.02, weight_decay=decay),
    OptimizerKind.adamw: lambda params, decay: torch.optim.AdamW(params, 0.02, weight_decay=decay),
    OptimizerKind.rmsprop: lambda params, decay: torch.optim.RMSprop(params, 0.02, centered=True, weight_decay=decay),
    OptimizerKind.adagrad: lambda params, decay: torch.optim.Adagrad(params, 0.02, weight_decay=decay),
}


def divided_by(state: Mapping[str, torch.Tensor], kind: OptimizerKind) -> torch.Tensor:
    """P by the state that torch's own optimizer has of a parameter."""
    if kind is OptimizerKind.adagrad:
        return state["sum"].sqrt() + EPS[kind]
    if kind is OptimizerKind.rmsprop:
        return (state["square_avg"] - state["grad_avg"] ** 2).sqrt() + EPS[kind]
    t = state["step"].item()
    return (1 - 0.9**t) * ((state["exp_avg_sq"] / (1 - 0.999**t)).sqrt() + EPS[kind])


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("decay", [0.0, 0.05])
def test_where_the_engine_ends_it_is_by_the_state_that_torchs_own_optimizer_has(
    kind: OptimizerKind, decay: float
) -> None:
    data = tables.table(40, 2, seed=3)
    own = {"optimizer": kind, "weight_decay": decay, "eps": EPS[kind], "model": LAYER, "code": "mlp 1", "lr": 0.02}
    own |= {"beta1": 0.9, "beta2": 0.999} if kind in (OptimizerKind.adam, OptimizerKind.adamw) else {}
    own |= {"alpha": 0.99, "centered": True} if kind is OptimizerKind.rmsprop else {}
    one = tables.run(data, problem=ProblemKind.mlp, dtype=DType.float64, **own)
    problem = posed(one, data)
    points = [replace(one, epochs=40, lr=0.1), *(replace(one, epochs=epochs) for epochs in (5, 40))]
    _, short, long = in_process(points, {one.task: problem})
    assert isinstance(problem, Network)
    module = problem.source.module(one.seed).double()
    optimizer = MADE[kind](module.parameters(), decay)
    x, t = torch.tensor(data.inputs), torch.tensor(data.targets)
    coupled = 0.0 if kind is OptimizerKind.adamw else decay

    def loss(at: torch.Tensor) -> torch.Tensor:
        first, before, second, after = torch.split(at, [6, 3, 3, 1])
        return torch.mean((torch.tanh(x @ first.view(3, 2).T + before) @ second + after - t) ** 2)

    for epoch in range(1, 41):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(module(x)[:, 0], t).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        if epoch in (5, 40):
            end = torch.cat([each.detach().flatten() for each in module.parameters()])
            by = torch.cat([divided_by(optimizer.state[each], kind).flatten() for each in module.parameters()])
            gradient, hessian = around(loss, end.numpy(), coupled)
            found = {5: short, 40: long}[epoch].measured
            assert found[PRECONDITIONED] == pytest.approx(steepest(hessian.numpy(), by.detach().numpy()), rel=1e-6)
            values, ways = torch.linalg.eigh(hessian)
            assert found["left"] == pytest.approx(((gradient @ ways) ** 2 / values.abs() / 2).sum().item(), rel=1e-6)
