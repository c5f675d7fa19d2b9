"""Orders of samples: permutations by seed and epoch alone, evenly spread, and the same for ever."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.training.batches import orders

SEEDS = st.integers(0, 2**32 - 1)


@given(seeds=st.lists(SEEDS, min_size=1, max_size=9), epoch=st.integers(0, 10**9), samples=st.integers(1, 200))
def test_each_row_is_a_permutation_by_its_seed_and_the_epoch_alone(seeds: list[int], epoch: int, samples: int) -> None:
    found = orders(seeds, epoch, samples)
    assert found.dtype == np.int64
    assert (np.sort(found) == np.arange(samples)).all()
    for seed, row in zip(seeds, found, strict=True):
        assert (orders([seed], epoch, samples) == row).all()


@pytest.mark.parametrize(
    ("seed", "epoch", "expected"),
    [
        (0, 0, [6, 1, 2, 0, 5, 3, 4]),
        (0, 1, [0, 1, 6, 4, 2, 3, 5]),
        (1, 0, [5, 4, 1, 0, 2, 6, 3]),
        (4_294_967_295, 1_000_000, [2, 0, 3, 1, 6, 4, 5]),
    ],
)
def test_orders_stay_what_they_are(seed: int, epoch: int, expected: list[int]) -> None:
    """What is stored was trained on them."""
    assert orders([seed], epoch, 7)[0].tolist() == expected


def test_orders_are_those_of_a_plain_splitmix64() -> None:
    """In Python's whole numbers."""
    assert orders([5, 7], 3, 50).tolist() == [sorted(range(50), key=plain(seed, 3).__getitem__) for seed in (5, 7)]


def plain(seed: int, epoch: int) -> list[int]:
    start = mixed(mixed(seed + 0x9E3779B97F4A7C15) + epoch)
    return [mixed(start + count * 0x9E3779B97F4A7C15) for count in range(1, 51)]


def mixed(word: int) -> int:
    word %= 2**64
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


SAMPLES, MANY = 7, 2000


@pytest.mark.parametrize("over", ["seeds", "epochs", "both"])
def test_every_sample_is_at_every_place_equally_often(over: str) -> None:
    """And so are pairs that follow one another: chi-square, within 5 standard deviations of what chance has."""
    if over == "seeds":
        found = orders(range(MANY), 0, SAMPLES)
    elif over == "epochs":
        found = np.concatenate([orders([0], epoch, SAMPLES) for epoch in range(MANY)])
    else:
        found = np.concatenate([orders(range(40), epoch, SAMPLES) for epoch in range(MANY // 40)])
    places = np.array([np.bincount(column, minlength=SAMPLES) for column in found.T])
    expected = MANY / SAMPLES
    assert_by_chance(((places - expected) ** 2 / expected).sum(), (SAMPLES - 1) ** 2)
    pairs = np.bincount((found[:, :-1] * SAMPLES + found[:, 1:]).ravel(), minlength=SAMPLES**2).reshape(
        SAMPLES, SAMPLES
    )
    apart = pairs[~np.eye(SAMPLES, dtype=bool)]
    assert_by_chance(((apart - apart.mean()) ** 2 / apart.mean()).sum(), len(apart) - 1)


def assert_by_chance(chi_square: float, freedom: int) -> None:
    """Neither too uneven nor too even."""
    assert abs(chi_square - freedom) < 5 * (2 * freedom) ** 0.5


def test_orders_of_neighbours_have_nothing_in_common() -> None:
    """Of seeds and epochs next to one another, and of a seed and an epoch that change places."""
    found = np.array([orders(range(30), epoch, 100) for epoch in range(30)])
    flat = found.reshape(900, 100)
    assert len(np.unique(flat, axis=0)) == 900
    exchanged = found.transpose(1, 0, 2)[~np.eye(30, dtype=bool)], found[~np.eye(30, dtype=bool)]
    for one, other in ((found[:-1], found[1:]), (found[:, :-1], found[:, 1:]), exchanged):
        assert abs((one == other).sum(axis=-1).mean() - 1) < 0.2  # As two permutations have on average.
