"""Random starts: numbers of float32 within their bound, the same for ever for a seed."""

import numpy as np
import pytest

from sweep.models.starts import uniform


def test_a_seed_draws_the_same_numbers_for_ever() -> None:
    """A change of these changes what every stored run with a random start was trained from."""
    assert uniform(0, 3, 1.0) == (-0.9769065380096436, -0.5169016122817993, -0.7771483659744263)
    assert uniform(7, 2, 0.5) == (0.3720734119415283, -0.2046346664428711)


@pytest.mark.parametrize("bound", [1.0, 0.1, 1 / np.sqrt(20)])
def test_numbers_are_of_float32_and_evenly_within_their_bound(bound: float) -> None:
    drawn = np.array(uniform(3, 20_000, bound))
    assert (drawn.astype(np.float32).astype(np.float64) == drawn).all()
    assert (np.abs(drawn) <= np.float32(bound)).all()
    counts, _ = np.histogram(drawn, bins=10, range=(-bound, bound))
    assert np.abs(counts - 2000).max() < 5 * np.sqrt(2000)
    assert len({uniform(seed, 1, bound) for seed in range(100)}) == 100
