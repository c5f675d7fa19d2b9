"""Columns that depend on one another are named, whatever their offset, units and order; others are not."""

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.data.readings import Readings
from sweep.problem.choice import problems
from sweep.problem.dependence import MOST, Dependence, Undetermined, undetermined
from sweep.problem.prepared import prepare
from sweep.problem.task import Task
from sweep.settings.schema import ProblemKind
from tests.conftest import point

DICE = random.Random(4)
CELSIUS = [round(DICE.gauss(10, 5), 1) for _ in range(30)]
RAIN = [round(DICE.gauss(500, 80), 1) for _ in range(30)]
YEAR = [1990.0 + k for k in range(30)]
BEGIN = [1.7e9 + round(DICE.uniform(0, 1e4)) for _ in range(30)]
SUM = [a + b for a, b in zip(YEAR, RAIN, strict=True)]
TARGETS = [round(DICE.gauss(0, 1), 3) for _ in range(30)]
SPRING, SUMMER, WINTER = ([float(k % 3 == season) for k in range(30)] for season in range(3))


def of(targets: list[float] = TARGETS, **columns: list[float]) -> Readings:
    return Readings.of_columns(
        list(columns.values()), targets, name="t", source="t", input_names=tuple(columns), target_name="y"
    )


def found_of(data: Readings, kind: ProblemKind = ProblemKind.linear, **task: Any) -> Undetermined | None:
    return undetermined(prepare(data, Task(kind, data.fingerprint, **task)))


@pytest.mark.parametrize(
    ("columns", "dependences"),
    [
        ({"year": YEAR, "c": CELSIUS, "rain": RAIN}, []),
        ({"start": BEGIN, "end": [each + k % 3 * 0.25 for k, each in enumerate(BEGIN)]}, []),
        ({"c": CELSIUS, "rain": RAIN, "f": [round(c * 1.8 + 32, 2) for c in CELSIUS]}, [("c", "f", "1")]),
        ({"mm": RAIN, "m": [each / 1000 for each in RAIN], "c": CELSIUS}, [("mm", "m")]),
        ({"spring": SPRING, "c": CELSIUS, "summer": SUMMER, "winter": WINTER}, [("spring", "summer", "winter", "1")]),
        ({"year": YEAR, "rain": RAIN, "sum": SUM}, [("year", "rain", "sum")]),
        ({"a": RAIN, "b": RAIN, "c": RAIN, "d": CELSIUS, "e": CELSIUS}, [("a", "b"), ("a", "c"), ("d", "e")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("task", [{}, {"center": True}, {"standardize": True}, {"holdout": "0.3"}])
def test_columns_that_depend_on_one_another_are_named(
    columns: dict[str, list[float]], dependences: list[tuple[str, ...]], task: dict[str, Any]
) -> None:
    found = found_of(of(**columns), **task)
    centred = "center" in task or "standardize" in task  # Without their means, a constant is no part of columns.
    expected = tuple(
        Dependence(tuple(name for name in each if name != "1"), "1" in each and not centred) for each in dependences
    )
    assert (found.dependences if found else ()) == expected
    if found:
        assert found.ways == len(expected)


@given(
    shape=st.tuples(st.integers(12, 60), st.integers(2, 9), st.integers(0, 10_000)),
    offset=st.sampled_from([0.0, 10.0, 1e3, 1e6]),
    standardize=st.booleans(),
)
def test_a_column_made_of_two_others_is_found_among_any_and_nothing_where_none_is(
    shape: tuple[int, int, int], offset: float, standardize: bool
) -> None:
    samples, inputs, seed = shape
    dice = np.random.default_rng(seed)
    x = np.round(dice.normal(size=(samples, inputs)) * 10 ** dice.uniform(-1, 3, inputs) + offset, 3)
    targets = dice.normal(size=samples).tolist()
    named = {f"x{number}": column for number, column in enumerate(x.T.tolist())}
    assert found_of(of(targets, **named), standardize=standardize) is None
    a, b = sorted(dice.choice(inputs, 2, replace=False).tolist())
    total = (x[:, a] - 0.5 * x[:, b]).tolist()
    found = found_of(of(targets, **named, total=total), standardize=standardize)
    assert found
    assert found.dependences == (Dependence((f"x{a}", f"x{b}", "total"), False),)


@pytest.mark.parametrize("kind", [ProblemKind.linear, ProblemKind.logistic])
def test_what_is_not_determined_is_flat_to_theory_also_where_an_offset_was_taken_off(kind: ProblemKind) -> None:
    a, b = ([round(DICE.gauss(1000, 1), 3) for _ in range(40)] for _ in range(2))
    targets, least = [round(DICE.gauss(0, 1), 3) for _ in range(40)], []
    for columns in ({"a": a, "b": b}, {"a": a, "b": b, "sum": [x + y for x, y in zip(a, b, strict=True)]}):
        data = of(targets, **columns)
        if kind is ProblemKind.logistic:
            labels = [float(each > 0) for each in targets]
            data = Readings.of_columns(
                list(columns.values()), labels, name="t", source="t", input_names=tuple(columns), target_name="y",
                classes=("0", "1"),
            )  # fmt: skip
        one = point(problem=kind, data=data.fingerprint, standardize=True, scale=1.0)
        problem = problems({data.fingerprint: data}, [one.task])[one.task]
        known = problem.convexity(one)
        quadratic = known.around if known else problem.quadratic(one)
        assert quadratic
        assert quadratic.flat == len(columns) - 2
        assert max(map(abs, quadratic.optimum)) < 5
        least.append(known.least_loss if known else problem.least_loss(one))
    assert least[0] == pytest.approx(least[1], rel=1e-9)


def test_of_more_weights_than_samples_none_are_named() -> None:
    few = {f"x{k}": [DICE.gauss(0, 1) for _ in range(6)] for k in range(9)}
    assert found_of(of(TARGETS[:6], **few)) == Undetermined(10, 6, 4)
    assert found_of(of(TARGETS[:6], **few | {"x1": few["x0"]})) == Undetermined(10, 6, 4)
    just = {name: few[name] for name in list(few)[:5]}
    assert found_of(of(TARGETS[:6], **just)) is None


def test_of_many_dependences_the_first_are_named_and_all_counted() -> None:
    found = found_of(of(**{f"x{k}": [each * (k + 1) for each in RAIN] for k in range(9)}))
    assert found
    assert (found.ways, found.determined, len(found.dependences)) == (8, 2, MOST)


def test_rows_that_are_not_looked_at_first_count_too() -> None:
    targets = [float(k % 7) for k in range(400)]
    a = [float(k % 11) for k in range(400)]
    found = found_of(of(targets, a=a, b=[*a[:399], -1.0]))
    assert found is None
    found = found_of(of(targets, a=a, b=a))
    assert found
    assert found.dependences == (Dependence(("a", "b"), False),)
