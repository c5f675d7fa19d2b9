"""What is told of final parameters, against numpy."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from sweep.problem import ends
from sweep.problem.problem import Problem
from tests.conftest import THERMOMETER
from tests.problem.unknown import Unknown


def shaped(**shapes: tuple[int, ...]) -> Problem:
    problem = Unknown(THERMOMETER, has_least_loss=False)
    problem.shapes = shapes
    return problem


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        ({"w": (3,), "b": ()}, ("w.0", "w.1", "w.2", "b")),
        ({"w": (15,), "b": ()}, (*(f"w.{k}" for k in range(15)), "b")),
        ({"w": (16,), "b": ()}, ("w.norm", "b")),
        ({"w": (3, 5), "b": (3,)}, ("w.norm", "b.norm")),
    ],
)
def test_sixteen_numbers_have_a_name_each_and_of_more_each_tensor_has_one(
    shapes: Mapping[str, tuple[int, ...]], told: tuple[str, ...]
) -> None:
    problem = shaped(**shapes)
    numbers = np.random.default_rng(2).normal(size=sum(math.prod(each) for each in shapes.values()))
    found = ends.told(problem, numbers.tolist())
    assert ends.names(problem) == tuple(found) == told
    at = 0
    for name, shape in shapes.items():
        part, at = numbers[at : at + math.prod(shape)], at + math.prod(shape)
        if len(numbers) <= 16:
            assert [found[each] for each in told if each.split(".")[0] == name] == part.tolist()
        else:
            expected = np.linalg.norm(part) if shape else part[0]
            assert found[f"{name}.norm" if shape else name] == pytest.approx(expected, rel=1e-15)


def test_lengths_are_finite_where_squares_overflow_and_nan_where_a_number_is() -> None:
    problem = shaped(w=(3, 6), b=(3,), c=())
    large = [3e200, 4e200, *[0.0] * 16]
    assert ends.told(problem, [*large, math.inf, 1.0, 2.0, -7.0]) == {
        "w.norm": pytest.approx(5e200),
        "b.norm": math.inf,
        "c": -7.0,
    }
    spoiled = ends.told(problem, [*large[1:], math.nan, math.inf, math.nan, 2.0, math.nan])
    assert all(map(math.isnan, spoiled.values()))
