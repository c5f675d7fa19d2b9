"""Readings that need no file: what shape they have, that they are the same everywhere, and what is refused of them."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.data import sources
from sweep.data.made import made
from sweep.data.readings import Floats, Recipe
from sweep.errors import BadInput
from sweep.settings.schema import Data, MadeKind
from tests.problem.made import columns, data

WAVES, MOONS = (Recipe(kind, 200, 0.1, 0) for kind in MadeKind)


@pytest.mark.parametrize(
    ("recipe", "fingerprint"),
    [
        (WAVES, "f1d0e0dad68e6401dcc53bc4513de85e"),
        (MOONS, "f0ae2252bbc7088b3b9ac4ce1eedf5f2"),
        (replace(WAVES, samples=5000, noise=2.5, seed=4_294_967_295), "38d1fdaa68ec1d5d331d8d5c986e5341"),
        (replace(MOONS, samples=5000, noise=2.5, seed=4_294_967_295), "543ffa89ab8dda1a224b578f021e7fce"),
    ],
)
def test_a_recipe_makes_the_same_readings_on_every_machine_and_in_every_release(
    recipe: Recipe, fingerprint: str
) -> None:
    assert made(recipe).fingerprint == fingerprint


def test_waves_are_a_sine_with_noise() -> None:
    even, noisy = made(replace(WAVES, noise=0.0, samples=2000)), made(replace(WAVES, noise=0.5, samples=2000))
    x = even.inputs[:, 0]
    assert even.targets == pytest.approx(np.array([math.sin(2 * math.pi * each) for each in x]), abs=0.51e-6)
    assert (noisy.inputs == even.inputs).all()
    assert -1 <= x.min() < -0.99
    assert 0.99 < x.max() <= 1
    noise = noisy.targets - even.targets
    assert (noise.mean(), noise.std()) == pytest.approx((0, 0.5), abs=0.03)


def off_circle(inputs: Floats, moon: Floats) -> Floats:
    """How far samples are from the half circle of their moon."""
    x, y = inputs.T
    right, up = np.where(moon == 0, x, 1 - x), np.where(moon == 0, y, 0.5 - y)
    return np.where(up >= -1e-6, np.abs(np.hypot(right, up) - 1), math.inf)


def test_moons_are_the_half_circles_of_scikit_learn_with_noise() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    even, noisy = made(replace(MOONS, noise=0.0)), made(replace(MOONS, noise=0.2))
    noise: Floats = noisy.inputs - even.inputs
    theirs, their_moon = datasets.make_moons(200, random_state=0)
    assert off_circle(theirs, their_moon).max() < 1e-9
    assert off_circle(even.inputs, even.targets).max() < 1e-6
    assert even.targets.tolist() == [0.0, 1.0] * 100
    assert (even.inputs.min(axis=0), even.inputs.max(axis=0)) == (
        pytest.approx(theirs.min(axis=0), abs=0.05),
        pytest.approx(theirs.max(axis=0), abs=0.05),
    )
    assert noise.std(axis=0) == pytest.approx([0.2, 0.2], rel=0.2)
    assert abs(np.mean(noise[:, 0] * noise[:, 1])) < 0.2 * 0.2 * 0.2


@given(
    recipe=st.builds(
        Recipe, st.sampled_from(MadeKind), st.integers(2, 60), st.floats(0, 1e6), st.integers(0, (1 << 32) - 1)
    ),
    fewer=st.integers(2, 60),
)
def test_values_have_six_decimals_and_fewer_samples_are_the_first_of_more(recipe: Recipe, fewer: int) -> None:
    found = columns(made(recipe))
    assert found == [[float(f"{value:.6f}") for value in column] for column in found]
    part = columns(made(replace(recipe, samples=min(fewer, recipe.samples))))
    assert part == [column[: len(part[0])] for column in found]


def test_classes_are_named_where_they_are_asked_for_and_numbers_elsewhere() -> None:
    labelled, plain = (sources.read(settings_of(MOONS), wanted) for wanted in (True, False))
    assert (labelled.classes, plain.classes) == (("0", "1"), ())
    assert columns(labelled) == columns(plain)
    assert labelled.fingerprint != plain.fingerprint
    assert sources.overrides(labelled) == sources.overrides(plain)
    assert sources.read(settings_of(WAVES), True).classes == ()


def settings_of(recipe: Recipe) -> Data:
    return data(str(recipe.kind), samples=recipe.samples, noise=recipe.noise, seed=recipe.seed)


@pytest.mark.parametrize("recipe", [WAVES, MOONS])
def test_what_is_made_can_be_asked_for_again(recipe: Recipe) -> None:
    found = sources.read(settings_of(recipe))
    words = sources.overrides(found)
    assert words == {"data": recipe.kind, "data.samples": 200, "data.noise": 0.1, "data.seed": 0}
    assert found.recipe == recipe


def test_a_number_that_is_missing_is_named() -> None:
    with pytest.raises(BadInput, match=r"data\.samples, data\.seed must be given"):
        sources.read(data("moons", noise=0.1))


def test_a_start_of_the_same_seed_is_drawn_from_other_bits() -> None:
    starts = np.random.Philox(key=0).random_raw(800)
    places = (made(replace(WAVES, noise=0.0)).inputs[:, 0] + 1) / 2 * 2.0**64
    assert np.abs(places[:, None] - starts).min() > 1e13
