"""What momentum leaves of an offset, against powers of its matrix to 80 digits; and what update rules find stable."""

import math
from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.verdict.first_within import FARTHEST
from sweep.verdict.stability_held import HeldMean, HeldSum
from sweep.verdict.stability_sgd import Momentum, Plain
from sweep.verdict.swing import Straight, Turning, swing

EXACT = Context(prec=80, Emax=10**18 - 1, Emin=1 - 10**18, traps=[])
COUNTS = (0, 1, 2, 3, 7, 50, 51, 1000, 10**6, 10**9, 10**12, 10**15, 10**17, FARTHEST)
BETAS = (1e-8, 0.1, 0.5, 0.9, 0.99, 0.9999)
STEEP = math.pi

Matrix = tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]


def offset(lr: float, beta: float, nesterov: bool, count: int) -> Decimal:
    """From 1, at rest, by the matrix that takes (x, lr·v) to what they are after an update; by squaring."""
    a, b = Decimal(lr) * Decimal(STEEP), Decimal(beta)
    power: Matrix = ((1 - a - b * a, -b * b), (a, b)) if nesterov else ((1 - a, -b), (a, b))
    found: Matrix = ((Decimal(1), Decimal(0)), (Decimal(0), Decimal(1)))
    while count:
        found = times(found, power) if count % 2 else found
        power, count = times(power, power), count // 2
    return found[0][0]


def times(a: Matrix, b: Matrix) -> Matrix:
    (p, q), (r, s) = a
    (t, u), (v, w) = b
    return (p * t + q * v, p * u + q * w), (r * t + s * v, r * u + s * w)


def steps(beta: float, nesterov: bool) -> list[float]:
    """``lr·λ`` of all sorts: tiny, beside the threshold and beside each double root, from both sides and on it."""
    threshold = Momentum(beta, nesterov).threshold(1.0)
    double = ((1 - beta) / (1 + beta)) ** 2, 1.0
    double = double if nesterov else ((1 - beta**0.5) ** 2, (1 + beta**0.5) ** 2)
    gaps = [0.0, *(sign * gap for sign in (1, -1) for gap in (1e-3, 1e-6, 1e-9, 1e-13, 2.0**-52))]
    around = [place * (1 + gap) for place in (threshold, *double) for gap in gaps]
    return [1e-300, 1e-18, 1e-12, 1e-6, 1e-3, 0.1, 0.5, 1.0, 1.5, *around]


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("beta", BETAS)
def test_what_updates_leave_agrees_with_powers_of_the_matrix_to_eighty_digits(beta: float, nesterov: bool) -> None:
    kinds = set()
    for step in steps(beta, nesterov):
        lr = step / STEEP
        left = swing(lr, STEEP, beta, nesterov=nesterov)
        kinds.add(type(left))
        for count in COUNTS:
            with localcontext(EXACT):
                exact = offset(lr, beta, nesterov, count) ** 2
                beyond, nothing = not exact < Decimal("1e309"), exact < Decimal("1e-290")
            if beyond:
                assert count
                with pytest.raises(OverflowError):
                    left(count)
            elif nothing:
                assert left(count) < 1e-280
            else:
                # What turns passes through 0, where only the size of its swing has digits.
                size = left.most(count) if isinstance(left, Turning) and count else float(exact)
                assert left(count) == pytest.approx(float(exact), rel=0, abs=1e-9 * size)
    assert kinds == {Turning, Straight}


@pytest.mark.parametrize(("beta", "nesterov"), [(beta, nesterov) for beta in BETAS for nesterov in (False, True)])
def test_beside_double_roots_too_no_later_count_leaves_more_than_the_most(beta: float, nesterov: bool) -> None:
    for step in steps(beta, nesterov):
        left = swing(step / STEEP, STEEP, beta, nesterov=nesterov)
        most = [left.most(count) for count in range(60)]
        if most[0] < math.inf:
            assert (np.diff(most) <= 1e-15).all()
            assert (left.at(np.arange(60)) <= np.array(most) * (1 + 1e-6) + 1e-300).all()


def test_where_both_roots_are_0_nothing_is_left_after_two_updates() -> None:
    left = swing(1.0, 1.0, 0.5, nesterov=True)
    assert [left(count) for count in range(4)] == pytest.approx([1.0, 0.25, 0.0, 0.0], rel=1e-12, abs=1e-50)


@given(beta=st.floats(0.01, 0.999), nesterov=st.booleans(), part=st.floats(1e-4, 0.9999), first=st.integers(0, 300))
def test_it_lies_between_its_bounds_and_many_counts_agree_with_one_by_one(
    beta: float, nesterov: bool, part: float, first: int
) -> None:
    left = swing(part * Momentum(beta, nesterov).threshold(STEEP), STEEP, beta, nesterov=nesterov)
    counts = np.arange(first, first + 200)
    found = left.at(counts)
    assert found == pytest.approx([left(int(count)) for count in counts], rel=1e-12)
    assert (found <= left.most(first) * (1 + 1e-12)).all()
    assert (found >= left.least(first, first + 199) * (1 - 1e-12)).all()
    assert (np.diff([left.most(int(count)) for count in counts]) <= 0).all()


def shrinks(threshold: float, update: Callable[[float, float, float], tuple[float, float]], part: float) -> bool:
    """Whether an offset of 1, at rest, shrinks under ``update(lr, x, v)`` at a part of the threshold."""
    x, v = 1.0, 0.0
    for _ in range(3000):
        x, v = update(part * threshold, x, v)
    return abs(x) < 1


def polyak(beta: float, decay: float, lr: float, x: float, v: float) -> tuple[float, float]:
    v = beta * v + (STEEP + decay) * x
    return x - lr * v, v


def nesterovs(beta: float, decay: float, lr: float, x: float, v: float) -> tuple[float, float]:
    slope = (STEEP + decay) * x
    v = beta * v + slope
    return x - lr * (slope + beta * v), v


def adams(beta: float, decay: float, divisor: float, lr: float, x: float, v: float) -> tuple[float, float]:
    v = beta * v + (1 - beta) * STEEP * x
    return x - lr * decay * x - lr * v / divisor, v


@pytest.mark.parametrize("decay", [0.0, 2.5])
@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
def test_an_offset_shrinks_below_each_threshold_and_grows_above(beta: float, decay: float) -> None:
    divisor = 0.37
    cases = [
        (HeldMean(beta, decay).threshold(STEEP / divisor), partial(adams, beta, decay, divisor)),
        (HeldSum(beta).threshold((STEEP + decay) / divisor) / divisor, partial(polyak, beta, decay)),
        (HeldSum().threshold((STEEP + decay) / divisor) / divisor, partial(polyak, 0.0, decay)),
        (Plain().threshold(STEEP + decay), partial(polyak, 0.0, decay)),
    ]
    if beta:
        cases.append((Momentum(beta).threshold(STEEP + decay), partial(polyak, beta, decay)))
        cases.append((Momentum(beta, True).threshold(STEEP + decay), partial(nesterovs, beta, decay)))
    for threshold, update in cases:
        assert [shrinks(threshold, update, part) for part in (0.97, 0.999, 1.001, 1.03)] == [True, True, False, False]
