"""Which epochs of a curve MLflow's pages get to show, for curves of any length and end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sweep.tracking.display import shown, thinned

LIMITS = st.integers(10, 60)


@given(st.integers(0, 60), LIMITS)
def test_a_curve_within_the_limit_is_shown_whole(count: int, limit: int) -> None:
    assert shown(np.ones(min(count, limit)), limit).tolist() == list(range(min(count, limit)))


@given(st.integers(1, 200_000), LIMITS)
def test_thinning_keeps_exactly_the_limit_with_the_first_and_the_last(beyond: int, limit: int) -> None:
    epochs = thinned(limit + beyond, limit).tolist()
    assert len(set(epochs)) == limit
    assert epochs == sorted(epochs)
    assert (epochs[0], epochs[-1]) == (0, limit + beyond - 1)


@given(st.integers(1, 200_000), LIMITS)
def test_thinned_epochs_are_evenly_spaced_on_a_log_axis(beyond: int, limit: int) -> None:
    places = thinned(limit + beyond, limit) + 1
    steps = np.diff(np.log(places))[np.diff(places) > 1]  # Where a step is one epoch, it cannot be shorter.
    rounding = 1 / places[:-1][np.diff(places) > 1] + 1 / limit
    assert np.all(np.abs(steps - np.median(steps)) <= rounding)


@given(st.integers(1, 300), st.integers(0, 50), st.sampled_from([np.inf, -np.inf, np.nan]), LIMITS)
def test_the_last_finite_epoch_is_shown_and_nothing_after_it(finite: int, rest: int, odd: float, limit: int) -> None:
    losses = np.array([1.0] * finite + [odd] * rest + [2.0] * (rest > 0))
    epochs = shown(losses, limit)
    assert epochs[-1] == finite - 1
    assert len(epochs) == min(finite, limit)


def test_a_curve_that_is_never_finite_shows_nothing() -> None:
    assert len(shown(np.array([np.nan, 1.0]), 10)) == 0
