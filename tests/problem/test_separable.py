"""Whether classes can be told apart, against a linear program for each sample, on tables with ties and duplicates."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from sweep.data.readings import Floats
from sweep.problem.separable import Separation
from tests.problem.classes import logistic, of, run, table

NOISE = np.random.default_rng(8)


def truth(x: Floats, y: list[int], classes: int) -> Separation:
    """From the definition: weights with a margin above 0 for all samples; or for one of them and below for none."""
    with_one, rows = np.column_stack([x, np.ones(len(x))]), []
    for sample, own in zip(with_one, y, strict=True):
        for other in {*range(classes)} - {own}:
            row = np.zeros((classes, x.shape[1] + 1))
            row[own], row[other] = sample, -sample
            rows.append(row.reshape(-1))
    margins, nothing = np.array(rows), np.zeros(len(rows[0]))
    if linprog(nothing, A_ub=-margins, b_ub=-np.ones(len(margins)), bounds=(None, None)).status == 0:
        return Separation.ALL
    for row in margins:
        found = linprog(nothing, -margins, np.zeros(len(margins)), A_eq=[row], b_eq=[1], bounds=(None, None))
        if found.status == 0:
            return Separation.PART
    return Separation.NONE


@given(
    rows=st.lists(st.tuples(*[st.integers(-2, 2)] * 2, st.integers(0, 3)), min_size=3, max_size=10),
    width=st.sampled_from([1.0, 2.0**-13, 2.0**17]),
    offset=st.sampled_from([0.0, 1e3, 1e6]),
    near=st.sampled_from([1.0, 2.0**-20]),
)
@example(rows=[(1, 0, 0), (-2, 0, 1), (-2, 0, 0)], width=1.0, offset=0.0, near=1.0)
@example(rows=[(2, -2, 0), (-1, -2, 1), (1, 0, 0), (2, 1, 1)], width=1.0, offset=0.0, near=2.0**-20)
@example(rows=[(0, 0, 0), (1, 0, 1), (0, 0, 1)], width=1.0, offset=1e6, near=1.0)
def test_classes_are_told_apart_as_the_definition_has_it(
    rows: list[tuple[int, int, int]], width: float, offset: float, near: float
) -> None:
    x = np.array([row[:2] for row in rows], np.float64)
    kinds = sorted({row[2] for row in rows})
    if len(kinds) > 1:
        y = [kinds.index(row[2]) for row in rows]
        near = 1.0 if offset else near  # Nothing may be rounded, or ties would be no longer.
        leaning = np.column_stack([x[:, 0], x[:, 0] * (near < 1) + near * x[:, 1]])
        data = of(leaning * width + offset, np.array(y, np.float64))
        assert logistic(data).separation is truth(x, y, len(kinds))


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_an_optimum_is_found_without_a_linear_program(classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "sweep.problem.logistic_optimum.separation", None
    )  # Of 100,000 samples it took a minute and more.
    for seed in range(5):
        assert logistic(table(200, 3, classes, seed, offset=10.0 * seed)).separation is Separation.NONE


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_a_tail_far_from_any_doubt_is_not_taken_for_classes_told_apart(offset: float) -> None:
    data = table(200, 2, 2, 1)
    x = np.concatenate([data.inputs, 1e4 * data.inputs[data.targets == (data.inputs[:, 0] > 0)][:5]])
    y = np.concatenate([data.targets, data.targets[data.targets == (data.inputs[:, 0] > 0)][:5]])
    assert logistic(of(x + offset, y)).separation is Separation.NONE


def test_classes_that_can_be_told_apart_have_no_optimum() -> None:
    x = NOISE.normal(size=(60, 2))
    apart, three = (x[:, 0] > 0).astype(float), np.digitize(x[:, 0], [-0.5, 0.5]).astype(float)
    mixed = apart.copy()
    mixed[np.argsort(np.abs(x[:, 0]))[[0, 20]]] = 1 - mixed[np.argsort(np.abs(x[:, 0]))[[0, 20]]]
    third = np.where(x[:, 0] > 0.5, 2.0, NOISE.integers(0, 2, 60))
    for y, expected in (
        (apart, Separation.ALL),
        (three, Separation.ALL),
        (third, Separation.PART),
        (mixed, Separation.NONE),
    ):
        problem = logistic(data := of(x, y))
        known = problem.convexity(run(data))
        assert known is not None
        assert problem.separation is expected
        assert (known.around is None) == (expected is not Separation.NONE)
        assert (known.least_loss == 0) == (expected is Separation.ALL)


def test_some_samples_that_can_be_told_apart_leave_the_loss_of_the_others() -> None:
    x = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    problem = logistic(data := of(x, np.array([0, 1, 1, 0, 1, 0])))
    known = problem.convexity(run(data))
    assert known is not None
    assert problem.separation is Separation.PART
    assert known.least_loss == pytest.approx(2 * math.log(2) / 6, rel=1e-12)
