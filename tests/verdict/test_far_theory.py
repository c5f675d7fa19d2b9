"""Theory where floats lose digits: tiny steps, the threshold from both sides, numbers of epochs up to 10¹⁸."""

import math
from decimal import Context, Decimal, localcontext

import pytest

from sweep.verdict.first_within import FARTHEST
from sweep.verdict.stability_sgd import Plain
from sweep.verdict.theory import Theory
from tests.conftest import THERMOMETER, point
from tests.problem.made import line_of, readings

STEEP = line_of(THERMOMETER).quadratic(point()).largest
AROUND = [1e-300, 1e-18, 1e-16, 3e-16, 1e-12, 1e-8, 1e-3, 0.2, 0.499, 0.501, 0.9, 1.1, 1.499, 1.501, 1.9]
NEAR = [2 - gap for gap in (0.1, 1e-3, 1e-7, 1e-10, 1e-13)] + [2 + gap for gap in (1e-13, 1e-10, 1e-7, 1e-3, 0.1, 1.0)]


def log_exactly(lr: float, eigenvalue: float, count: int) -> Decimal:
    """The logarithm of ``(1 − lr·λ)^2k``, to 60 digits."""
    with localcontext(Context(prec=1200)):  # Enough for what 1 leaves of the product.
        left = abs(1 - Decimal(lr) * Decimal(eigenvalue))
    with localcontext(Context(prec=60)):
        return 2 * count * left.ln()


@pytest.mark.parametrize("step", AROUND + NEAR)
def test_what_updates_leave_agrees_with_sixty_digits(step: float) -> None:
    lr = step / STEEP
    left, compared = Plain().decay(lr, STEEP), 0
    for count in (1, 7, 1000, 10**6, 10**9, 10**12, 10**15, 10**17, FARTHEST):
        expected = float(log_exactly(lr, STEEP, count))
        if abs(expected) < 600:
            assert left(count) == pytest.approx(math.exp(expected), rel=1e-12)
            compared += 1
    assert compared


def until(theory: Theory, lr: float, goal: float) -> int:
    """The fewest updates from (0, 0) within ``goal``, by halving, to 60 digits."""
    parts = theory.quadratic.parts((0.0, 0.0))

    def excess(count: int) -> Decimal:
        modes = zip(parts, theory.quadratic.eigenvalues, strict=True)
        return sum((Decimal(part) * log_exactly(lr, value, count).exp() for part, value in modes), Decimal(0))

    low, high = 0, 1
    while excess(high) > Decimal(goal):
        low, high = high, 4 * high
    while high - low > max(1, high >> 44):
        middle = (low + high) // 2
        low, high = (low, middle) if excess(middle) <= Decimal(goal) else (middle, high)
    return high


@pytest.mark.parametrize("unit", [1e-2, 1e-5, 1e-7, 1e-8, 2e-8, 3e-8])
@pytest.mark.parametrize("part", [1e-2, 0.3, 0.9])
def test_epochs_of_nearly_flat_directions_agree_with_sixty_digits(unit: float, part: float) -> None:
    line = line_of(readings((unit, 2 * unit, 3 * unit, 4 * unit), (1.0, 2.0, 2.5, 4.0)))
    theory, goal = Theory(line.quadratic(point(scale=1.0)), Plain()), 0.001 * line.spread
    lr = part * theory.threshold
    found = theory.epochs_until((0.0, 0.0), lr, goal)
    assert found == pytest.approx(until(theory, lr, goal), rel=1e-11, abs=1)


@pytest.mark.parametrize("gap", [1e-3, 1e-6, 1e-9, 1e-12])
def test_epochs_close_to_the_threshold_agree_with_sixty_digits_and_there_are_none_beyond(gap: float) -> None:
    line = line_of(THERMOMETER)
    theory, goal = Theory(line.quadratic(point()), Plain()), 0.001 * line.spread
    lr = (1 - gap) * theory.threshold
    assert theory.epochs_until((0.0, 0.0), lr, goal) == pytest.approx(until(theory, lr, goal), rel=1e-11, abs=1)
    assert theory.epochs_until((0.0, 0.0), (1 + gap) * theory.threshold, goal) is None


def test_three_lrs_near_the_least_float_beside_1_have_three_numbers_of_epochs() -> None:
    line = line_of(readings((1e-8, 2e-8, 3e-8), (1.0, 2.0, 2.5)))
    theory = Theory(line.quadratic(point(scale=1.0)), Plain())
    counts = [theory.epochs_until((0.0, 0.0), lr, 0.001 * line.spread) for lr in (0.1, 0.2, 0.4)]
    assert all(counts)
    assert [count and round(math.log2(count / (counts[2] or 1)), 3) for count in counts] == [2, 1, 0]


def test_a_number_of_epochs_just_below_the_farthest_is_found() -> None:
    theory = Theory(line_of(THERMOMETER).quadratic(point()), Plain())
    parts, flat = theory.quadratic.parts((0.0, 0.0)), theory.quadratic.eigenvalues[0]
    for part, found in ((0.7, True), (0.99, True), (1.01, False)):
        lr = math.log(parts[0] / 0.08) / (2 * flat * part * FARTHEST)
        count = theory.epochs_until((0.0, 0.0), lr, 0.08)
        assert (count is not None) == found
        assert count is None or count == pytest.approx(part * FARTHEST, rel=1e-3)
