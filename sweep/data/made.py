"""Readings that need no file: a noisy curve and two half circles, each made from a seed.

Made of a generator's raw bits by sums, products and quotients of float64 alone, one after the other: the same on every
machine and in every release. The last bits of a library's sine, or its normal numbers, are not.
"""

import math
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from sweep.data.readings import Floats, Readings, Recipe
from sweep.settings.keys import KEYS
from sweep.settings.schema import MadeKind, Settings

Bits = NDArray[np.uint64]

NORMAL = 3
"""Draws that :func:`_normal` takes."""

APART = 1 << 64
"""Added to the seed: a start, or a holdout, of the same seed is drawn from other bits."""


def made(recipe: Recipe, labelled: bool | None = False) -> Readings:
    """The readings of ``recipe``, rounded to 6 decimals; fewer samples are the first of more.

    Parameters
    ----------
    labelled : whether classes are wanted as such, or None; else their numbers are quantities.
    """
    inputs, targets = SHAPES[recipe.kind](recipe)
    input_names, target_name, classes = NAMES[recipe.kind]
    return Readings(
        inputs,
        targets,
        name=str(recipe.kind),
        source=" ".join(f"{key}={value}" for key, value in recipe.settings().items()),
        input_names=input_names,
        target_name=target_name,
        recipe=recipe,
        classes=() if labelled is False else classes,
    )


def makes(recipe: Recipe, readings: Readings) -> bool:
    """Whether ``recipe``, which may be anybody's, makes ``readings``."""
    if recipe.samples != len(readings):  # First: a recipe may ask for very many.
        return False
    # Of the settings, a check reads the dtype alone.
    allowed = all(KEYS[key].check(value, cast("Settings", None)) for key, value in recipe.settings().items())
    return allowed and made(recipe, bool(readings.classes)).fingerprint == readings.fingerprint


def _waves(recipe: Recipe) -> tuple[Floats, Floats]:
    """``y = sin(2πx) + noise``, x evenly from -1 to 1.

    References
    ----------
    Bishop: Pattern Recognition and Machine Learning, Springer 2006, section 1.1 (there from 0 to 1).
    """
    bits = _drawn(recipe, 1 + NORMAL)
    x = _rounded(2 * _even(bits[:, 0]) - 1)
    return x[:, None], _rounded(_sine(x) + recipe.noise * _normal(bits[:, 1:]))


def _moons(recipe: Recipe) -> tuple[Floats, Floats]:
    """Two interleaving half circles in turn: 0 is ``(cos θ, sin θ)``, 1 is ``(1 − cos θ, 1/2 − sin θ)``, each + noise.

    References
    ----------
    Pedregosa et al.: Scikit-learn, JMLR 12, 2011 (``sklearn.datasets.make_moons``, where θ has equal steps).
    """
    bits = _drawn(recipe, 1 + 2 * NORMAL)
    turns = _even(bits[:, 0]) / 2  # θ from 0 to π.
    x, y, moon = _sine(turns + 0.25), _sine(turns), np.arange(recipe.samples) % 2
    circles = np.where(moon == 0, (x, y), (1 - x, 0.5 - y))
    noise = np.stack([_normal(bits[:, 1 : 1 + NORMAL]), _normal(bits[:, 1 + NORMAL :])])
    return _rounded(circles + recipe.noise * noise).T.copy(), moon.astype(np.float64)


SHAPES: Mapping[MadeKind, Callable[[Recipe], tuple[Floats, Floats]]] = {MadeKind.waves: _waves, MadeKind.moons: _moons}
NAMES: Mapping[MadeKind, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    MadeKind.waves: (("x",), "y", ()),
    MadeKind.moons: (("x", "y"), "moon", ("0", "1")),
}
"""Of inputs, of the target, and of its classes."""


def _drawn(recipe: Recipe, each: int) -> Bits:
    """A row of ``each`` draws for a sample."""
    raw: Bits = np.random.Philox(key=APART + recipe.seed).random_raw(recipe.samples * each)
    return raw.reshape(recipe.samples, each)


def _even(bits: Bits) -> Floats:
    """Numbers evenly from 0 to below 1."""
    return (bits >> np.uint64(11)).astype(np.float64) / (1 << 53)


def _normal(bits: Bits) -> Floats:
    """A number for each row of :data:`NORMAL` draws, normal but for its tails: none is beyond 6.

    The sum of twelve even ones, of 16 bits each, has variance 1; it is taken in whole numbers, as the order of a sum of
    floats is numpy's to choose.

    References
    ----------
    Johnson, Kotz, Balakrishnan: Continuous Univariate Distributions 2, 2nd ed. 1995, section 26.9 (Irwin-Hall).
    """
    shifts = np.arange(0, 64, 16, dtype=np.uint64)
    sums = (bits[:, :, None] >> shifts & np.uint64(0xFFFF)).sum(axis=(1, 2))
    half_steps = np.uint64(6)  # Of twelve, so that the mean is 0.
    found: Floats = (sums + half_steps).astype(np.float64) / (1 << 16) - 6
    return found


def _sine(turns: Floats) -> Floats:
    """``sin(2π·turns)``, by its series, to 1e-15."""
    part = turns - np.rint(turns)
    part = np.where(np.abs(part) > 0.25, np.copysign(0.5, part) - part, part)
    angle = 2 * math.pi * part
    square, series = angle * angle, np.ones_like(angle)
    for k in range(22, 0, -2):
        series = 1 - square / (k * (k + 1)) * series
    return angle * series


def _rounded(values: Floats) -> Floats:
    """To 6 decimals: the float nearest to each, as a person would write it."""
    whole: Floats = np.rint(values * 1e6)
    return whole / 1e6
