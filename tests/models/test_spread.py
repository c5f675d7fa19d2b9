"""The loss of the best constant prediction, against brute force; and where there is none."""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional

from sweep.data.readings import Floats
from sweep.errors import BadInput
from sweep.models.losses import SPREAD_NAMES, Loss, loss_of
from sweep.settings.schema import LOSSES

NOISE = np.random.default_rng(3)

TARGETS = {
    "few": np.array([1.0, 2.0, 4.0]),
    "even": np.array([0.0, 0.0, 1.0, 1.0]),
    "skewed": NOISE.lognormal(0.0, 2.0, 301),
    "far": 1e9 + NOISE.normal(size=200),
    "small": 1e-9 * NOISE.normal(size=200),
    "outlier": np.append(NOISE.normal(size=99), 1e12),
}


def own(function: Callable[..., Any]) -> Loss:
    return loss_of({"_target_": "my_models.loss"}, 1.0, function)


def at_a_constant(loss: Loss, targets: Floats, constant: float) -> float:
    return loss.mean(torch.full((len(targets), 1), constant, dtype=torch.float64), torch.tensor(targets)).item()


def by_brute_force(loss: Loss, targets: Floats) -> float:
    """From a fine grid on, of constants between those quantiles where the best one may be, to the bottom."""
    low, high = targets.min(), targets.max()
    grid = np.unique(np.concatenate([np.linspace(low, high, 2001), targets, [targets.mean()]]))
    values = [at_a_constant(loss, targets, each) for each in grid.tolist()]
    best = int(np.argmin(values))
    middle = grid[best]
    limits = (grid[max(best - 1, 0)] - middle, grid[min(best + 1, len(grid) - 1)] - middle)
    refined = minimize_scalar(
        lambda off: at_a_constant(loss, targets, middle + float(off)),
        bounds=limits,
        method="bounded",
        options={"xatol": 1e-15},
    )
    return min(values[best], float(refined.fun))


@pytest.mark.parametrize("name", ["mse", "l1", "huber"])
@pytest.mark.parametrize("delta", [1.0, 0.05])
@pytest.mark.parametrize("kind", TARGETS)
def test_the_spread_is_the_least_loss_of_a_constant(name: str, delta: float, kind: str) -> None:
    loss, targets = loss_of(name, delta), TARGETS[kind]
    assert loss.spread(targets, 0) == pytest.approx(by_brute_force(loss, targets), rel=1e-9)


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("name", ["mse", "l1"])
def test_of_a_function_of_ones_own_the_search_finds_what_is_known(name: str, kind: str) -> None:
    known = loss_of(name, 1.0)
    theirs = {"mse": functional.mse_loss, "l1": functional.l1_loss}[name]

    def flat(outputs: Tensor, t: Tensor) -> Tensor:
        """As many write it: a view, which a tensor that repeats one number may not have."""
        return theirs(outputs.view(-1).mul_(1.0), t.view(-1))

    assert own(flat).spread(TARGETS[kind], 0) == pytest.approx(known.spread(TARGETS[kind], 0), rel=1e-6)


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_of_classes_it_is_the_entropy_and_a_search_over_logits_finds_it_too(classes: int) -> None:
    labels = NOISE.integers(classes, size=200) ** 2 // classes
    labels[:classes] = range(classes)
    shares = [float(np.mean(labels == each)) for each in range(classes)]
    entropy = -sum(share * math.log(share) for share in shares)
    targets = labels.astype(float)
    assert loss_of("cross_entropy", 1.0).spread(targets, classes) == pytest.approx(entropy, rel=1e-14)
    assert own(functional.cross_entropy).spread(targets, classes) == pytest.approx(entropy, rel=1e-9)


def test_a_constant_may_be_several_numbers_and_a_target_seen_through_a_link() -> None:
    targets = TARGETS["few"]

    def gaussian(outputs: Tensor, t: Tensor) -> Tensor:
        """Half the squared error over a variance that is an output as well, and half its logarithm."""
        return 5 + ((outputs[:, :1] - t) ** 2 * torch.exp(-outputs[:, 1:]) + outputs[:, 1:]) / 2

    assert own(gaussian).spread(targets, 0, (3, 2)) == pytest.approx(5.5 + math.log(targets.var()) / 2, rel=1e-9)

    def poisson(outputs: Tensor, t: Tensor) -> Tensor:
        """Of counts: outputs are logarithms of rates, and their exponentials overflow far out."""
        return 30000 + functional.poisson_nll_loss(outputs, t)

    counts = np.array([0.0, 3.0, 9000.0])
    rate = counts.mean()
    assert own(poisson).spread(counts, 0) == pytest.approx(30000 + rate - rate * math.log(rate), rel=1e-9)


def raising(outputs: Tensor, t: Tensor) -> Tensor:
    raise RuntimeError("never of constants")


@pytest.mark.parametrize(
    ("loss", "classes"),
    [
        (lambda p, t: -((p - t) ** 2), 0),
        (lambda p, t: p.mean(), 0),
        (lambda p, t: p.mean() * 0 + 1, 0),
        (lambda p, t: ((p - t) ** 2 - 10).mean(), 0),
        (lambda p, t: p.mean() * math.nan, 0),
        (lambda p, t: -p.pow(2).mean(), 3),
        (raising, 0),
        (raising, 3),
    ],
)
def test_where_no_best_constant_is_found_the_yardstick_is_asked_for(loss: Callable[..., Any], classes: int) -> None:
    with pytest.raises(BadInput, match=r"no constant output is found for which my_models.loss is least") as refused:
        own(loss).spread(np.array([0.0, 1.0, 2.0]), classes)
    assert "problem.spread=" in refused.value.next_step
    if loss is raising:
        assert refused.value.what.endswith(": RuntimeError: never of constants")


def test_the_terms_of_a_loss_are_as_large_as_squared_targets_or_as_the_spread() -> None:
    targets = np.array([3.0, 4.0, 5.0])
    assert loss_of("mse", 1.0).magnitude(targets, 0.5) == pytest.approx(50 / 3)
    assert [loss_of(name, 1.0).magnitude(targets, 0.5) for name in ("huber", "l1", "cross_entropy")] == [0.5] * 3
    assert own(functional.mse_loss).magnitude(targets, -0.5) == 0.5


def test_sentences_have_a_name_for_each_spread() -> None:
    assert set(SPREAD_NAMES) == set(LOSSES)
    assert loss_of("mse", 1.0).spread_name == "the target's variance"
    assert loss_of("cross_entropy", 1.0).spread_name == "the labels' entropy"
    assert own(functional.mse_loss).spread_name == "the loss of the best constant"


def test_a_search_warns_nobody() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for loss, classes in ((functional.mse_loss, 0), (functional.cross_entropy, 3)):
            own(loss).spread(np.array([0.0, 1.0, 2.0]), classes)
    assert told == []
