"""What a logistic regression of two classes looks like among its readings, against numpy and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from sweep.problem.fit import Fitted
from tests.problem.classes import logistic, of, run, table


@pytest.mark.parametrize("inputs", [1, 2])
def test_the_fit_of_two_classes_is_in_the_units_of_the_inputs(inputs: int) -> None:
    data = table(60, inputs, 2, 3, offset=40.0)
    problem, at = logistic(data, standardize=True, holdout="0.2"), [0.5] * inputs + [0.3]
    fit = problem.fit(Fitted("lr=1", 0.1, at))
    assert fit is not None
    mine, best, *known = fit.relations
    x = (data.inputs - problem.prepared.shift) / problem.prepared.divisor
    logits = 0.1 * x @ np.array([0.5] * inputs) + 0.3
    assert data.inputs @ np.array(mine.numbers[:inputs]) + mine.numbers[inputs] == pytest.approx(logits, rel=1e-9)
    out = problem.prepared.held
    for relation, loss in ((mine, log_loss(data.targets[~out], 1 / (1 + np.exp(-logits[~out])))),):
        assert relation.numbers[inputs + 1] == pytest.approx(loss, rel=1e-9)
    convexity = problem.convexity(run(data))
    assert convexity is not None
    assert best.numbers[inputs + 1] == pytest.approx(convexity.least_loss, rel=1e-12)
    curve = (known[0] if known else mine).predict
    assert curve is not None
    assert [curve(along) for along in fit.dots[0]] == pytest.approx(1 / (1 + np.exp(-logits[~out])), rel=1e-9)
    assert fit.held[1] == data.targets[out].tolist()
    assert (len(known), len(fit.columns)) == (inputs - 1, inputs + 3)


def test_more_classes_and_classes_told_apart_without_a_run_have_no_fit() -> None:
    assert logistic(table(40, 1, 3, 0)).fit(None) is None
    apart = of(np.arange(6.0)[:, None], np.array([0, 0, 0, 1, 1, 1]))
    assert logistic(apart).fit(None) is None
    assert logistic(apart).fit(Fitted("lr=1", 1.0, [1.0, -2.5])) is not None
